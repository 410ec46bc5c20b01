package dev.javelin.api.admin;

import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.FitChecks;
import dev.javelin.service.FitReport;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.MemoryLedger;
import dev.javelin.service.ProfileDocuments;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/fit-checks} and {@code /api/v1/memory}: what fits, and who has what. */
@RestController
final class FitChecksController {
  /**
   * @param loadProfile by name; null: {@code settings}, or what the server chooses
   * @param settings to try, in place of a profile's
   * @param assumeUnloaded instances to count as gone
   */
  record FitCheck(
      @NotNull String model,
      @NotNull @Min(1) Integer version,
      @Nullable String loadProfile,
      @Nullable LoadSettings settings,
      @Nullable Set<UUID> assumeUnloaded) {}

  private final Models models;
  private final LoadProfiles profiles;
  private final FitChecks fitChecks;
  private final MemoryLedger ledger;
  private final ProfileDocuments documents;

  FitChecksController(
      Models models,
      LoadProfiles profiles,
      FitChecks fitChecks,
      MemoryLedger ledger,
      ProfileDocuments documents) {
    this.models = models;
    this.profiles = profiles;
    this.fitChecks = fitChecks;
    this.ledger = ledger;
    this.documents = documents;
  }

  /** Changes and allocates nothing. */
  @PostMapping("/api/v1/fit-checks")
  FitReport check(@Valid @RequestBody FitCheck body) {
    ModelVersion version = models.version(body.model(), body.version());
    String name = body.loadProfile();
    LoadSettings settings = body.settings();
    if (settings == null) {
      settings =
          name == null
              ? LoadSettings.NONE
              : documents.load(profiles.require(body.model(), name).settings());
    }
    Set<UUID> gone = body.assumeUnloaded();
    return fitChecks.check(
        version, name == null ? "default" : name, settings, gone == null ? Set.of() : gone);
  }

  @GetMapping("/api/v1/memory")
  List<MemoryLedger.Device> memory() {
    return ledger.devices();
  }
}
