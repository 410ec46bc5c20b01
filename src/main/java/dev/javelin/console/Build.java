package dev.javelin.console;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.info.BuildProperties;
import org.springframework.core.io.ResourceLoader;
import org.springframework.stereotype.Component;

/** What this server was built from and runs on. Its methods are public for the templates. */
@Component
final class Build {
  private static final String SBOM = "classpath:META-INF/sbom/application.cdx.json";

  private final String version;
  private final boolean sbom;

  /**
   * @param properties absent where the classes run without their package
   */
  Build(ObjectProvider<BuildProperties> properties, ResourceLoader resources) {
    BuildProperties known = properties.getIfAvailable();
    version = known == null ? "" : String.valueOf(known.getVersion());
    sbom = resources.getResource(SBOM).exists();
  }

  /** Empty if unknown. */
  public String version() {
    return version;
  }

  /** Whether the list of parts is in the package. */
  public boolean hasSbom() {
    return sbom;
  }

  public String java() {
    return Runtime.version() + " · " + System.getProperty("java.vm.name");
  }

  public String machine() {
    return "%s %s, %d processors"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors());
  }

  public String springBoot() {
    return SpringBootVersion.getVersion();
  }
}
