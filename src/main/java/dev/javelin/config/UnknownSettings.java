package dev.javelin.config;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Refuses a setting of Javelin's own that there is none of, on the command line or in a file: a
 * slip of the pen would else be ignored.
 */
final class UnknownSettings implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  private static final String OURS = "javelin.";

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    for (PropertySource<?> source : event.getEnvironment().getPropertySources()) {
      if (source instanceof CommandLinePropertySource<?>
          || source instanceof OriginTrackedMapPropertySource) {
        for (String given : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
          check(given);
        }
      }
    }
  }

  private static void check(String given) {
    if (!given.startsWith(OURS)) {
      return;
    }
    ConfigurationPropertyName name = ConfigurationPropertyName.adapt(given, '.');
    boolean known =
        keys()
            .map(ConfigurationPropertyName::of)
            .anyMatch(key -> key.equals(name) || key.isAncestorOf(name));
    if (!known) {
      throw new StartupException(
          "there is no setting '%s'; there are %s".formatted(given, siblings(given)));
    }
  }

  /** Those with the same beginning, or all where none has it. */
  private static List<String> siblings(String given) {
    String family = given.substring(0, given.lastIndexOf('.') + 1);
    List<String> same = keys().filter(key -> key.startsWith(family)).toList();
    return same.isEmpty() ? keys().toList() : same;
  }

  private static Stream<String> keys() {
    return KnownSetting.ALL.stream().map(KnownSetting::key).filter(key -> key.startsWith(OURS));
  }
}
