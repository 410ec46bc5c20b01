package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.security.Caller;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.AliasView;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.Loads;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ServingProperties;
import dev.javelin.service.Swaps;
import dev.javelin.service.Unloads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
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

    static PlanQuery policy(String alias) {
      return new PlanQuery("policy", null, null, alias, null, null, null, null, null);
    }
  }

  record LoadForm(@NotNull String what) {}

  record UnloadForm(@Nullable Long drain, @Nullable Boolean force) {}

  /**
   * @param revision of the alias that the person saw
   */
  record SwapForm(
      @NotNull String alias,
      long revision,
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

  private final Instances instances;
  private final Aliases aliases;
  private final AliasChanges aliasChanges;
  private final Operations operations;
  private final RuntimePlans plans;
  private final RuntimeContents contents;
  private final Loads loads;
  private final Unloads unloads;
  private final Swaps swaps;
  private final Models models;
  private final LoadProfiles loadProfiles;
  private final ServingProperties properties;

  RuntimeController(
      Instances instances,
      Aliases aliases,
      AliasChanges aliasChanges,
      Operations operations,
      RuntimePlans plans,
      RuntimeContents contents,
      Loads loads,
      Unloads unloads,
      Swaps swaps,
      Models models,
      LoadProfiles loadProfiles,
      ServingProperties properties) {
    this.instances = instances;
    this.aliases = aliases;
    this.aliasChanges = aliasChanges;
    this.operations = operations;
    this.plans = plans;
    this.contents = contents;
    this.loads = loads;
    this.unloads = unloads;
    this.swaps = swaps;
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.properties = properties;
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
          ModelVersion version = models.version(what.model(), what.version());
          LoadProfile profile = loadProfiles.require(what.model(), what.profile());
          InstanceView before = view(instances.find(version.id(), profile.id()));
          loads.start(version, profile, Caller.of(exchange).name());
          Audited.change(exchange, before, view(instances.find(version.id(), profile.id())));
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
        () -> {
          InstanceView before = view(instances.find(id));
          unloads.start(id, drain, Caller.of(exchange).name());
          Audited.change(exchange, before, null);
        },
        view,
        exchange,
        locale);
  }

  @PostMapping("/console/runtime/swaps")
  String swap(
      @Valid @ModelAttribute SwapForm form, Model view, ServerWebExchange exchange, Locale locale) {
    PlanQuery again =
        new PlanQuery(
            "swap",
            null,
            null,
            form.alias(),
            form.version(),
            form.loadProfile(),
            form.decodingProfile(),
            form.strategy(),
            form.drain());
    return attempt(
        () -> {
          Alias from = aliases.require(form.alias());
          new Revision.Exactly(form.revision()).check("alias", form.alias(), from.revision());
          AliasTarget to =
              plans.target(from, form.version(), form.loadProfile(), form.decodingProfile());
          swaps.start(
              form.alias(),
              to,
              form.strategy(),
              drain(form.drain()),
              Caller.of(exchange).name(),
              form.reason() == null ? "" : form.reason());
          Audited.change(exchange, AliasChanges.target(from), to);
        },
        again,
        view,
        exchange,
        locale);
  }

  @PostMapping("/console/runtime/operations/{id}/cancel")
  String cancel(@PathVariable UUID id, Model view, ServerWebExchange exchange, Locale locale) {
    return attempt(
        () -> {
          OperationView before = operations.require(id);
          Audited.change(exchange, before, operations.cancel(id, Caller.of(exchange).name()));
        },
        view,
        exchange,
        locale);
  }

  @PostMapping("/console/runtime/aliases/{alias}/policy")
  String policy(
      @PathVariable String alias,
      @Valid @ModelAttribute PolicyForm form,
      Model view,
      ServerWebExchange exchange,
      Locale locale) {
    Long minutes = form.idleMinutes();
    view.addAttribute("policyMine", form);
    return attempt(
        () -> {
          Alias before = aliases.require(alias);
          Alias after =
              aliasChanges.put(
                  alias,
                  AliasChanges.target(before),
                  new AliasPolicy(
                      form.loading(),
                      Boolean.TRUE.equals(form.pinned()),
                      minutes == null ? null : minutes * 60),
                  new Revision.Exactly(form.revision()),
                  Caller.of(exchange).name(),
                  "policy");
          Audited.change(exchange, AliasView.of(before), AliasView.of(after));
        },
        PlanQuery.policy(alias),
        view,
        exchange,
        locale);
  }

  private @Nullable InstanceView view(@Nullable Instance instance) {
    return instance == null ? null : instances.view(instance);
  }

  private Duration drain(@Nullable Long seconds) {
    return seconds == null
        ? properties.drain()
        : Duration.ofSeconds(Math.clamp(seconds, 0, Duration.ofHours(1).toSeconds()));
  }

  private String attempt(Runnable action, Model view, ServerWebExchange exchange, Locale locale) {
    return attempt(action, PlanQuery.NONE, view, exchange, locale);
  }

  /**
   * @param again what is shown if somebody else was first: the plan anew, over what is there now
   */
  private String attempt(
      Runnable action, PlanQuery again, Model view, ServerWebExchange exchange, Locale locale) {
    Problem refused = Attempt.refusal(action);
    if (refused == null) {
      return HERE;
    }
    Attempt.explain(refused, view, exchange);
    boolean stale = refused.type() == Problem.Type.PRECONDITION_FAILED;
    view.addAttribute("stale", stale);
    return page(stale ? again : PlanQuery.NONE, view, exchange, locale);
  }

  private String page(PlanQuery query, Model view, ServerWebExchange exchange, Locale locale) {
    Show show = new Show(locale);
    Problem refused = Attempt.refusal(() -> plan(query, view, show));
    if (refused != null && !view.containsAttribute("problem")) {
      // The page is there all the same: what was planned for may have gone meanwhile.
      view.addAttribute("problem", ProblemView.of(refused));
    }
    view.addAttribute("page", "runtime");
    view.addAttribute("runtime", contents.of(show));
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
}
