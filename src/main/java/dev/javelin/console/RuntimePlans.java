package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.FitChecks;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.RunningRequests;
import dev.javelin.service.ServingProperties;
import dev.javelin.service.Swaps;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a load, an unload or a swap would do, shown before it runs. Changes nothing. */
@Component
final class RuntimePlans {
  /** What can be loaded: a version with a load profile, written {@code model:version/profile}. */
  record What(String model, int version, String profile) {
    /**
     * @throws ProblemException INVALID_REQUEST
     */
    static What parse(String text) {
      int colon = text.indexOf(':');
      int slash = text.indexOf('/', colon + 1);
      try {
        if (colon > 0 && slash > 0) {
          return new What(
              text.substring(0, colon),
              Integer.parseInt(text.substring(colon + 1, slash)),
              text.substring(slash + 1));
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new ProblemException(
          Problem.ofField(
              "/what", "'%s' is not of the form model:version/profile".formatted(text)));
    }

    @Override
    public String toString() {
      return model + ":" + version + "/" + profile;
    }
  }

  /**
   * @param fit null if it is in memory already
   * @param aliases that it would serve
   */
  record Load(String what, List<String> choices, @Nullable FitView fit, List<String> aliases) {}

  /**
   * @param aliases that would be without a model
   * @param running that may end meanwhile, and are cancelled then
   * @param freesBytes of all devices together
   */
  record Unload(
      InstanceView instance,
      String label,
      List<Alias> aliases,
      List<RunningRequests.View> running,
      long freesBytes,
      long drainSeconds) {}

  /**
   * @param version of the target, {@code model:number}
   * @param same whether this is what the alias stands for already
   * @param loaded whether the target is in memory already
   * @param facts of the two versions that are not alike
   * @param settings of the load profiles, before and after
   * @param decoding what differs between the decoding profiles
   * @param running requests of the instance that leaves
   * @param leaves label of the instance that leaves; null if none does
   */
  record Swap(
      Alias alias,
      String version,
      List<String> versions,
      String loadProfile,
      List<String> loadProfiles,
      String decodingProfile,
      List<String> decodingProfiles,
      long drainSeconds,
      boolean same,
      boolean loaded,
      Swaps.Plan plan,
      FitView fit,
      List<VersionFact> facts,
      List<SettingRow> settings,
      List<JsonDifference.Line> decoding,
      @Nullable String leaves,
      List<RunningRequests.View> running) {
    /** Whether anything but the number of the version differs. Public, as templates need. */
    public boolean differs() {
      return !facts.isEmpty() || !settings.isEmpty() || !decoding.isEmpty();
    }
  }

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final Aliases aliases;
  private final Instances instances;
  private final FitChecks fitChecks;
  private final Swaps swaps;
  private final RunningRequests requests;
  private final ProfileDocuments documents;
  private final ServingProperties properties;

  RuntimePlans(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      Aliases aliases,
      Instances instances,
      FitChecks fitChecks,
      Swaps swaps,
      RunningRequests requests,
      ProfileDocuments documents,
      ServingProperties properties) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.aliases = aliases;
    this.instances = instances;
    this.fitChecks = fitChecks;
    this.swaps = swaps;
    this.requests = requests;
    this.documents = documents;
    this.properties = properties;
  }

  /**
   * @param wanted null: the first that is not in memory
   */
  Load load(@Nullable String wanted) {
    Map<String, List<LoadProfile>> profiles = new HashMap<>();
    List<String> choices =
        newestFirst()
            .flatMap(
                version ->
                    profiles.computeIfAbsent(version.model(), loadProfiles::list).stream()
                        .map(
                            profile ->
                                new What(version.model(), version.number(), profile.name())
                                    .toString()))
            .toList();
    if (choices.isEmpty()) {
      throw new ProblemException(
          Problem.of(Problem.Type.NOT_FOUND, "no model has a version and a load profile yet")
              .said("nothing-to-load"));
    }
    String text = wanted == null ? choices.getFirst() : wanted;
    What what = What.parse(text);
    ModelVersion version = models.version(what.model(), what.version());
    LoadProfile profile = loadProfiles.require(what.model(), what.profile());
    boolean there = instances.find(version.id(), profile.id()) != null;
    List<String> served =
        aliases.list().stream()
            .filter(
                alias ->
                    alias.version().id().equals(version.id())
                        && alias.loadProfile().id().equals(profile.id()))
            .map(Alias::name)
            .toList();
    return new Load(
        text,
        choices,
        there
            ? null
            : FitView.of(
                fitChecks.check(
                    version, profile.name(), documents.load(profile.settings()), Set.of())),
        served);
  }

  /** All versions by their model, of each model the newest first. */
  private Stream<ModelVersion> newestFirst() {
    return models.versions().stream()
        .sorted(
            Comparator.comparing(ModelVersion::model)
                .thenComparing(ModelVersion::number, Comparator.reverseOrder()));
  }

  /**
   * @throws ProblemException NOT_FOUND
   */
  Unload unload(UUID id) {
    Instance instance = instances.find(id);
    if (instance == null) {
      throw new ProblemException(
          Problem.of(Problem.Type.NOT_FOUND, "this instance is not in memory any more")
              .said("no-instance"));
    }
    InstanceView view = instances.view(instance);
    return new Unload(
        view,
        instance.label(),
        aliases.list().stream().filter(instance::serves).toList(),
        running(id),
        view.memory().stream().mapToLong(need -> need.totalBytes()).sum(),
        properties.drain().toSeconds());
  }

  /**
   * @param version {@code model:number}; null: the newest of its model
   * @param loadProfile null: that of the alias
   * @param decodingProfile null: that of the alias
   */
  Swap swap(
      String name,
      @Nullable String version,
      @Nullable String loadProfile,
      @Nullable String decodingProfile,
      Swaps.@Nullable Strategy strategy,
      @Nullable Long drainSeconds,
      Show show) {
    Alias alias = aliases.require(name);
    AliasTarget to = target(alias, version, loadProfile, decodingProfile);
    Swaps.Plan plan = swaps.plan(name, to, strategy);
    LoadProfile next = loadProfiles.require(to.model(), to.loadProfile());
    ModelVersion wanted = models.version(to.model(), to.version());
    Instance old = instances.find(alias.version().id(), alias.loadProfile().id());
    Instance there = instances.find(wanted.id(), next.id());
    Instance leaving = old == null || old == there || servesAnother(old, name) ? null : old;
    return new Swap(
        alias,
        to.model() + ":" + to.version(),
        newestFirst().map(ModelVersion::label).toList(),
        to.loadProfile(),
        loadProfiles.list(to.model()).stream().map(LoadProfile::name).toList(),
        to.decodingProfile(),
        decodingProfiles.list(to.model()).stream().map(DecodingProfile::name).toList(),
        drainSeconds == null ? properties.drain().toSeconds() : drainSeconds,
        to.equals(AliasChanges.target(alias)),
        there != null,
        plan,
        FitView.of(plan.fit()),
        VersionFact.between(alias.version(), wanted, show),
        SettingRow.of(
                documents.load(alias.loadProfile().settings()),
                documents.load(next.settings()),
                documents,
                show)
            .stream()
            .filter(SettingRow::changes)
            .toList(),
        JsonDifference.between(
            documents.tree(alias.decodingProfile().settings()),
            documents.tree(decodingProfiles.require(to.model(), to.decodingProfile()).settings())),
        leaving == null ? null : leaving.label(),
        leaving == null ? List.of() : running(leaving.id()));
  }

  private boolean servesAnother(Instance instance, String name) {
    return aliases.list().stream()
        .anyMatch(alias -> !alias.name().equals(name) && instance.serves(alias));
  }

  /**
   * What a form asks an alias to stand for; what it leaves out stays, or is the nearest there is.
   */
  AliasTarget target(
      Alias alias,
      @Nullable String version,
      @Nullable String loadProfile,
      @Nullable String decodingProfile) {
    String model = alias.version().model();
    int number = models.versions(model).getLast().number();
    if (version != null) {
      What what = What.parse(version + "/any");
      model = what.model();
      number = what.version();
    }
    String load = loadProfile == null ? alias.loadProfile().name() : loadProfile;
    String decoding = decodingProfile == null ? alias.decodingProfile().name() : decodingProfile;
    return new AliasTarget(
        model,
        number,
        loadProfiles.find(model, load).isPresent()
            ? load
            : first(loadProfiles.list(model).stream().map(LoadProfile::name).toList(), load),
        decodingProfiles.find(model, decoding).isPresent()
            ? decoding
            : first(
                decodingProfiles.list(model).stream().map(DecodingProfile::name).toList(),
                decoding));
  }

  private static String first(List<String> names, String otherwise) {
    return names.isEmpty() ? otherwise : names.getFirst();
  }

  private List<RunningRequests.View> running(UUID instance) {
    return requests.list(RunningRequests.Which.RUNNING, null, Integer.MAX_VALUE).stream()
        .filter(request -> request.instance().equals(instance))
        .toList();
  }
}
