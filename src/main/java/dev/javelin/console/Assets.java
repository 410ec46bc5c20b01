package dev.javelin.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.webjars.WebJarVersionLocator;

/**
 * The console's scripts, style and icons under a path that names their content, so that a browser
 * keeps them for good and never mixes two builds. All share one digest: modules import each other
 * by relative names, and those stay within the path.
 */
@Component("assets")
final class Assets implements WebFluxConfigurer {
  private static final String FILES = "classpath:/static/console/";
  private static final String PATH = "/console/assets/";

  private final String htmx = library("htmx.org");
  private final String charts = library("uplot");
  private final String base = PATH + digest();

  private static String library(String name) {
    return "classpath:/META-INF/resources/webjars/%s/%s/dist/"
        .formatted(name, new WebJarVersionLocator().version(name));
  }

  /** Where the files are, without a slash at the end. Public, as templates need. */
  public String base() {
    return base;
  }

  @Override
  public void addResourceHandlers(ResourceHandlerRegistry registry) {
    registry
        .addResourceHandler(base + "/**")
        .addResourceLocations(FILES, htmx, charts)
        .setCacheControl(CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable());
  }

  private String digest() {
    try {
      var resolver = new PathMatchingResourcePatternResolver();
      Resource[] own = resolver.getResources(FILES + "*");
      Arrays.sort(own, Comparator.comparing(file -> String.valueOf(file.getFilename())));
      List<Resource> files = new ArrayList<>(List.of(own));
      files.add(resolver.getResource(htmx + "htmx.min.js"));
      files.add(resolver.getResource(charts + "uPlot.esm.js"));
      files.add(resolver.getResource(charts + "uPlot.min.css"));
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Resource file : files) {
        sha.update(file.getContentAsByteArray());
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
