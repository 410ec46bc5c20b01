package dev.javelin.service;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Revision;
import java.util.Set;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * How long a context a model that is named at the start gets. Many are made for one whose cache is
 * larger than the machine, and there is nobody to choose a shorter one: then it is written into the
 * load profile, where it can be seen and changed.
 */
@Component
final class StartContext {
  private static final Logger log = LoggerFactory.getLogger(StartContext.class);

  /** Tokens; with less a chat makes no sense. */
  private static final int LEAST = 512;

  private final FitChecks checks;
  private final LoadProfiles profiles;
  private final ProfileDocuments documents;

  StartContext(FitChecks checks, LoadProfiles profiles, ProfileDocuments documents) {
    this.checks = checks;
    this.profiles = profiles;
    this.documents = documents;
  }

  /** Shortens the context where nobody chose one and the model's own does not fit. */
  void settle(ModelVersion version, LoadProfile profile) {
    LoadSettings settings = documents.load(profile.settings());
    if (settings.contextLength() != null) {
      return;
    }
    if (fits(version, profile, settings)) {
      return;
    }
    int context =
        longest(
            version.contextLength(),
            tokens -> fits(version, profile, settings.withContextLength(tokens)));
    if (context == 0) {
      return;
    }
    log.warn(
        "{} was made for {} tokens, whose cache does not fit into memory: it is loaded with a context of {}; the load profile {} has it",
        version.label(),
        version.contextLength(),
        context,
        profile.name());
    profiles.put(
        version.model(),
        profile.name(),
        documents.write(settings.withContextLength(context)),
        Revision.ANY);
  }

  private boolean fits(ModelVersion version, LoadProfile profile, LoadSettings settings) {
    return checks.check(version, profile.name(), settings, Set.of()).fits();
  }

  /** The longest power of two below the model's own that fits; 0: none that is worth it does. */
  static int longest(int own, IntPredicate fits) {
    for (int tokens = Integer.highestOneBit(own - 1); tokens >= LEAST; tokens /= 2) {
      if (fits.test(tokens)) {
        return tokens;
      }
    }
    return 0;
  }
}
