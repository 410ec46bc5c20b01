package dev.javelin.console;

import dev.javelin.config.KnownSetting;
import dev.javelin.config.Redaction;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.stereotype.Component;

/**
 * Every setting of the process: its value and where it comes from. All are read at the start. What
 * each means is {@code setting.<key>}.
 */
@Component
final class KnownSettings {
  /** Where a value comes from, the weakest first. */
  enum Source {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    SYSTEM_PROPERTY,
    COMMAND_LINE
  }

  /**
   * @param value empty for a secret, and where nothing is set
   * @param where the file and line, or the variable; empty where the source says it all
   * @param set whether there is any value
   */
  record Setting(
      String key, String value, String source, String where, boolean secret, boolean set) {}

  private final ConfigurableEnvironment environment;

  KnownSettings(ConfigurableEnvironment environment) {
    this.environment = environment;
  }

  static List<String> keys() {
    return KnownSetting.ALL.stream().map(KnownSetting::key).toList();
  }

  List<Setting> all() {
    return KnownSetting.ALL.stream().map(this::setting).toList();
  }

  private Setting setting(KnownSetting known) {
    ConfigurationPropertyName name = ConfigurationPropertyName.of(known.key());
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      ConfigurationProperty found = source.getConfigurationProperty(name);
      if (found != null) {
        Source from = source(found);
        // A database's address may have its password in it.
        String value =
            Redaction.withoutPasswords(
                environment.resolvePlaceholders(String.valueOf(found.getValue())));
        return new Setting(
            known.key(),
            known.secret() ? "" : value,
            word(from),
            from == Source.FILE || from == Source.ENVIRONMENT ? where(found) : "",
            known.secret(),
            !value.isEmpty());
      }
    }
    String usual = known.usual();
    return new Setting(
        known.key(), usual, word(Source.DEFAULT), "", known.secret(), !usual.isEmpty());
  }

  private static String word(Source source) {
    return source.name().toLowerCase(Locale.ROOT);
  }

  private static Source source(ConfigurationProperty property) {
    ConfigurationPropertySource source = property.getSource();
    String name = source == null ? "" : String.valueOf(source.getUnderlyingSource());
    if (name.contains("'systemEnvironment'")) {
      return Source.ENVIRONMENT;
    }
    if (name.contains("'commandLineArgs'")) {
      return Source.COMMAND_LINE;
    }
    Origin origin = property.getOrigin();
    if (origin instanceof PropertySourceOrigin found) {
      origin = found.getOrigin();
    }
    if (origin instanceof TextResourceOrigin file) {
      // What the package itself brings is no choice of whoever runs it.
      boolean ours = String.valueOf(file.getResource()).startsWith("class path resource");
      return ours ? Source.DEFAULT : Source.FILE;
    }
    return Source.SYSTEM_PROPERTY;
  }

  private static String where(ConfigurationProperty property) {
    @Nullable Origin origin = property.getOrigin();
    return origin == null ? "" : origin.toString();
  }
}
