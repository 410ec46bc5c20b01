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
 * @param servedName the name clients call; empty: "dart" for the built-in model, else the file's
 * @param home the installation's folder
 * @param dataDir where the database lives
 * @param device where models are computed: auto, cpu or cuda
 * @param maxBody largest request body
 * @param bodyTimeout longest a body may take to arrive
 * @param keepAlive silence on a stream after which a comment is sent
 * @param requestTimeout longest a request may take in all, its time in the queue included
 */
@ConfigurationProperties("javelin")
public record JavelinProperties(
    @DefaultValue(BUILT_IN) String model,
    @DefaultValue("") String servedName,
    @DefaultValue(".") Path home,
    @DefaultValue("data") Path dataDir,
    @DefaultValue("auto") Backends.Device device,
    @DefaultValue("8MB") DataSize maxBody,
    @DefaultValue("30s") Duration bodyTimeout,
    @DefaultValue("10s") Duration keepAlive,
    @DefaultValue("10m") Duration requestTimeout) {

  private static final String BUILT_IN = "models/dart/dart-20m-chat-q8_0.gguf";

  public JavelinProperties {
    if (maxBody.toBytes() < 1 || maxBody.toBytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("max-body must be from 1B to 2047MB, not " + maxBody);
    }
    positive("body-timeout", bodyTimeout);
    positive("keep-alive", keepAlive);
    positive("request-timeout", requestTimeout);
  }

  private static void positive(String name, Duration given) {
    if (!given.isPositive()) {
      throw new IllegalArgumentException("%s must be above 0, not %s".formatted(name, given));
    }
  }

  /** What clients call the model. */
  public String modelName() {
    if (!servedName.isEmpty()) {
      return servedName;
    }
    if (modelPath().equals(home.resolve(BUILT_IN).normalize())) {
      return "dart";
    }
    Path last = modelPath().toAbsolutePath().getFileName();
    String file = last == null ? "model" : last.toString();
    return file.endsWith(".gguf") ? file.substring(0, file.length() - ".gguf".length()) : file;
  }

  /** The checkpoint's path. */
  public Path modelPath() {
    return home.resolve(model).normalize();
  }
}
