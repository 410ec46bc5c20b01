package dev.javelin.cli;

import dev.javelin.config.Backends.Device;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prefill and decode speed through the whole engine, in the manner of llama-bench: prefill takes
 * prompts and samples one token; decode starts from prompts of one token. One warm-up each, then
 * five repeats.
 */
final class BenchCommand implements Command {
  private static final int REPEATS = 5;
  private static final long SEED = 42;

  private final Function<Device, ModelOpener> models;
  private final ShapeBench shapes;
  private final Terminal terminal;

  BenchCommand(
      Function<Device, ModelOpener> models, ShapeBench.Engines engines, Terminal terminal) {
    this.models = models;
    this.terminal = terminal;
    shapes = new ShapeBench(engines, terminal);
  }

  @Override
  public String usage() {
    return """
    bench MODEL             measure prefill and decode speed
      MODEL              a GGUF file, a Hugging Face folder, or dart (built in)
      --prompt N         tokens of each prompt in the prefill test (default 512)
      --generate N       tokens each request generates in the decode test (default 128)
      --batch A,B,...    requests at once (default 1,4,8,16)
      --threads N        CPU threads (default: physical cores)
      --device D         auto, cpu or cuda (default auto: the GPU if it can be used)
      --json FILE        write all samples to FILE
    """
        + shapes.usage();
  }

  @Override
  public int run(List<String> arguments) {
    if (arguments.stream().anyMatch(argument -> argument.matches("--shape(=.*)?"))) {
      return shapes.run(arguments);
    }
    Arguments parsed =
        Arguments.parse(
            "bench",
            arguments,
            List.of("MODEL"),
            Set.of("--prompt", "--generate", "--batch", "--threads", "--device", "--json"),
            Set.of());
    int prompt = parsed.integer("--prompt", 512, 1, 1 << 20);
    int generate = parsed.integer("--generate", 128, 2, 1 << 20);
    List<Integer> batches = parsed.integers("--batch", List.of(1, 4, 8, 16), 1, 4096);
    int largest = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
    LoadOptions d = LoadOptions.DEFAULT;
    LoadOptions options =
        new LoadOptions(
            Math.max(prompt, generate) + 1,
            largest,
            d.tokenBudget(),
            d.blockSize(),
            d.kvCacheBytes(),
            d.kvDType(),
            parsed.integer("--threads", d.threads(), 1, 1024),
            // Twice: the one tenant there is may take three quarters of the queue.
            2 * Math.max(largest, d.maxQueue()));
    try (LoadedModel model =
        models
            .apply(parsed.device())
            .open(
                terminal.model(parsed.positional(0)),
                options,
                stage -> terminal.err().println(stage))) {
      describe(model);
      List<Row> rows = measure(model, prompt, generate, batches);
      parsed.value("--json").ifPresent(file -> write(Path.of(file), model, rows));
      return 0;
    }
  }

  private void describe(LoadedModel model) {
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "%s: %s, %.1f MiB of weights, %s, %d threads%n",
            model.path().getFileName(),
            model.config().architecture(),
            model.report().weightBytes() / 1048576.0,
            model.report().backend(),
            model.effective().threads());
    for (String warning : model.report().warnings()) {
      terminal.out().println("warning: " + warning);
    }
    terminal.out().printf("%5s  %-14s %10s  %s%n", "batch", "test", "tok/s", "least to most");
  }

  private List<Row> measure(LoadedModel model, int prompt, int generate, List<Integer> batches) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Row> rows = new ArrayList<>();
    for (int batch : batches) {
      double[] prefill = new double[REPEATS];
      double[] decode = new double[REPEATS];
      for (int repeat = -1; repeat < REPEATS; repeat++) {
        int vocabSize = model.config().vocabSize();
        Burst prompts = Burst.run(model.engine(), vocabSize, batch, prompt, 1, random);
        Burst answers = Burst.run(model.engine(), vocabSize, batch, 1, generate, random);
        if (repeat >= 0) {
          prefill[repeat] = prompts.prefillRate();
          decode[repeat] = answers.decodeRate();
        }
      }
      rows.add(new Row(batch, "prefill " + prompt, Spread.of(prefill)));
      rows.add(new Row(batch, "decode " + generate, Spread.of(decode)));
      rows.subList(rows.size() - 2, rows.size()).forEach(this::print);
    }
    long preemptions = model.engine().stats().preemptionsTotal();
    if (preemptions > 0) {
      terminal.out().println("warning: %d preemptions slowed this down".formatted(preemptions));
    }
    return rows;
  }

  private void print(Row row) {
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "%5d  %-14s %10.1f  %.1f to %.1f%n",
            row.batch(),
            row.test(),
            row.rate().median(),
            row.rate().least(),
            row.rate().most());
  }

  private static void write(Path file, LoadedModel model, List<Row> rows) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", String.valueOf(model.path().getFileName()));
    json.put("architecture", model.config().architecture());
    json.put("weight_bytes", model.report().weightBytes());
    json.put("backend", model.report().backend());
    json.put("kernels", model.report().kernels());
    json.put("threads", model.effective().threads());
    json.put("cpu", Cpu.read(Path.of("/proc/cpuinfo")).map(Cpu::model).orElse("unknown"));
    json.put("java", Runtime.version().toString());
    json.put("repeats", REPEATS);
    json.put("results", rows.stream().map(Row::toJson).toList());
    String text = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    try {
      Files.write(file, List.of(text), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Tokens a second of one test at one batch size. */
  private record Row(int batch, String test, Spread rate) {
    Map<String, Object> toJson() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("batch", batch);
      json.put("test", test);
      json.put("median_tokens_per_second", rate.median());
      json.put("least_tokens_per_second", rate.least());
      json.put("most_tokens_per_second", rate.most());
      json.put("samples", rate.samples());
      return json;
    }
  }
}
