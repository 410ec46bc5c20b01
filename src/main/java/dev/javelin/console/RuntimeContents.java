package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.Aliases;
import dev.javelin.console.RuntimeView.AliasRow;
import dev.javelin.console.RuntimeView.DeviceRow;
import dev.javelin.console.RuntimeView.InstanceRow;
import dev.javelin.console.RuntimeView.OperationRow;
import dev.javelin.service.Instance;
import dev.javelin.service.InstanceView;
import dev.javelin.service.Instances;
import dev.javelin.service.MemoryLedger;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.ProfileDocuments;
import dev.javelin.service.RunningRequests;
import dev.javelin.service.ServedModel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Reads what is in memory now, and what brought it there. */
@Component
final class RuntimeContents {
  private static final int KEPT = 50;
  private static final int SHOWN = 20;
  private static final UUID NEWEST = new UUID(-1, -1);

  private final MemoryLedger ledger;
  private final Instances instances;
  private final Aliases aliases;
  private final ModelRegistry registry;
  private final Operations operations;
  private final RunningRequests requests;
  private final ProfileDocuments documents;
  private final Clock clock;

  RuntimeContents(
      MemoryLedger ledger,
      Instances instances,
      Aliases aliases,
      ModelRegistry registry,
      Operations operations,
      RunningRequests requests,
      ProfileDocuments documents,
      Clock clock) {
    this.ledger = ledger;
    this.instances = instances;
    this.aliases = aliases;
    this.registry = registry;
    this.operations = operations;
    this.requests = requests;
    this.documents = documents;
    this.clock = clock;
  }

  RuntimeView of(Show show) {
    List<Alias> known = aliases.list();
    Map<UUID, List<RunningRequests.View>> running =
        requests.list(RunningRequests.Which.RUNNING, null, Integer.MAX_VALUE).stream()
            .collect(Collectors.groupingBy(RunningRequests.View::instance));
    List<OperationRow> operations = operations();
    return new RuntimeView(
        ledger.devices().stream().map(DeviceRow::of).toList(),
        instances.list().stream().map(instance -> row(instance, known, running, show)).toList(),
        known.stream().map(alias -> row(alias, operations)).toList(),
        operations.stream().limit(SHOWN).toList());
  }

  /** Those that run first, then the last that ended. */
  private List<OperationRow> operations() {
    Instant now = clock.instant();
    return operations.list(NEWEST, KEPT).stream()
        .sorted(Comparator.comparing((OperationView view) -> !view.state().live()))
        .map(view -> OperationRow.of(view, now))
        .toList();
  }

  private InstanceRow row(
      Instance instance,
      List<Alias> known,
      Map<UUID, List<RunningRequests.View>> running,
      Show show) {
    InstanceView view = instances.view(instance);
    Instant end = view.drainUntil();
    Instant now = clock.instant();
    return new InstanceRow(
        view,
        instance.label(),
        view.state().name().toLowerCase(Locale.ROOT),
        known.stream().filter(instance::serves).map(Alias::name).toList(),
        SettingRow.of(view.requested(), view.effective(), documents, show),
        running.getOrDefault(view.id(), List.of()),
        end == null ? null : end.toEpochMilli(),
        end == null ? null : Math.max(0, Duration.between(now, end).toSeconds()));
  }

  private AliasRow row(Alias alias, List<OperationRow> operations) {
    String what = alias.version().label() + "/" + alias.loadProfile().name();
    ServedModel served = registry.find(alias.name());
    if (served == null) {
      return new AliasRow(alias, what, "unloaded", null, null);
    }
    return switch (served.state()) {
      case ServedModel.State.Loading(String stage, _) ->
          new AliasRow(alias, what, "loading", stage, null);
      case ServedModel.State.Failed(String reason) ->
          new AliasRow(
              alias,
              what,
              "failed",
              reason,
              operations.stream()
                  .filter(row -> row.state().equals("failed") && row.view().target().equals(what))
                  .findFirst()
                  .orElse(null));
      case ServedModel.State.Unloaded _ -> new AliasRow(alias, what, "unloaded", null, null);
      case ServedModel.State.Ready _ -> new AliasRow(alias, what, "ready", null, null);
    };
  }
}
