package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.DecodingProfile;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.VersionFile;
import dev.javelin.service.FitReport;
import dev.javelin.service.InstanceView;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.OperationView;
import dev.javelin.service.Problem;
import dev.javelin.service.Series;
import dev.javelin.service.Swaps;
import dev.javelin.service.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the components' page shows each component with. Nothing of it is in the catalog, and its
 * revision is one that nothing ever has: a form of that page changes nothing.
 */
final class Samples {
  static final Instant AT = Instant.parse("2026-03-04T09:30:00Z");
  private static final long NEVER = -1;
  private static final long MIB = 1L << 20;
  private static final String NAME = "sample";
  private static final String LABEL = NAME + ":1/default";

  private Samples() {}

  private static UUID id(int number) {
    return new UUID(0, number);
  }

  static MemoryBar bar() {
    return MemoryBar.of(
        100,
        List.of(
            new MemoryBar.Part("weights", LABEL, 30),
            new MemoryBar.Part("kv", LABEL, 25),
            new MemoryBar.Part("workspace", LABEL, 5),
            new MemoryBar.Part("others", "", 15)));
  }

  static List<Use> uses() {
    return List.of(
        new Use("concurrent_requests", 2, null),
        new Use("requests_per_minute", 24, 60L),
        new Use("tokens_per_minute", 8_800, 10_000L),
        new Use("tokens_per_day", 1_000_000, 1_000_000L));
  }

  static List<Denied> denials() {
    return List.of(
        new Denied("viewer", "", ""),
        new Denied("admin", "", "ada"),
        new Denied("admin", "operator", "ada"));
  }

  static QuotaForm mine() {
    return new QuotaForm(NAME, "60", null, "500000", "4", NEVER);
  }

  static QuotaForm theirs() {
    return new QuotaForm(NAME, "90", "10000", "500000", null, NEVER);
  }

  /** With a field, with a text in every language, with ways out, and as the services say it. */
  static List<ProblemView> problems() {
    return List.of(
        ProblemView.of(
            Problem.ofField("/tokensPerDay", "'many' is no whole number")
                .said("whole-number", 0, "many")),
        ProblemView.of(fits(false).refusal()),
        ProblemView.of(
            Problem.of(Problem.Type.INVALID_MODEL, "GGUF version 9; 2 and 3 can be read")));
  }

  /** A report and how a load is refused for it. */
  private record Fits(FitReport report) {
    Problem refusal() {
      return new Problem(
              Problem.Type.INSUFFICIENT_MEMORY,
              "sample:1 needs 5200 MiB of cpu, of which 4096 MiB are free",
              List.of(),
              Map.of("remedies", report.remedies()))
          .said("does-not-fit", NAME + ":1", 5200, "cpu", 4096);
    }
  }

  private static Fits fits(boolean fits) {
    long cache = (fits ? 512 : 3072) * MIB;
    long needed = 2128 * MIB + cache;
    long free = 4096 * MIB;
    LoadSettings shorter = LoadSettings.NONE.withContext(fits ? 8192 : 16_384, 1024 * MIB);
    return new Fits(
        new FitReport(
            fits,
            List.of(new FitReport.DeviceFit("cpu", free, needed, free - needed)),
            new FitReport.Parts(2000 * MIB, cache, 96 * MIB, 32 * MIB),
            LoadSettings.NONE,
            fits ? 32_768 : 16_384,
            fits
                ? List.of()
                : List.of(
                    new FitReport.Remedy("shorter-context", "16384", "", "PUT", "/", shorter),
                    new FitReport.Remedy(
                        "unload", "other:1/default", "", "DELETE", "/" + id(1), null))));
  }

  static List<FitView> fits() {
    return List.of(FitView.of(fits(true).report()), FitView.of(fits(false).report()));
  }

  static List<RuntimeView.OperationRow> operations() {
    return List.of(
        operation(1, "load", OperationRecord.State.QUEUED, "waiting", null, null),
        operation(2, "load", OperationRecord.State.RUNNING, "packing", 0.62, null),
        operation(3, "swap", OperationRecord.State.CANCELLING, "drain", null, null),
        operation(4, "unload", OperationRecord.State.SUCCEEDED, "", null, null),
        operation(5, "load", OperationRecord.State.FAILED, "", null, fits(false).refusal()),
        operation(6, "pull", OperationRecord.State.CANCELLED, "", null, null),
        operation(7, "upload", OperationRecord.State.INTERRUPTED, "", null, null));
  }

  private static RuntimeView.OperationRow operation(
      int number,
      String kind,
      OperationRecord.State state,
      String stage,
      @Nullable Double progress,
      @Nullable Problem problem) {
    Instant ended = state.live() ? null : AT.plusSeconds(12);
    OperationView view =
        new OperationView(
            id(number),
            kind,
            LABEL,
            "user:ada",
            state,
            stage,
            progress,
            progress == null ? null : 8.0,
            null,
            problem == null ? null : JsonMapper.shared().valueToTree(problem.body()),
            number % 2 == 0 ? List.of(AT + " fit-check", AT + " reading") : List.of(),
            "one",
            AT,
            AT,
            ended);
    return RuntimeView.OperationRow.of(view, AT.plusSeconds(5));
  }

  static List<ModelView> models() {
    return List.of(
        model("ready", "cpu", 3, 1),
        model("loading", "packing", 0, 0),
        model("unloaded", "on_request", 0, 0),
        model("failed", "GGUF version 9", 0, 0));
  }

  private static ModelView model(String state, String detail, int running, int waiting) {
    return new ModelView(
        NAME + "-" + state,
        state,
        detail,
        8192,
        running,
        waiting,
        running * 40,
        512,
        0,
        0,
        List.of(),
        List.of());
  }

  static RequestView running() {
    return request("running", "", "", 840, 420, 3100, 96);
  }

  static RequestView queued() {
    return request("queued", "blocks", "", 1900, 0, 0, 0);
  }

  static List<RequestView> ended() {
    return List.of(
        request("finished", "", "stop", 12, 180, 2400, 128),
        request("failed", "", "step_failed", 12, 180, 90, 3),
        request("cancelled", "", "cancelled", 4000, 0, 0, 0));
  }

  private static RequestView request(
      String state,
      String waitsFor,
      String outcome,
      double queued,
      double prefill,
      double decode,
      int generated) {
    return new RequestView(
        "req-" + NAME + "-" + state,
        "req-" + NAME,
        NAME,
        NAME + ":1",
        state,
        waitsFor,
        outcome,
        AT.toEpochMilli(),
        outcome.isEmpty() ? 0 : AT.plusSeconds(5).toEpochMilli(),
        queued,
        prefill,
        decode,
        generated == 0 ? 0 : queued + prefill,
        generated == 0 ? 0 : generated * 1e3 / decode,
        640,
        512,
        generated,
        256);
  }

  static List<OverviewView.Concern> concerns() {
    return List.of(
        new OverviewView.Concern("failed", "bad", NAME, "GGUF version 9", "/console/runtime"),
        new OverviewView.Concern("memory", "warn", "cpu", "180 MiB", "/console/runtime"));
  }

  static List<OverviewView.Step> steps() {
    return List.of(
        new OverviewView.Step("login", true, "/login"),
        new OverviewView.Step("load", false, "/console/runtime?plan=load"));
  }

  static List<OverviewView.Tile> tiles() {
    return List.of(
        new OverviewView.Tile("requests", Series.REQUESTS, "perSecond", "2.4"),
        new OverviewView.Tile("errors", Series.ERRORS, "perSecond", "–"));
  }

  static List<OverviewView.Event> events() {
    return List.of(
        new OverviewView.Event(AT, "load", LABEL, "succeeded", "", "user:ada"),
        new OverviewView.Event(AT, "load", LABEL, "failed", "", "user:ada"),
        new OverviewView.Event(AT, "alias", "chat", "", LABEL, "user:ada"));
  }

  static List<UploadRow> uploads() {
    return List.of(upload(8, Upload.State.OPEN, 700), upload(9, Upload.State.COMPLETING, 1000));
  }

  private static UploadRow upload(int number, Upload.State state, long received) {
    return UploadRow.of(
        new Upload.UploadView(
            id(number),
            NAME,
            "user:ada",
            state,
            List.of(new Upload.UploadedFile("model.gguf", 1000 * MIB, null, received * MIB)),
            AT,
            AT.plusSeconds(86_400)));
  }

  private static ModelVersion version(int number) {
    String digest = "%02x".formatted(number).repeat(32);
    return new ModelVersion(
        id(10 + number),
        NAME,
        number,
        "path:model.gguf",
        "/models/model.gguf",
        "gguf",
        "llama",
        8192,
        2000 * MIB,
        digest,
        digest,
        null,
        null,
        AT,
        List.of(new VersionFile("model.gguf", 2000 * MIB, AT, digest)));
  }

  static Alias alias() {
    return new Alias(
        id(20),
        "chat",
        version(1),
        new LoadProfile(id(21), NAME, "default", "{}", AT, NEVER),
        new DecodingProfile(id(22), NAME, "default", "{}", AT, NEVER),
        new AliasPolicy(AliasPolicy.Loading.MANUAL, true, 600L),
        AT,
        NEVER);
  }

  /** What somebody was about to store when {@link #alias} was stored first. */
  static RuntimeController.PolicyForm policy() {
    return new RuntimeController.PolicyForm(NEVER, AliasPolicy.Loading.ON_REQUEST, false, 30L);
  }

  static RuntimePlans.Load load(boolean fits) {
    return new RuntimePlans.Load(
        LABEL, List.of(LABEL), FitView.of(fits(fits).report()), List.of("chat"));
  }

  static RuntimePlans.Unload unload() {
    return new RuntimePlans.Unload(instance(), LABEL, List.of(alias()), List.of(), 2640 * MIB, 30);
  }

  static RuntimePlans.Swap swap() {
    FitReport fit = fits(true).report();
    AliasTarget from = new AliasTarget(NAME, 1, "default", "default");
    AliasTarget to = new AliasTarget(NAME, 2, "default", "default");
    return new RuntimePlans.Swap(
        alias(),
        NAME + ":2",
        List.of(NAME + ":2", NAME + ":1"),
        "default",
        List.of("default"),
        "default",
        List.of("default"),
        30,
        false,
        false,
        new Swaps.Plan("chat", from, to, Swaps.Strategy.LOAD_THEN_SWITCH, true, 5280 * MIB, fit),
        FitView.of(fit),
        List.of(new VersionFact("files", "010101010101", "020202020202")),
        List.of(new SettingRow("contextLength", null, "8,192")),
        List.of(new JsonDifference.Line("/sampling/temperature", "0.2", null)),
        LABEL,
        List.of());
  }

  private static InstanceView instance() {
    return new InstanceView(
        id(1),
        "one",
        NAME,
        1,
        "default",
        InstanceRecord.State.READY,
        null,
        LoadSettings.NONE,
        null,
        List.of(),
        2,
        null,
        "CLOSED",
        null,
        null,
        AT,
        AT);
  }

  /** One that is refused as things are, and one that may go. */
  static Removal removal(boolean blocked) {
    return new Removal(
        "model",
        NAME,
        "/console/models/%s/delete".formatted(NAME),
        "/console/styleguide",
        NEVER,
        blocked ? List.of("chat") : List.of(),
        blocked ? List.of(instance()) : List.of(),
        2,
        blocked ? 2 : 0,
        null,
        false);
  }
}
