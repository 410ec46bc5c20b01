package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasChange;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.console.OverviewView.Concern;
import dev.javelin.console.OverviewView.Event;
import dev.javelin.console.OverviewView.Step;
import dev.javelin.console.OverviewView.Tile;
import dev.javelin.console.RuntimeView.DeviceRow;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Instance;
import dev.javelin.service.Instances;
import dev.javelin.service.MemoryLedger;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Series;
import dev.javelin.service.ServedModel;
import dev.javelin.service.ServingHistory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Reads what the overview shows: what needs a person first, then how it goes. */
@Component
final class OverviewContents {
  private static final UUID NEWEST = new UUID(-1, -1);
  private static final int OPERATIONS = 30;
  private static final int EVENTS = 8;
  private static final Duration LATELY = Duration.ofMinutes(15);

  /** A device with less than this part of it left has no room for another model's cache. */
  private static final int SCARCE = 20;

  private static final String RUNTIME = "/console/runtime";

  private final LiveFigures figures;
  private final RequestRows requests;
  private final ServingHistory history;
  private final ModelRegistry registry;
  private final Models models;
  private final Aliases aliases;
  private final Instances instances;
  private final MemoryLedger ledger;
  private final Operations operations;
  private final Clock clock;

  OverviewContents(
      LiveFigures figures,
      RequestRows requests,
      ServingHistory history,
      ModelRegistry registry,
      Models models,
      Aliases aliases,
      Instances instances,
      MemoryLedger ledger,
      Operations operations,
      Clock clock) {
    this.figures = figures;
    this.requests = requests;
    this.history = history;
    this.registry = registry;
    this.models = models;
    this.aliases = aliases;
    this.instances = instances;
    this.ledger = ledger;
    this.operations = operations;
    this.clock = clock;
  }

  OverviewView of(Caller caller, Show show) {
    boolean sees = caller.may(Access.VIEWER);
    List<OperationView> lately = sees ? operations.list(NEWEST, OPERATIONS) : List.of();
    List<Alias> known = aliases.list();
    List<DeviceRow> devices = ledger.devices().stream().map(DeviceRow::of).toList();
    List<RequestView> slowest = requests.slowest();
    return new OverviewView(
        concerns(known, lately, devices, show),
        tiles(show),
        devices,
        figures.models(),
        slowest,
        sees ? events(known, lately) : null,
        steps(caller, !slowest.isEmpty()));
  }

  private List<Concern> concerns(
      List<Alias> known, List<OperationView> lately, List<DeviceRow> devices, Show show) {
    List<Concern> found = new ArrayList<>();
    for (Alias alias : known) {
      ServedModel served = registry.find(alias.name());
      if (served == null) {
        continue;
      }
      switch (served.state()) {
        case ServedModel.State.Failed(String reason) ->
            found.add(new Concern("failed", "bad", alias.name(), reason, RUNTIME + "#aliases"));
        case ServedModel.State.Unloaded _
            when alias.policy().loading() == AliasPolicy.Loading.MANUAL ->
            found.add(
                new Concern(
                    "refused",
                    "warn",
                    alias.name(),
                    "",
                    "%s?plan=load&what=%s/%s"
                        .formatted(RUNTIME, alias.version().label(), alias.loadProfile().name())));
        case ServedModel.State.Unloaded _,
            ServedModel.State.Loading _,
            ServedModel.State.Ready _ -> {}
      }
    }
    for (Instance instance : instances.list()) {
      if (instances.view(instance).circuit().equals("OPEN")) {
        found.add(new Concern("circuit", "bad", instance.label(), "", RUNTIME + "#instances"));
      }
      known.stream()
          .filter(instance::serves)
          .filter(alias -> !alias.loadProfile().settings().equals(instance.profile().settings()))
          .findFirst()
          .ifPresent(
              alias ->
                  found.add(
                      new Concern(
                          "reload",
                          "warn",
                          instance.label(),
                          alias.loadProfile().name(),
                          "%s?plan=unload&instance=%s".formatted(RUNTIME, instance.id()))));
    }
    failures(lately).forEach(found::add);
    for (DeviceRow row : devices) {
      if (row.device().freeBytes() < row.device().totalBytes() / SCARCE) {
        found.add(
            new Concern(
                "memory",
                "warn",
                row.device().device(),
                show.bytes(row.device().freeBytes()),
                RUNTIME));
      }
    }
    double errors = history.latest(Series.ERRORS).orElse(0);
    if (errors > 0) {
      found.add(new Concern("errors", "warn", show.figure(errors), "", "/console/requests"));
    }
    return found;
  }

  /** Of each target only its last operation counts, and only for a while. */
  private Stream<Concern> failures(List<OperationView> lately) {
    Instant since = clock.instant().minus(LATELY);
    return lately.stream()
        .filter(one -> one.state() == OperationRecord.State.FAILED)
        .filter(one -> one.changedAt().isAfter(since))
        .filter(one -> latest(lately, one).id().equals(one.id()))
        .map(
            one -> {
              ProblemView problem = ProblemView.of(one.problem());
              return new Concern(
                  "operation",
                  "bad",
                  one.target(),
                  problem == null ? "" : problem.detail(),
                  problem == null ? null : problem.wording(),
                  RUNTIME + "#operations");
            });
  }

  private static OperationView latest(List<OperationView> lately, OperationView one) {
    return lately.stream()
        .filter(other -> other.kind().equals(one.kind()) && other.target().equals(one.target()))
        .findFirst()
        .orElse(one);
  }

  private List<Tile> tiles(Show show) {
    return List.of(
        tile("requests", Series.REQUESTS, "perSecond", show),
        tile("output", Series.OUTPUT_TOKENS, "tokensPerSecond", show),
        tile("ttft", Series.TTFT_P95, "millis", show),
        tile("queued", Series.WAITING, "count", show),
        tile("errors", Series.ERRORS, "perSecond", show));
  }

  private Tile tile(String key, Series series, String unit, Show show) {
    var latest = history.latest(series);
    return new Tile(
        key, series, unit, latest.isPresent() ? show.figure(latest.getAsDouble()) : "–");
  }

  private List<Event> events(List<Alias> known, List<OperationView> lately) {
    Stream<Event> done =
        lately.stream()
            .map(
                one ->
                    new Event(
                        one.createdAt(),
                        one.kind(),
                        one.target(),
                        one.state().name().toLowerCase(Locale.ROOT),
                        "",
                        one.actor()));
    Stream<Event> named =
        known.stream()
            .flatMap(alias -> aliases.history(alias.name()).stream().limit(EVENTS))
            .map(OverviewContents::event);
    return Stream.concat(done, named)
        .sorted(Comparator.comparing(Event::at).reversed())
        .limit(EVENTS)
        .toList();
  }

  private static Event event(AliasChange change) {
    return new Event(
        change.changedAt(),
        "alias",
        change.alias(),
        "",
        "%s:%d/%s".formatted(change.model(), change.version(), change.loadProfile()),
        change.actor());
  }

  private List<Step> steps(Caller caller, boolean answered) {
    Optional<String> ready =
        registry.list().stream()
            .filter(served -> served.state() instanceof ServedModel.State.Ready)
            .map(ServedModel::name)
            .findFirst();
    boolean loaded = instances.list().stream().anyMatch(instance -> instance.model() != null);
    return List.of(
        new Step("login", !(caller instanceof Caller.Local), "/login"),
        new Step("add", !models.list().isEmpty(), "/console/add"),
        new Step("load", loaded, RUNTIME + "?plan=load"),
        new Step("name", ready.isPresent(), "/console/models"),
        new Step(
            "chat",
            answered,
            ready
                .map(name -> "/?model=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                .orElse("/")));
  }
}
