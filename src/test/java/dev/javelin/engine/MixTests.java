package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.Backend;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.beam.BeamSearch;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.LateBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Everything that requests can ask for at once, in a cache that is too small for it: shared
 * beginnings, several answers, drawn and greedy, scored, kept to grammars, stopped, searched for,
 * preempted, moved to host memory and cancelled. Whoever is answered is answered as alone, and in
 * the end nothing is lost.
 */
class MixTests {
  private static final int BLOCK = 16;
  private static final int SHAPES = 48;
  private static final Tenant[] TENANTS = {new Tenant("a", 1), new Tenant("b", 3), Tenant.DEFAULT};

  private static final List<StructuredOutput> OUTPUTS =
      List.of(
          new StructuredOutput.Regex("[a-f]{3,9}( [g-m]{2,5}){1,4}"),
          new StructuredOutput.Choice(List.of("yes", "no", "yesterday", "notwithstanding")),
          new StructuredOutput.Gbnf("root ::= \"(\" (root | !<[65]>){1,3} \")\" | <[66]> \"B\"?"),
          new StructuredOutput.JsonSchema(
              """
              {"type": "object", "required": ["kind", "size"], "additionalProperties": false,
               "properties": {"kind": {"enum": ["round", "flat"]},
                              "size": {"type": "integer", "minimum": 1, "maximum": 99}}}
              """));

  @Test
  void everyAnswerIsWhatItIsAlone() {
    run(1, 3, CpuBackend.create(1));
  }

  @Test
  void soItIsWhereStepsOverlap() {
    run(2, 3, new LateBackend(CpuBackend.create(1)));
  }

  @Test
  @Tag("soak")
  void soItIsForLong() {
    for (long seed = 3; seed < 9; seed++) {
      Backend backend = CpuBackend.create(2);
      run(seed, 20, seed % 2 == 0 ? backend : new LateBackend(backend));
    }
  }

  private static void run(long seed, int rounds, Backend backend) {
    List<Heard> alone = new ArrayList<>();
    try (BatchingEngine engine = DartEngine.open(CpuBackend.create(1), BLOCK, 64, 256, 0, r -> r)) {
      for (int shape = 0; shape < SHAPES; shape++) {
        Heard heard = new Shape(shape).begin(engine, "alone" + shape, TENANTS[0], 0);
        heard.answers().forEach(Answer::last);
        alone.add(heard);
      }
    }
    int compared = 0;
    int cancelled = 0;
    // Room for one of the longest and half of another.
    try (BatchingEngine engine = DartEngine.open(backend, BLOCK, 24, 48, 16, r -> r)) {
      Random random = new Random(seed);
      for (int round = 0; round < rounds; round++) {
        Map<Heard, Integer> mix = new HashMap<>();
        for (int n = 0; n < SHAPES; n++) {
          int shape = random.nextInt(SHAPES);
          Tenant tenant = TENANTS[random.nextInt(TENANTS.length)];
          Heard heard = new Shape(shape).begin(engine, round + "/" + n, tenant, random.nextInt(3));
          mix.put(heard, shape);
          if (random.nextInt(8) == 0) {
            heard.abort().run();
          }
          if (random.nextInt(8) == 0) {
            heard.answers().getFirst().first();
            heard.abort().run();
          }
        }
        for (Map.Entry<Heard, Integer> entry : mix.entrySet()) {
          Heard expected = alone.get(entry.getValue());
          for (int i = 0; i < expected.answers().size(); i++) {
            Answer answer = entry.getKey().answers().get(i);
            String name = "seed %d, round %d, shape %d".formatted(seed, round, entry.getValue());
            assertThat(answer.last()).as(name).isInstanceOf(Finished.class);
            assertThat(answer.terminals()).as(name).isEqualTo(1);
            if (answer.finished().reason() == FinishReason.CANCELLED) {
              cancelled++;
              assertThat(expected.answers().get(i).text()).as(name).startsWith(answer.text());
            } else {
              compared++;
              compare(answer, expected.answers().get(i), name);
            }
          }
        }
      }
      FakeEngines.assertNothingLeft(engine);
      EngineStats stats = engine.stats();
      System.out.printf("mix, seed %d: %d compared, %s%n", seed, compared, stats);
      assertThat(compared).isGreaterThan(SHAPES * rounds / 2);
      assertThat(cancelled).isPositive();
      assertThat(stats.integrityViolationsTotal()).isZero();
      assertThat(stats.failedStepsTotal()).isZero();
      assertThat(stats.preemptionsTotal()).isPositive();
      assertThat(stats.prefixHitsTotal()).isPositive();
      assertThat(stats.restoredBlocksTotal()).isPositive();
    }
  }

  private static void compare(Answer answer, Answer expected, String name) {
    assertThat(answer.tokenIds()).as(name).isEqualTo(expected.tokenIds());
    assertThat(answer.text()).as(name).isEqualTo(expected.text());
    assertThat(answer.finished().reason()).as(name).isEqualTo(expected.finished().reason());
    assertThat(answer.finished().usage().completionTokens())
        .as(name)
        .isEqualTo(expected.finished().usage().completionTokens());
    assertScores(answer.logprobs(), expected.logprobs(), name);
    List<TokenLogprobs> scored = expected.promptLogprobs();
    List<TokenLogprobs> told = answer.promptLogprobs();
    assertThat(told == null).as(name).isEqualTo(scored == null);
    if (told != null && scored != null) {
      assertScores(told, scored, name);
    }
  }

  private static void assertScores(
      List<TokenLogprobs> told, List<TokenLogprobs> expected, String name) {
    assertThat(told).as(name).hasSameSizeAs(expected);
    for (int i = 0; i < told.size(); i++) {
      assertThat(told.get(i).tokenId()).as(name).isEqualTo(expected.get(i).tokenId());
      assertThat(told.get(i).logprob())
          .as(name)
          .isCloseTo(expected.get(i).logprob(), org.assertj.core.data.Offset.offset(1e-4f));
      assertThat(told.get(i).topTokenIds()).as(name).isEqualTo(expected.get(i).topTokenIds());
    }
  }

  /** The answers to one call, and how to end it. */
  private record Heard(List<Answer> answers, Runnable abort) {}

  /** One kind of call; the same number always asks the same. */
  private record Shape(int number) {
    Heard begin(BatchingEngine engine, String id, Tenant tenant, int priority) {
      int kind = number % 8;
      int[] prompt = prompt();
      SamplingParamsBuilder sampling =
          SamplingParams.builder()
              .maxTokens(8 + number % 17)
              .ignoreEos(kind != 3)
              .temperature(number % 2 == 0 ? 0 : 1.2f)
              .topK(number % 3 == 0 ? 40 : 0)
              .repetitionPenalty(number % 5 == 0 ? 1.2f : 1);
      switch (kind) {
        case 1 -> sampling.logprobs(3);
        case 2 -> sampling.promptLogprobs(2).logprobs(0);
        case 3 ->
            sampling
                .temperature(1)
                .rule(engine.rule(OUTPUTS.get(number / 8 % OUTPUTS.size())))
                .logprobs(number % 16 == 3 ? 1 : SamplingParams.NO_LOGPROBS);
        case 4 -> sampling.stop(List.of(Character.toString(100 + number), "\u0161\u0165"));
        case 5 -> sampling.badWords(List.of(List.of(200, 201), List.of(260)));
        default -> {}
      }
      if (kind == 6) {
        return search(engine, id, tenant, priority, prompt, sampling);
      }
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < (kind == 7 ? 3 : 1); i++) {
        sampling.seed(OptionalLong.of(100 * number + i));
        answers.add(new Answer());
        engine.submit(
            new GenerationRequest(
                id + "-" + i, prompt, sampling.build(), Long.MAX_VALUE, tenant, priority, ""),
            answers.getLast());
      }
      return new Heard(
          answers,
          () -> {
            for (int i = 0; i < answers.size(); i++) {
              engine.abort(id + "-" + i);
            }
          });
    }

    private static Heard search(
        BatchingEngine engine,
        String id,
        Tenant tenant,
        int priority,
        int[] prompt,
        SamplingParamsBuilder sampling) {
      BeamParams params = new BeamParams(3, 1, BeamParams.EarlyStopping.WHEN_DECIDED);
      List<Answer> answers = Stream.generate(Answer::new).limit(params.width()).toList();
      SamplingParams one =
          sampling.temperature(0).topK(0).repetitionPenalty(1).maxTokens(6).logprobs(1).build();
      BeamSearch search =
          new BeamSearch(
              engine,
              new AsciiTokenizer(),
              new GenerationRequest(id, prompt, one, Long.MAX_VALUE, tenant, priority, ""),
              params,
              new BeamSearch.Listener() {
                @Override
                public void onEvent(int rank, GenerationEvent event) {
                  answers.get(rank).onEvent(event);
                }

                @Override
                public void onAbsent(int absent) {
                  throw new AssertionError("nothing limits the answers here");
                }
              });
      search.start();
      return new Heard(answers, search::abort);
    }

    /** Many begin alike. */
    private int[] prompt() {
      int[] prompt = new Random(number % 5).ints(6 + 13 * (number % 11), 3, 500).toArray();
      prompt[prompt.length - 1] = 100 + number;
      return Arrays.copyOf(prompt, prompt.length);
    }
  }
}
