package dev.javelin.api.admin;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasChange;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasPolicy.Loading;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.Revision;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.AliasView;
import dev.javelin.service.EffectiveSettings;
import dev.javelin.service.Names;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/aliases}: the names that clients call. */
@RestController
@RequestMapping("/api/v1/aliases")
final class AliasesController {
  /**
   * @param loading what brings it into memory; null: the first request
   * @param idleSeconds unloaded after so long without a request; null: never
   * @param reason kept in its history
   */
  record AliasBody(
      @NotNull String model,
      @NotNull @Min(1) Integer version,
      @NotNull String loadProfile,
      @NotNull String decodingProfile,
      @Nullable Loading loading,
      @Nullable Boolean pinned,
      @Min(1) @Nullable Long idleSeconds,
      @Size(max = 2000) @Nullable String reason) {
    AliasTarget target() {
      return new AliasTarget(model, version, loadProfile, decodingProfile);
    }

    AliasPolicy policy() {
      return new AliasPolicy(
          loading == null ? Loading.ON_REQUEST : loading, pinned != null && pinned, idleSeconds);
    }
  }

  private final Aliases aliases;
  private final AliasChanges changes;
  private final EffectiveSettings effective;

  AliasesController(Aliases aliases, AliasChanges changes, EffectiveSettings effective) {
    this.aliases = aliases;
    this.changes = changes;
    this.effective = effective;
  }

  @GetMapping
  Page<AliasView> list() {
    return Page.whole(aliases.list().stream().map(AliasView::of).toList());
  }

  @GetMapping("/{alias}")
  ResponseEntity<AliasView> one(@PathVariable String alias) {
    return tagged(HttpStatus.OK, aliases.require(alias));
  }

  /**
   * Creates an alias; with If-Match, retargets one that is there, atomically. What it then stands
   * for is loaded by its policy; a swap loads first and retargets then.
   */
  @PutMapping("/{alias}")
  @Answers({200, 201})
  ResponseEntity<AliasView> put(
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String alias,
      @Valid @RequestBody AliasBody body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Optional<Alias> known = aliases.find(alias);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, known.get().id(), known.get().revision())
            : ETags.absent(ifMatch);
    String reason = body.reason() == null ? "" : body.reason();
    Alias stored =
        changes.put(alias, body.target(), body.policy(), revision, Actors.of(exchange), reason);
    return tagged(known.isPresent() ? HttpStatus.OK : HttpStatus.CREATED, stored);
  }

  @DeleteMapping("/{alias}")
  @Answers(204)
  ResponseEntity<Void> delete(
      @PathVariable String alias,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
    Alias now = aliases.require(alias);
    changes.delete(alias, ETags.required(ifMatch, now.id(), now.revision()));
    return ResponseEntity.noContent().build();
  }

  /** Every retarget, newest first. */
  @GetMapping("/{alias}/history")
  Page<AliasChange> history(@PathVariable String alias) {
    return Page.whole(aliases.history(alias));
  }

  /** Retargets the alias to what it stood for before. */
  @PostMapping("/{alias}/rollback")
  ResponseEntity<AliasView> rollback(
      @PathVariable String alias,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Alias now = aliases.require(alias);
    Revision revision = ETags.required(ifMatch, now.id(), now.revision());
    Alias stored =
        changes.put(
            alias, changes.former(now), now.policy(), revision, Actors.of(exchange), "rollback");
    return tagged(HttpStatus.OK, stored);
  }

  /** What a request to the alias gets where it is silent, and where each value comes from. */
  @GetMapping("/{alias}/effective")
  EffectiveSettings.Effective effective(@PathVariable String alias) {
    return effective.of(alias);
  }

  private static ResponseEntity<AliasView> tagged(HttpStatus status, Alias alias) {
    return ResponseEntity.status(status)
        .eTag(ETags.of(alias.id(), alias.revision()))
        .body(AliasView.of(alias));
  }
}
