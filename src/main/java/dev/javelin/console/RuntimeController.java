package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.console.RuntimeView.AliasRow;
import dev.javelin.console.RuntimeView.DeviceRow;
import dev.javelin.console.RuntimeView.InstanceRow;
import dev.javelin.console.RuntimeView.OperationRow;
import dev.javelin.security.Caller;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.Loads;
import dev.javelin.service.MemoryLedger;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.RunningRequests;
import dev.javelin.service.ServedModel;
import dev.javelin.service.ServingProperties;
import dev.javelin.service.Swaps;
import dev.javelin.service.Unloads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/runtime}: what is in memory, and what brings it there and takes it away. */
@Controller
final class RuntimeController {
  private static final int OPERATIONS = 20;
  private static final UUID NEWEST = new UUID(-1, -1);
  private static final String HERE = "redirect:/console/runtime";

  /**
   * What the page shows a plan of; all null: nothing.
   *
   * @param plan {@code load}, {@code unload} or {@code swap}
   * @param drain seconds
   */
  record PlanQuery(
      @Nullable String plan,
      @Nullable String what,
      @Nullable UUID instance,
      @Nullable String alias,
      @Nullable String version,
      @Nullable String loadProfile,
      @Nullable String decodingProfile,
      Swaps.@Nullable Strategy strategy,
      @Nullable Long drain) {
    static final PlanQuery NONE =
        new PlanQuery(null, null, null, null, null, null, null, null, null);
  }

  record LoadForm(@NotNull String what) {}

  record UnloadForm(@Nullable Long drain, @Nullable Boolean force) {}

  record SwapForm(
      @NotNull String alias,
      @NotNull String version,
      @NotNull String loadProfile,
      @NotNull String decodingProfile,
      Swaps.@Nullable Strategy strategy,
      @Nullable Long drain,
      @Size(max = 2000) @Nullable String reason) {}

  /**
   * @param revision of the alias that the person saw
   * @param idleMinutes null: never unloaded for being idle
   */
  record PolicyForm(
      long revision,
      AliasPolicy.@NotNull Loading loading,
      @Nullable Boolean pinned,
      @Min(1) @Max(525_600) @Nullable Long idleMinutes) {}

  private final MemoryLedger ledger;
  private final Instances instances;
  private final Aliases aliases;
  private final AliasChanges aliasChanges;
  private final ModelRegistry registry;
  private final Operations operations;
  private final RunningRequests requests;
  private final ProfileDocuments documents;
  private final RuntimePlans plans;
  private final Loads loads;
  private final Unloads unloads;
  private final Swaps swaps;
  private final Models models;
  private final LoadProfiles loadProfiles;
  private final ServingProperties properties;
  private final Clock clock;

  RuntimeController(
      MemoryLedger ledger,
      Instances instances,
      Aliases aliases,
      AliasChanges aliasChanges,
      ModelRegistry registry,
      Operations operations,
      RunningRequests requests,
      ProfileDocuments documents,
      RuntimePlans plans,
      Loads loads,
      Unloads unloads,
      Swaps swaps,
      Models models,
      LoadProfiles loadProfiles,
      ServingProperties properties,
      Clock clock) {
    this.ledger = ledger;
    this.instances = instances;
    this.aliases = aliases;
    this.aliasChanges = aliasChanges;
    this.registry = registry;
    this.operations = operations;
    this.requests = requests;
    this.documents = documents;
    this.plans = plans;
    this.loads = loads;
    this.unloads = unloads;
    this.swaps = swaps;
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.properties = properties;
    this.clock = clock;
  }

  @GetMapping("/console/runtime")
  String runtime(
      @ModelAttribute PlanQuery query, Model view, ServerWebExchange exchange, Locale locale) {
    return page(query, view, exchange, locale);
  }

  @PostMapping("/console/runtime/loads")
  String load(
      @Valid @ModelAttribute LoadForm form, Model view, ServerWebExchange exchange, Locale locale) {
    return attempt(
        () -> {
          RuntimePlans.What what = RuntimePlans.What.parse(form.what());
          loads.start(
              models.version(what.model(), what.version()),
              loadProfiles.require(what.model(), what.profile()),
              Caller.of(exchange).name());
        },
        view,
        exchange,
        locale);
  }

  @PostMapping("/console/runtime/instances/{id}/unload")
  String unload(
      @PathVariable UUID id,
      @Valid @ModelAttribute UnloadForm form,
      Model view,
      ServerWebExchange exchange,
      Locale locale) {
    Duration drain = Boolean.TRUE.equals(form.force()) ? Duration.ZERO : drain(form.drain());
    return attempt(
        () -> unloads.start(id, drain, Caller.of(exchange).name()), view, exchange, locale);
  }

  @PostMapping("/console/runtime/swaps")
  String swap(
      @Valid @ModelAttribute SwapForm form, Model view, ServerWebExchange exchange, Locale locale) {
    return attempt(
        () ->
            swaps.start(
                form.alias(),
                plans.target(
                    aliases.require(form.alias()),
                    form.version(),
                    form.loadProfile(),
                    form.decodingProfile()),
                form.strategy(),
                drain(form.drain()),
                Caller.of(exchange).name(),
                form.reason() == null ? "" : form.reason()),
        view,
        exchange,
        locale);
  }

  @PostMapping("/console/runtime/operations/{id}/cancel")
  String cancel(@PathVariable UUID id, Model view, ServerWebExchange exchange, Locale locale) {
    return attempt(() -> operations.cancel(id, Caller.of(exchange).name()), view, exchange, locale);
  }

  @PostMapping("/console/runtime/aliases/{alias}/policy")
  String policy(
      @PathVariable String alias,
      @Valid @ModelAttribute PolicyForm form,
      Model view,
      ServerWebExchange exchange,
      Locale locale) {
    Long minutes = form.idleMinutes();
    return attempt(
        () ->
            aliasChanges.put(
                alias,
                AliasChanges.target(aliases.require(alias)),
                new AliasPolicy(
                    form.loading(),
                    Boolean.TRUE.equals(form.pinned()),
                    minutes == null ? null : minutes * 60),
                new Revision.Exactly(form.revision()),
                Caller.of(exchange).name(),
                "policy"),
        view,
        exchange,
        locale);
  }

  private Duration drain(@Nullable Long seconds) {
    return seconds == null
        ? properties.drain()
        : Duration.ofSeconds(Math.clamp(seconds, 0, Duration.ofHours(1).toSeconds()));
  }

  private String attempt(Runnable action, Model view, ServerWebExchange exchange, Locale locale) {
    Problem refused = Attempt.refusal(action);
    if (refused == null) {
      return HERE;
    }
    Attempt.explain(refused, view, exchange);
    return page(PlanQuery.NONE, view, exchange, locale);
  }

  private String page(PlanQuery query, Model view, ServerWebExchange exchange, Locale locale) {
    Show show = new Show(locale);
    Problem refused = Attempt.refusal(() -> plan(query, view, show));
    if (refused != null && !view.containsAttribute("problem")) {
      // The page is there all the same: what was planned for may have gone meanwhile.
      view.addAttribute("problem", ProblemView.of(refused));
    }
    view.addAttribute("page", "runtime");
    view.addAttribute("runtime", content(show));
    return "console/runtime";
  }

  private void plan(PlanQuery query, Model view, Show show) {
    String alias = query.alias();
    UUID instance = query.instance();
    String kind = query.plan();
    if ("load".equals(kind)) {
      view.addAttribute("loadPlan", plans.load(query.what()));
    } else if ("unload".equals(kind) && instance != null) {
      view.addAttribute("unloadPlan", plans.unload(instance));
    } else if ("swap".equals(kind) && alias != null) {
      view.addAttribute(
          "swapPlan",
          plans.swap(
              alias,
              query.version(),
              query.loadProfile(),
              query.decodingProfile(),
              query.strategy(),
              query.drain(),
              show));
    } else if ("policy".equals(kind) && alias != null) {
      view.addAttribute("policyOf", aliases.require(alias));
      view.addAttribute("loadings", AliasPolicy.Loading.values());
    }
  }

  private RuntimeView content(Show show) {
    List<Alias> known = aliases.list();
    Map<UUID, List<RunningRequests.View>> running =
        requests.list(RunningRequests.Which.RUNNING, null, Integer.MAX_VALUE).stream()
            .collect(Collectors.groupingBy(RunningRequests.View::instance));
    Instant now = clock.instant();
    return new RuntimeView(
        ledger.devices().stream().map(DeviceRow::of).toList(),
        instances.list().stream().map(instance -> row(instance, known, running, show)).toList(),
        known.stream().map(this::row).toList(),
        operations().stream().map(view -> OperationRow.of(view, now)).toList());
  }

  /** Those that run first, then the last that ended. */
  private List<OperationView> operations() {
    List<OperationView> all = new ArrayList<>(operations.list(NEWEST, OPERATIONS));
    all.sort(java.util.Comparator.comparing(view -> !view.state().live()));
    return all;
  }

  private InstanceRow row(
      Instance instance,
      List<Alias> known,
      Map<UUID, List<RunningRequests.View>> running,
      Show show) {
    InstanceView view = instances.view(instance);
    Instant end = view.drainUntil();
    return new InstanceRow(
        view,
        instance.label(),
        view.state().name().toLowerCase(Locale.ROOT),
        known.stream().filter(instance::serves).map(Alias::name).toList(),
        SettingRow.of(view.requested(), view.effective(), documents, show),
        running.getOrDefault(view.id(), List.of()),
        end == null ? null : end.toEpochMilli());
  }

  private AliasRow row(Alias alias) {
    String what = alias.version().label() + "/" + alias.loadProfile().name();
    ServedModel served = registry.find(alias.name());
    if (served == null) {
      return new AliasRow(alias, what, "unloaded", null);
    }
    return switch (served.state()) {
      case ServedModel.State.Loading(String stage, _) ->
          new AliasRow(alias, what, "loading", stage);
      case ServedModel.State.Failed(String reason) -> new AliasRow(alias, what, "failed", reason);
      case ServedModel.State.Unloaded _ -> new AliasRow(alias, what, "unloaded", null);
      case ServedModel.State.Ready _ -> new AliasRow(alias, what, "ready", null);
    };
  }
}
