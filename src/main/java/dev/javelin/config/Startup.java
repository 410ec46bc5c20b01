package dev.javelin.config;

import dev.javelin.service.ModelEvent;
import dev.javelin.service.StartModels;
import java.util.Locale;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Loads the configured model once the server listens, and says when it can be used. */
@Component
final class Startup {
  private final JavelinProperties properties;
  private final StartModels models;
  private final WebServerApplicationContext context;
  private final Environment environment;
  private final ServerProperties server;

  Startup(
      JavelinProperties properties,
      StartModels models,
      WebServerApplicationContext context,
      Environment environment,
      ServerProperties server) {
    this.properties = properties;
    this.models = models;
    this.context = context;
    this.environment = environment;
    this.server = server;
  }

  @EventListener(ApplicationReadyEvent.class)
  void load() {
    if (properties.model().equals("none")) {
      System.out.printf("Javelin is ready: %s (no model)%n", url());
    } else {
      models.serve(properties.modelName(), properties.modelPath());
    }
    models.serveRest(properties.modelName());
  }

  @EventListener
  void announce(ModelEvent event) {
    if (event instanceof ModelEvent.Loaded(String name, long loadNanos)) {
      System.out.printf(
          Locale.ROOT,
          "Javelin is ready: %s serving %s, loaded in %.2f s%n",
          url(),
          name,
          loadNanos / 1e9);
    }
  }

  private String url() {
    var web = context.getWebServer();
    return url(
        Ssl.isEnabled(server.getSsl()),
        environment.getProperty("server.address", "127.0.0.1"),
        web == null ? 0 : web.getPort());
  }

  /** An address that a browser on this machine can open. */
  static String url(boolean encrypted, String host, int port) {
    String reached =
        switch (host) {
          case "0.0.0.0", "::", "0:0:0:0:0:0:0:0" -> "localhost";
          default -> host.contains(":") ? "[" + host + "]" : host;
        };
    return "%s://%s:%d/".formatted(encrypted ? "https" : "http", reached, port);
  }
}
