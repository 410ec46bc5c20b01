package dev.javelin.cli;

import dev.javelin.backend.DeviceTimes;
import dev.javelin.config.Backends.Device;
import dev.javelin.engine.CheckpointOpener;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.quant.WeightFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Speed of a model's shape with random weights, so that it needs no download. */
final class ShapeBench {
  private static final long SEED = 42;

  /** Opens checkpoints that are in no file. */
  interface Engines {
    /**
     * @param times hears what the device spends its time on; null: nobody asks
     */
    CheckpointOpener on(Device device, @Nullable DeviceTimes times);
  }

  private final Engines engines;
  private final Terminal terminal;

  ShapeBench(Engines engines, Terminal terminal) {
    this.engines = engines;
    this.terminal = terminal;
  }

  String usage() {
    return """
    bench --shape NAME      the same for random weights of a model's shape
      NAME               %s
      --weights F        bf16, f16, q8_0, q4_0, q4_1, q4_k, q5_k, q6_k (default bf16); with q4_k and
                         q5_k embedding and head are q6_k
      --prompts A,B,...  prompt lengths of the prefill test, one request each (default 512,4096)
      --prompt N         tokens of each prompt in the decode test (default 512)
      --generate N       tokens each request generates in it (default 128)
      --batch A,B,...    requests at once in it (default 1,8,32,128,256)
      --repeats N        after one warm-up (default 3)
      --device D         auto, cpu or cuda (default auto)
      --temperature T    of the tokens of the decode test, with top-k 40 and top-p 0.95 (default 0:
                         the likeliest)
      --times T          what the GPU spends its time on: steps (busy and idle) or ops (each kind of
                         kernel, one after the other: slower; with --prompt 1 of decoding alone)
    """
        .formatted(
            String.join(", ", Arrays.stream(Shape.values()).map(shape -> shape.label).toList()));
  }

  int run(List<String> arguments) {
    Arguments parsed =
        Arguments.parse(
            "bench",
            arguments,
            List.of(),
            Set.of(
                "--shape",
                "--weights",
                "--prompts",
                "--prompt",
                "--generate",
                "--batch",
                "--repeats",
                "--device",
                "--temperature",
                "--times"),
            Set.of());
    Shape shape = Shape.of(parsed.value("--shape").orElseThrow());
    WeightFormat format = format(parsed.value("--weights").orElse("bf16"));
    List<Integer> prompts = parsed.integers("--prompts", List.of(512, 4096), 1, 1 << 20);
    int prompt = parsed.integer("--prompt", 512, 1, 1 << 20);
    int generate = parsed.integer("--generate", 128, 2, 1 << 20);
    List<Integer> batches = parsed.integers("--batch", List.of(1, 8, 32, 128, 256), 1, 4096);
    int repeats = parsed.integer("--repeats", 3, 1, 100);
    int longest = prompts.stream().mapToInt(Integer::intValue).max().orElse(0);
    int largest = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
    LoadOptions d = LoadOptions.DEFAULT;
    LoadOptions options =
        new LoadOptions(
            Math.max(longest, prompt + generate) + 1,
            largest,
            d.tokenBudget(),
            d.blockSize(),
            d.kvCacheBytes(),
            d.kvDType(),
            d.threads(),
            2 * Math.max(largest, d.maxQueue()));
    SamplingParamsBuilder sampling = sampling(parsed.value("--temperature").orElse("0"));
    DeviceTimes times = parsed.value("--times").map(ShapeBench::times).orElse(null);
    ShapeCheckpoint checkpoint = new ShapeCheckpoint(shape, format);
    try (LoadedModel model =
        engines
            .on(parsed.device(), times)
            .open(
                checkpoint,
                new NoTokenizer(shape.vocab),
                options,
                stage -> terminal.err().println(stage))) {
      describe(model, checkpoint);
      SplittableRandom random = new SplittableRandom(SEED);
      for (int length : prompts) {
        prefill(model, shape, length, repeats, random);
      }
      for (int batch : batches) {
        decode(model, checkpoint, shape, batch, prompt, generate, sampling, repeats, random);
        if (times != null) {
          new TimeTable(times, checkpoint.bytesPerStep()).print(terminal);
        }
      }
      return 0;
    }
  }

  private static SamplingParamsBuilder sampling(String temperature) {
    try {
      SamplingParamsBuilder sampling =
          SamplingParams.builder().temperature(Float.parseFloat(temperature)).topK(40).topP(0.95f);
      sampling.build();
      return sampling;
    } catch (NumberFormatException | EngineException e) {
      throw new UsageException(
          "bench: --temperature is '%s'; it must be a number from 0 to 2.".formatted(temperature));
    }
  }

  private static DeviceTimes times(String what) {
    return switch (what) {
      case "steps" -> new DeviceTimes(false);
      case "ops" -> new DeviceTimes(true);
      default ->
          throw new UsageException(
              "bench: --times is '%s'; it must be steps or ops.".formatted(what));
    };
  }

  private static WeightFormat format(String name) {
    for (WeightFormat format : WeightFormat.values()) {
      if (format.name().equalsIgnoreCase(name)) {
        return format;
      }
    }
    throw new UsageException(
        "bench: --weights is '%s'; it must be a weight format.".formatted(name));
  }

  private void describe(LoadedModel model, ShapeCheckpoint checkpoint) {
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "%s: %.2f GB of weights a step, %s, loaded in %.2f s%n",
            checkpoint.path(),
            checkpoint.bytesPerStep() / 1e9,
            model.report().backend(),
            model.report().loadNanos() / 1e9);
    model.report().kernels().forEach(kernel -> terminal.out().println("  " + kernel));
    terminal
        .out()
        .printf("%-24s %10s  %-22s %s%n", "test", "tok/s", "least to most", "weights read");
  }

  private void prefill(
      LoadedModel model, Shape shape, int length, int repeats, SplittableRandom random) {
    double[] rates = new double[repeats];
    for (int repeat = -1; repeat < repeats; repeat++) {
      Burst burst = Burst.run(model.engine(), shape.vocab, 1, length, 1, random);
      if (repeat >= 0) {
        rates[repeat] = burst.prefillRate();
      }
    }
    print("prefill 1 x " + length, Spread.of(rates), "");
  }

  private void decode(
      LoadedModel model,
      ShapeCheckpoint checkpoint,
      Shape shape,
      int batch,
      int prompt,
      int generate,
      SamplingParamsBuilder sampling,
      int repeats,
      SplittableRandom random) {
    double[] decode = new double[repeats];
    double[] whole = new double[repeats];
    for (int repeat = -1; repeat < repeats; repeat++) {
      Burst burst =
          Burst.run(model.engine(), shape.vocab, batch, prompt, generate, sampling, random);
      if (repeat >= 0) {
        decode[repeat] = burst.decodeRate();
        whole[repeat] = burst.wholeRate();
      }
    }
    Spread rate = Spread.of(decode);
    double read = rate.median() / batch * checkpoint.bytesPerStep();
    print(
        "decode %d x (%d + %d)".formatted(batch, prompt, generate),
        rate,
        String.format(Locale.ROOT, "%.0f GB/s", read / 1e9));
    print("whole %d x (%d + %d)".formatted(batch, prompt, generate), Spread.of(whole), "");
  }

  private void print(String test, Spread rate, String read) {
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "%-24s %10.1f  %-22s %s%n",
            test,
            rate.median(),
            String.format(Locale.ROOT, "%.1f to %.1f", rate.least(), rate.most()),
            read);
  }
}
