package dev.javelin.config;

import java.util.List;

/**
 * A setting of the process, read at the start.
 *
 * @param usual its value where nobody sets one
 * @param secret its value is not shown
 */
public record KnownSetting(String key, String usual, boolean secret) {

  /** All of them; what each means is {@code setting.<key>} of the console's messages. */
  public static final List<KnownSetting> ALL =
      List.of(
          known("server.address", ""),
          known("server.port", "8080"),
          known("javelin.home", "."),
          known("javelin.data-dir", "data"),
          known("javelin.database-url", ""),
          known("javelin.model", "models/dart/dart-20m-chat-q8_0.gguf"),
          known("javelin.served-name", ""),
          known("javelin.device", "auto"),
          known("javelin.max-body", "8MB"),
          known("javelin.body-timeout", "30s"),
          known("javelin.keep-alive", "10s"),
          known("javelin.request-timeout", "10m"),
          known("javelin.serving.model-roots", ""),
          known("javelin.serving.store", ""),
          known("javelin.serving.store-quota", "200GB"),
          known("javelin.serving.upload-expiry", "24h"),
          known("javelin.serving.hub-url", "https://huggingface.co"),
          secret("javelin.serving.hub-token"),
          known("javelin.serving.hub-allow-private", "false"),
          known("javelin.serving.hub-retry-pause", "500ms"),
          known("javelin.serving.lease", "15s"),
          known("javelin.serving.drain", "30s"),
          known("javelin.serving.memory-reserve", "64MB"),
          known("javelin.serving.breaker-failures", "5"),
          known("javelin.serving.breaker-pause", "10s"),
          secret("javelin.admin.password"),
          known("javelin.oidc.roles-claim", "groups"),
          known("javelin.oidc.role-prefix", "javelin-"),
          known("javelin.oidc.name-claim", "sub"),
          known("javelin.audit.inference", "true"),
          known("javelin.audit.bodies", "false"),
          known("javelin.tracing.endpoint", ""),
          known("javelin.tracing.sampling", "1"));

  private static KnownSetting known(String key, String usual) {
    return new KnownSetting(key, usual, false);
  }

  private static KnownSetting secret(String key) {
    return new KnownSetting(key, "", true);
  }
}
