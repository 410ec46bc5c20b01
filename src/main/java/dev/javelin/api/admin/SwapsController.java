package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.service.Operation;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.ServingProperties;
import dev.javelin.service.Swaps;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/swaps}: another version or other settings behind an alias. */
@RestController
@RequestMapping("/api/v1/swaps")
final class SwapsController {
  /**
   * @param to what the alias shall stand for; what is null stays as it is
   * @param strategy null: beside the old one if both fit
   * @param drain how long requests to the old one may go on, as in {@code PT30S}
   */
  record SwapBody(
      @NotNull String alias,
      @NotNull @Valid Target to,
      Swaps.@Nullable Strategy strategy,
      @Nullable Duration drain,
      @Size(max = 2000) @Nullable String reason) {}

  record Target(
      @Nullable String model,
      @Min(1) @Nullable Integer version,
      @Nullable String loadProfile,
      @Nullable String decodingProfile) {
    AliasTarget over(Alias alias) {
      return new AliasTarget(
          model == null ? alias.version().model() : model,
          version == null ? alias.version().number() : version,
          loadProfile == null ? alias.loadProfile().name() : loadProfile,
          decodingProfile == null ? alias.decodingProfile().name() : decodingProfile);
    }
  }

  private static final Target SAME = new Target(null, null, null, null);

  private final Swaps swaps;
  private final Aliases aliases;
  private final Operations operations;
  private final ServingProperties properties;

  SwapsController(
      Swaps swaps, Aliases aliases, Operations operations, ServingProperties properties) {
    this.swaps = swaps;
    this.aliases = aliases;
    this.operations = operations;
    this.properties = properties;
  }

  @PostMapping
  @Answers(202)
  ResponseEntity<OperationView> start(
      @Valid @RequestBody SwapBody body, ServerWebExchange exchange) {
    Alias from = aliases.require(body.alias());
    AliasTarget to = body.to().over(from);
    Operation swap =
        swaps.start(
            body.alias(),
            to,
            body.strategy(),
            body.drain() == null ? properties.drain() : body.drain(),
            Actors.of(exchange),
            body.reason() == null ? "" : body.reason());
    Audited.change(exchange, SAME.over(from), to);
    return InstancesController.accepted(operations, swap);
  }

  /** What the swap would do; changes and allocates nothing. */
  @PostMapping("/plan")
  Swaps.Plan plan(@Valid @RequestBody SwapBody body) {
    return swaps.plan(body.alias(), body.to().over(aliases.require(body.alias())), body.strategy());
  }
}
