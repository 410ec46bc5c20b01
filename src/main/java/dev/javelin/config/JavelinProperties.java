package dev.javelin.config;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The server's own settings.
 *
 * @param model checkpoint to serve; a relative path starts at {@code home}; "none" serves none
 * @param home the installation's folder
 * @param dataDir where the database lives
 * @param maxBody largest request body
 * @param bodyTimeout longest a body may take to arrive
 * @param keepAlive silence on a stream after which a comment is sent
 */
@ConfigurationProperties("javelin")
public record JavelinProperties(
    @DefaultValue("models/dart/dart-20m-chat-q8_0.gguf") String model,
    @DefaultValue(".") Path home,
    @DefaultValue("data") Path dataDir,
    @DefaultValue("8MB") DataSize maxBody,
    @DefaultValue("30s") Duration bodyTimeout,
    @DefaultValue("10s") Duration keepAlive) {

  /** The checkpoint's path. */
  public Path modelPath() {
    return home.resolve(model).normalize();
  }
}
