package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.CheckpointPlanner;
import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.model.GoldenModel;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told before a load is what it takes: off the heap and on it, idle and at its busiest. */
class CpuCostsTests {
  private static final Percentage CLOSE = Percentage.withPercentage(5);

  /** The heap has other tests' servers, too: what they take and give back meanwhile. */
  private static final long OTHERS_BYTES = 256 << 10;

  private static final Path DART = Path.of("models/dart/dart-20m-chat-q8_0.gguf");

  /** Nothing chosen but that prompts may fill a step. */
  private static final LoadOptions OPTIONS =
      new LoadOptions(0, 32, 0, 0, 0, null, 2, 256, 256, 512, true, 0);

  private static WeakReference<Engine> last = new WeakReference<>(null);

  static Stream<Path> checkpoints() {
    return Stream.concat(
        Stream.of(DART, Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf")),
        GoldenModel.FAMILIES.stream().map(family -> Shared.require("goldens/tiny/" + family)));
  }

  /** Classes, and what they keep for ever, come with the first. */
  @BeforeAll
  static void warm() {
    try (LoadedModel model = load(DART, new EngineFactory(CpuBackend::create))) {
      busy(model);
      last = new WeakReference<>(model.engine());
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void theEstimateIsWithinFivePercentOfWhatIsTaken(Path path) {
    while (last.get() != null) {
      // A thread that it had is about to end.
      System.gc();
    }
    List<CpuBackend> backends = new ArrayList<>();
    EngineFactory engines =
        new EngineFactory(
            threads -> {
              backends.add(CpuBackend.create(threads));
              return backends.getLast();
            });
    LoadEstimate estimate = new CheckpointPlanner(new CpuCosts()).estimate(path, OPTIONS);
    long before = LiveHeap.bytes();
    try (LoadedModel model = load(path, engines)) {
      busy(model);
      last = new WeakReference<>(model.engine());
      long heap = LiveHeap.bytes() - before;
      long host = backends.getLast().allocatedBytes();
      long hostNeeded = needed(estimate, HostMemory.DEVICE);
      long heapNeeded = needed(estimate, DeviceMemory.JAVA_HEAP);
      System.out.printf(
          Locale.ROOT,
          "%s: %,d bytes off the heap, %,d estimated (%+.1f %%); %,d on it, %,d (%+.1f %%)%n",
          path.getFileName(),
          host,
          hostNeeded,
          100.0 * hostNeeded / host - 100,
          heap,
          heapNeeded,
          100.0 * heapNeeded / heap - 100);
      assertThat(hostNeeded).as("off the heap").isCloseTo(host, CLOSE);
      assertThat(heapNeeded)
          .as("on the heap")
          .isCloseTo(heap, Offset.offset(heap / 20 + OTHERS_BYTES));
    }
  }

  private static long needed(LoadEstimate estimate, String device) {
    return estimate.needs().stream()
        .filter(need -> need.device().equals(device))
        .mapToLong(DeviceNeed::totalBytes)
        .sum();
  }

  /** The tiny models have no tokenizer. */
  private static LoadedModel load(Path path, EngineFactory engines) {
    if (path.toString().endsWith(".gguf")) {
      return engines.open(path, OPTIONS, _ -> {});
    }
    Checkpoint checkpoint = Checkpoints.open(path);
    return engines.open(checkpoint, new AsciiTokenizer(), OPTIONS, _ -> {});
  }

  /** Steps of as many tokens as there may be, as many answers as there may be, and all sampled. */
  private static void busy(LoadedModel model) {
    Random random = new Random(1);
    LoadOptions options = model.effective();
    int length = Math.min(options.contextLength() - 8, options.tokenBudget());
    int whole = 1 + Math.ceilDiv(options.tokenBudget(), length);
    List<CompletableFuture<GenerationEvent>> answers = new ArrayList<>();
    for (int i = 0; i < options.maxSequences(); i++) {
      CompletableFuture<GenerationEvent> answer = new CompletableFuture<>();
      answers.add(answer);
      model
          .engine()
          .submit(
              new GenerationRequest(
                  "busy" + i,
                  random.ints(i < whole ? length : 8, 1, 100).toArray(),
                  SamplingParams.builder()
                      .maxTokens(4)
                      .ignoreEos(true)
                      .promptLogprobs(i < whole ? 1 : SamplingParams.NO_LOGPROBS)
                      .seed(OptionalLong.of(i))
                      .build(),
                  Long.MAX_VALUE),
              event -> {
                if (event instanceof GenerationEvent.Finished
                    || event instanceof GenerationEvent.Failed) {
                  answer.complete(event);
                }
              });
    }
    for (CompletableFuture<GenerationEvent> answer : answers) {
      assertThat(answer.join()).isInstanceOf(GenerationEvent.Finished.class);
    }
  }
}
