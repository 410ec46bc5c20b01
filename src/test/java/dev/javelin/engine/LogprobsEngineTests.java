package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.model.ModelDriver;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seeds and logprobs with the built-in model, whatever happens to a request on its way. */
class LogprobsEngineTests {
  private static final Path MODEL = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static final int CONTEXT = 128;
  private static final int BLOCK_SIZE = 16;

  private static LoadedModel open(int maxSequences, int budget, int numBlocks, boolean cache) {
    long bytesPerBlock;
    try (CpuBackend backend = CpuBackend.create(1);
        Checkpoint checkpoint = Checkpoints.open(MODEL)) {
      bytesPerBlock =
          ModelLoader.load(checkpoint, backend)
              .kvCacheSpec(BLOCK_SIZE, KvDType.F16)
              .bytesPerBlock();
    }
    LoadOptions options =
        new LoadOptions(
            CONTEXT,
            maxSequences,
            budget,
            BLOCK_SIZE,
            numBlocks * bytesPerBlock,
            KvDType.F16,
            1,
            64,
            64,
            0,
            cache,
            0);
    return new EngineFactory(CpuBackend::create).open(MODEL, options, stage -> {});
  }

  private static int[] prompt(int n, int length) {
    return new Random(n).ints(length, 10, 2000).toArray();
  }

  private static SamplingParams sampling(int n) {
    return SamplingParams.builder()
        .temperature(1.2f)
        .topP(0.98f)
        .repetitionPenalty(1.1f)
        .seed(n)
        .maxTokens(24)
        .ignoreEos(true)
        .logprobs(n % 3)
        .promptLogprobs(n % 2 == 0 ? 2 : SamplingParams.NO_LOGPROBS)
        .build();
  }

  private static List<Answer> run(LoadedModel model, int first, int end) {
    List<Answer> answers = new ArrayList<>();
    for (int n = first; n < end; n++) {
      Answer answer = new Answer();
      model
          .engine()
          .submit(
              new GenerationRequest("r" + n, prompt(n, 40 + n), sampling(n), Long.MAX_VALUE),
              answer);
      answers.add(answer);
    }
    answers.forEach(Answer::finished);
    return answers;
  }

  /** Tokens and logprobs as text, to be compared as a whole. */
  private static String told(Answer answer) {
    StringBuilder text = new StringBuilder(answer.tokenIds().toString());
    List<TokenLogprobs> prompt = answer.promptLogprobs();
    for (TokenLogprobs token : prompt == null ? answer.logprobs() : prompt) {
      text.append('\n').append(token.tokenId()).append(' ').append(token.logprob());
      text.append(' ').append(token.rank()).append(Arrays.toString(token.topTokenIds()));
      text.append(Arrays.toString(token.topLogprobs()));
    }
    answer.logprobs().forEach(token -> text.append('\n').append(token.logprob()));
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "8, 512, 100, false", // together
    "8, 7, 100, false", // prompts in chunks
    "8, 64, 14, false", // a cache so small that requests are preempted
    "8, 64, 100, true", // prompts that are cached the second time
  })
  void aSeededRequestIsToldTheSameWhateverSharesItsBatch(
      int maxSequences, int budget, int numBlocks, boolean cache) {
    List<String> alone = new ArrayList<>();
    try (LoadedModel model = open(1, 512, 100, false)) {
      for (int n = 0; n < 8; n++) {
        alone.add(told(run(model, n, n + 1).getFirst()));
      }
    }
    try (LoadedModel model = open(maxSequences, budget, numBlocks, cache)) {
      assertThat(run(model, 0, 8).stream().map(LogprobsEngineTests::told)).isEqualTo(alone);
      if (cache) {
        assertThat(run(model, 0, 8).stream().map(LogprobsEngineTests::told)).isEqualTo(alone);
      }
      if (numBlocks < 20) {
        assertThat(model.engine().stats().preemptionsTotal()).isPositive();
      }
    }
  }

  @Test
  void logprobsAreThoseOfTheModelsLogits() {
    int[] prompt = prompt(1, 30);
    Answer answer = new Answer();
    SamplingParams params =
        SamplingParams.builder()
            .seed(3)
            .maxTokens(10)
            .ignoreEos(true)
            .logprobs(4)
            .promptLogprobs(3)
            .build();
    try (LoadedModel model = open(4, 8, 100, true)) {
      // The second finds its prompt cached, and yet must score it.
      for (String id : List.of("first", "second")) {
        answer = new Answer();
        model.engine().submit(new GenerationRequest(id, prompt, params, Long.MAX_VALUE), answer);
        answer.finished();
      }
    }
    List<TokenLogprobs> scored = new ArrayList<>(Objects.requireNonNull(answer.promptLogprobs()));
    scored.addAll(answer.logprobs());
    assertThat(scored).hasSize(39);
    try (CpuBackend backend = CpuBackend.create(1);
        Checkpoint checkpoint = Checkpoints.open(MODEL)) {
      ModelDriver driver =
          new ModelDriver(
              ModelLoader.load(checkpoint, backend), backend, BLOCK_SIZE, KvDType.F16, CONTEXT);
      float[][] rows = driver.prefill(prompt, prompt.length);
      float[] row = rows[0];
      for (int i = 0; i < scored.size(); i++) {
        TokenLogprobs token = scored.get(i);
        row = i < rows.length ? rows[i] : driver.decode(scored.get(i - 1).tokenId());
        int expected = i < prompt.length - 1 ? prompt[i + 1] : answer.tokenIds().get(i - 29);
        assertThat(token.tokenId()).isEqualTo(expected);
        double total = 0;
        for (float logit : row) {
          total += Math.exp(logit);
        }
        assertThat((double) token.logprob())
            .isCloseTo(row[expected] - Math.log(total), within(1e-4));
        assertThat(token.topTokenIds()).hasSize(i < prompt.length - 1 ? 3 : 4);
        assertThat((double) token.topLogprobs()[0])
            .isCloseTo(row[token.topTokenIds()[0]] - Math.log(total), within(1e-4));
      }
    }
  }

  @Test
  void aPromptOfOneTokenHasNothingToScore() {
    Answer answer = new Answer();
    SamplingParams params = SamplingParams.builder().maxTokens(1).promptLogprobs(3).build();
    try (LoadedModel model = open(4, 8, 100, true)) {
      model
          .engine()
          .submit(new GenerationRequest("a", new int[] {50}, params, Long.MAX_VALUE), answer);
      assertThat(answer.promptLogprobs()).isEmpty();
    }
  }
}
