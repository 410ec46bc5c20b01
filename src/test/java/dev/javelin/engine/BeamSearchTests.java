package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.KvCache;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.PlainBeamSearch.Found;
import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.beam.BeamParams.EarlyStopping;
import dev.javelin.engine.beam.BeamSearch;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Beam search over the built-in model, against every answer there is and against a search written
 * out plainly over an engine that shares nothing. Tokens are told apart by id; the text is made of
 * characters with these numbers.
 */
class BeamSearchTests {
  private static final Path MODEL = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static final int BLOCK = 16;
  private static final int CONTEXT = 192;
  private static final int EOS = AsciiTokenizer.EOS;
  private static Checkpoint checkpoint;
  private static CpuBackend backend;
  private static Model model;

  @BeforeAll
  static void load() {
    checkpoint = Checkpoints.open(MODEL);
    backend = CpuBackend.create(1);
    model = ModelLoader.load(checkpoint, backend);
  }

  @AfterAll
  static void close() {
    backend.close();
    checkpoint.close();
  }

  @Test
  void finds_the_best_of_all_answers_when_it_follows_them_all() {
    int[] prompt = prompt(1, 37);
    List<Integer> words = List.of(300, 301, 302, 303, EOS);
    try (Engine sharing = engine(true);
        Engine plain = engine(false)) {
      List<Found> all = PlainBeamSearch.everyAnswer(plain, prompt, words, 3);
      for (double penalty : new double[] {1, 0, 3, -1}) {
        BeamParams params = new BeamParams(20, penalty, EarlyStopping.WHEN_DECIDED);
        List<Found> best =
            all.stream()
                .map(answer -> answer.scored(params, prompt.length))
                .sorted(PlainBeamSearch.BEST_FIRST)
                .limit(20)
                .toList();
        List<Found> found =
            search(
                sharing,
                params,
                prompt,
                PlainBeamSearch.sampling(3).allowedTokenIds(Set.copyOf(words)));
        assertSame(found, best);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1.0, WHEN_DECIDED, 8",
    "3, 0.0, WHEN_COMPLETE, 8",
    "4, 2.0, WHEN_UNLIKELY, 8",
    "3, -1.5, WHEN_DECIDED, 6",
    "1, 1.0, WHEN_DECIDED, 10"
  })
  void finds_what_a_plain_search_finds(
      int width, double penalty, EarlyStopping stopping, int maxTokens) {
    BeamParams params = new BeamParams(width, penalty, stopping);
    try (Engine sharing = engine(true);
        Engine plain = engine(false)) {
      for (int n = 0; n < 2; n++) {
        int[] prompt = prompt(n, 20 + 11 * n);
        // End tokens that do come, so that answers of all lengths compete.
        Set<Integer> ends = new HashSet<>(Set.of(EOS));
        ends.addAll(List.copyOf(likeliest(plain, prompt, new int[0], 6)).subList(3, 6));
        List<Found> expected =
            PlainBeamSearch.search(plain, params, prompt, maxTokens, 2, ends, "");
        List<Found> found =
            search(
                sharing,
                params,
                prompt,
                PlainBeamSearch.sampling(maxTokens).minTokens(2).stopTokenIds(ends));
        assertSame(found, expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 1", "3, 0, 2", "3, 2, 2", "4, 1, 3"})
  void a_stop_string_ends_an_answer_as_an_end_token_does(int width, int minTokens, int length) {
    BeamParams params = new BeamParams(width, 1, EarlyStopping.WHEN_DECIDED);
    int[] prompt = prompt(2, 30);
    try (Engine sharing = engine(true);
        Engine plain = engine(false)) {
      SamplingParamsBuilder sampling =
          PlainBeamSearch.sampling(8).ignoreEos(true).minTokens(minTokens);
      List<Integer> best = search(sharing, params, prompt, sampling).getFirst().tokens();
      // It does come, across tokens, if nothing before it ends the answer.
      String stop = PlainBeamSearch.text(best.subList(2, 2 + length), 0);
      List<Found> expected =
          PlainBeamSearch.search(plain, params, prompt, 8, minTokens, Set.of(), stop);
      assertThat(expected).anySatisfy(f -> assertThat(f.reason()).isEqualTo(FinishReason.STOP));
      assertSame(search(sharing, params, prompt, sampling.stop(List.of(stop))), expected);
      List<Answer> cut = answers(sharing, params, prompt, sampling);
      List<Answer> whole = answers(sharing, params, prompt, sampling.includeStop(true));
      for (int i = 0; i < width; i++) {
        String text = PlainBeamSearch.text(expected.get(i).tokens(), 0);
        boolean stopped = expected.get(i).reason() == FinishReason.STOP;
        assertThat(whole.get(i).text()).isEqualTo(text);
        assertThat(cut.get(i).text())
            .isEqualTo(stopped ? text.substring(0, text.length() - stop.length()) : text);
        assertThat(cut.get(i).finished().usage().completionTokens())
            .isEqualTo(expected.get(i).tokens().size());
      }
    }
  }

  @Test
  void computes_nothing_again_that_answers_have_in_common() {
    int[] prompt = prompt(3, 100);
    int width = 4;
    int maxTokens = 40;
    try (CountingEngine engine = engine(true)) {
      List<Found> found =
          search(
              engine,
              new BeamParams(width, 1, EarlyStopping.WHEN_DECIDED),
              prompt,
              PlainBeamSearch.sampling(maxTokens).ignoreEos(true));
      assertThat(found).hasSize(width);
      long expected = prompt.length;
      for (int answered = 1; answered < maxTokens; answered++) {
        // Of each answer only what stands in its last block.
        expected += (long) width * ((prompt.length + answered - 1) % BLOCK + 1);
      }
      assertThat(engine.computed()).isEqualTo(expected);
      assertThat(engine.timelines()).hasSize(1);
      assertThat(engine.stats().promptTokensTotal()).isEqualTo(prompt.length);
    }
  }

  @Test
  void keeps_to_bad_words_and_tells_logprobs_and_the_scores_of_the_prompt() {
    int[] prompt = prompt(4, 24);
    try (Engine engine = engine(true)) {
      BeamParams params = new BeamParams(3, 1, EarlyStopping.WHEN_DECIDED);
      List<Found> free = search(engine, params, prompt, PlainBeamSearch.sampling(8));
      List<Integer> best = free.getFirst().tokens();
      List<Integer> word = best.subList(1, 3);
      List<Answer> answers =
          answers(
              engine,
              params,
              prompt,
              PlainBeamSearch.sampling(8).badWords(List.of(word)).logprobs(2).promptLogprobs(0));
      for (Answer answer : answers) {
        List<Integer> tokens = answer.tokenIds();
        assertThat(Collections.indexOfSubList(tokens, word)).isEqualTo(-1);
        assertThat(answer.promptLogprobs()).hasSize(prompt.length - 1);
        assertThat(answer.logprobs()).hasSameSizeAs(tokens);
        for (int i = 0; i < tokens.size(); i++) {
          TokenLogprobs told = answer.logprobs().get(i);
          assertThat(told.tokenId()).isEqualTo(tokens.get(i));
          assertThat(told.topTokenIds()).hasSize(2);
        }
        assertThat(answer.finished().usage().promptTokens()).isEqualTo(prompt.length);
      }
    }
  }

  @Test
  void gives_fewer_answers_where_a_rule_leaves_no_more() {
    try (Engine engine = engine(true)) {
      List<Answer> answers =
          answers(
              engine,
              new BeamParams(4, 0, EarlyStopping.WHEN_DECIDED),
              prompt(5, 20),
              PlainBeamSearch.sampling(16)
                  .rule(engine.rule(new StructuredOutput.Choice(List.of("no", "yes", "never")))));
      assertThat(answers.stream().map(Answer::text))
          .containsExactlyInAnyOrder("no", "yes", "never");
      assertThat(answers)
          .allSatisfy(a -> assertThat(a.finished().reason()).isEqualTo(FinishReason.STOP));
    }
  }

  @Test
  void ends_as_cancelled_and_frees_everything() throws Exception {
    try (Engine engine = engine(true)) {
      List<Answer> answers = List.of(new Answer(), new Answer());
      BeamSearch search =
          new BeamSearch(
              engine,
              new AsciiTokenizer(),
              PlainBeamSearch.request(
                  prompt(6, 30), PlainBeamSearch.sampling(CONTEXT - 30).ignoreEos(true)),
              new BeamParams(2, 1, EarlyStopping.WHEN_DECIDED),
              listener(answers, new CountDownLatch(2)));
      search.start();
      while (engine.stats().generatedTokensTotal() < 20) {
        Thread.onSpinWait();
      }
      search.abort();
      assertThat(answers)
          .allSatisfy(a -> assertThat(a.finished().reason()).isEqualTo(FinishReason.CANCELLED));
      assertThat(engine.drain(FakeEngines.LONG)).isTrue();
      assertThat(engine.stats().freeBlocks()).isEqualTo(engine.stats().totalBlocks());
    }
  }

  @Test
  void goes_on_while_the_engine_drains_and_fails_once_when_it_closes() {
    BeamParams params = new BeamParams(2, 1, EarlyStopping.WHEN_DECIDED);
    Engine engine = engine(true);
    List<Answer> drained = begin(engine, params, PlainBeamSearch.sampling(12).ignoreEos(true));
    assertThat(engine.drain(FakeEngines.LONG)).isTrue();
    assertThat(drained).allSatisfy(a -> assertThat(a.tokenIds()).hasSize(12));
    engine.close();

    Engine closed = engine(true);
    List<Answer> failed =
        begin(closed, params, PlainBeamSearch.sampling(CONTEXT - 30).ignoreEos(true));
    closed.close();
    assertThat(failed)
        .allSatisfy(a -> assertThat(a.failed().code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    assertThat(failed).allSatisfy(a -> assertThat(a.terminals()).isEqualTo(1));
  }

  @Test
  void refuses_by_name_what_it_cannot_heed() {
    try (Engine engine = engine(true)) {
      BeamParams params = new BeamParams(2, 1, EarlyStopping.WHEN_DECIDED);
      assertRefused(
          engine, params, PlainBeamSearch.sampling(4).logitBias(Map.of(5, 1f)), "logit_bias");
    }
  }

  private static void assertRefused(
      Engine engine, BeamParams params, SamplingParamsBuilder sampling, String field) {
    assertThatThrownBy(() -> answers(engine, params, prompt(1, 20), sampling))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.parameter()).isEqualTo(field));
  }

  private static List<Found> search(
      Engine engine, BeamParams params, int[] prompt, SamplingParamsBuilder sampling) {
    return answers(engine, params, prompt, sampling.logprobs(0)).stream()
        .map(
            answer -> {
              FinishReason reason = answer.finished().reason();
              double sum = answer.logprobs().stream().mapToDouble(TokenLogprobs::logprob).sum();
              return new Found(answer.tokenIds(), sum, reason);
            })
        .toList();
  }

  /** Order and tokens are equal; the score of what did not end is the sum of what was told. */
  private static void assertSame(List<Found> found, List<Found> expected) {
    assertThat(found.stream().map(Found::tokens))
        .containsExactlyElementsOf(expected.stream().map(Found::tokens).toList());
    assertThat(found.stream().map(Found::reason))
        .containsExactlyElementsOf(expected.stream().map(Found::reason).toList());
  }

  private static List<Answer> begin(
      Engine engine, BeamParams params, SamplingParamsBuilder sampling) {
    List<Answer> answers = Stream.generate(Answer::new).limit(params.width()).toList();
    new BeamSearch(
            engine,
            new AsciiTokenizer(),
            PlainBeamSearch.request(prompt(6, 30), sampling),
            params,
            listener(answers, new CountDownLatch(params.width())))
        .start();
    return answers;
  }

  private static List<Answer> answers(
      Engine engine, BeamParams params, int[] prompt, SamplingParamsBuilder sampling) {
    List<Answer> answers = Stream.generate(Answer::new).limit(params.width()).toList();
    CountDownLatch open = new CountDownLatch(params.width());
    new BeamSearch(
            engine,
            new AsciiTokenizer(),
            PlainBeamSearch.request(prompt, sampling),
            params,
            listener(answers, open))
        .start();
    try {
      assertThat(open.await(5, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return answers.stream().filter(answer -> answer.terminals() > 0).toList();
  }

  private static BeamSearch.Listener listener(List<Answer> answers, CountDownLatch open) {
    return new BeamSearch.Listener() {
      @Override
      public void onEvent(int rank, GenerationEvent event) {
        answers.get(rank).onEvent(event);
        if (event instanceof GenerationEvent.Finished || event instanceof GenerationEvent.Failed) {
          open.countDown();
        }
      }

      @Override
      public void onAbsent(int absent) {
        IntStream.range(0, absent).forEach(_ -> open.countDown());
      }
    };
  }

  private static Set<Integer> likeliest(Engine engine, int[] prompt, int[] answer, int n) {
    Set<Integer> ids = new LinkedHashSet<>();
    for (int id :
        PlainBeamSearch.next(engine, prompt, Arrays.stream(answer).boxed().toList(), n)
            .topTokenIds()) {
      ids.add(id);
    }
    return ids;
  }

  private static int[] prompt(int n, int length) {
    return new Random(n).ints(length, 10, 2000).toArray();
  }

  private static CountingEngine engine(boolean prefixCache) {
    int numBlocks = 24 * CONTEXT / BLOCK;
    LoadOptions options =
        new LoadOptions(CONTEXT, 32, 512, BLOCK, 1, KvDType.F16, 1, 100, 100, 0, prefixCache, 0)
            .settled();
    KvCache cache = backend.kvCache(model.kvCacheSpec(BLOCK, KvDType.F16), numBlocks);
    CountingEngine.Runner runner =
        new CountingEngine.Runner(
            new BackendModelRunner(backend, model, cache, null, options, CONTEXT, checkpoint));
    return new CountingEngine(
        new BatchingEngine(runner, new AsciiTokenizer(), CONTEXT, options, numBlocks), runner);
  }
}
