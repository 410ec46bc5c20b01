package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.schema.RandomSchema;
import dev.javelin.engine.sampling.grammar.schema.WrittenSchemas;
import dev.javelin.quant.KvDType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The built-in model, hot and in batches, kept to schemas, expressions, choices and grammars. */
class StructuredOutputTests {
  private static final Path MODEL = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static LoadedModel model;
  private static int requests;

  @BeforeAll
  static void open() {
    LoadOptions options =
        new LoadOptions(512, 8, 256, 16, 64L << 20, KvDType.F16, 2, 1000, 1000, 0, true, 0);
    model = new EngineFactory(CpuBackend::create).open(MODEL, options, stage -> {});
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void finishedAnswersAreValidAgainstTheirSchema() {
    assertThat(validAnswers(12, 64)).isGreaterThan(3);
  }

  @Test
  @Tag("soak")
  void finishedAnswersAreValidAgainst300Schemas() {
    assertThat(validAnswers(300, 384)).isGreaterThan(150);
  }

  private static int validAnswers(int schemas, int maxTokens) {
    Map<Integer, String> used = new LinkedHashMap<>();
    Map<Integer, Answer> answers = new LinkedHashMap<>();
    for (int i = 0; used.size() < schemas; i++) {
      int chance = i / 2;
      String schema =
          i % 2 == 0 && chance < WrittenSchemas.ALL.size()
              ? WrittenSchemas.ALL.get(chance)
              : RandomSchema.of(i, i % 7);
      GrammarRule rule = model.engine().rule(new StructuredOutput.JsonSchema(schema));
      try {
        rule.await("json");
      } catch (EngineException e) {
        assertThat(e).hasMessageMatching("(?s).*('oneOf' at|matches no text|refers to itself).*");
        continue;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      used.put(i, schema);
      answers.put(i, submit(rule, i, maxTokens));
    }
    int finished = 0;
    for (Map.Entry<Integer, Answer> entry : answers.entrySet()) {
      Finished end = entry.getValue().finished();
      if (end.reason() == FinishReason.STOP) {
        finished++;
        String schema = used.get(entry.getKey());
        String text = entry.getValue().text();
        assertThat(
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema)
                    .validate(
                        text,
                        InputFormat.JSON,
                        context -> context.executionConfig(c -> c.formatAssertionsEnabled(true))))
            .as("%s gave %s", schema, text)
            .isEmpty();
      }
    }
    System.out.printf("structured output: %d of %d answers ended%n", finished, answers.size());
    return finished;
  }

  private static Answer submit(TokenRule rule, long seed, int maxTokens) {
    return submit(rule, seed, maxTokens, SamplingParams.NO_LOGPROBS);
  }

  private static Answer submit(TokenRule rule, long seed, int maxTokens, int logprobs) {
    Answer answer = new Answer();
    SamplingParams sampling =
        SamplingParams.builder()
            .temperature(1.5f)
            .rule(rule)
            .seed(seed)
            .maxTokens(maxTokens)
            .logprobs(logprobs)
            .build();
    int[] prompt = model.tokenizer().encode("Answer:", true, false);
    model
        .engine()
        .submit(new GenerationRequest("s" + requests++, prompt, sampling, Long.MAX_VALUE), answer);
    return answer;
  }

  private static String text(StructuredOutput output, int maxTokens) {
    Answer answer = submit(model.engine().rule(output), 7, maxTokens);
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    return answer.text();
  }

  @Test
  void anAnswerIsOneOfTheChoices() {
    List<String> choices = List.of("größer", "kleiner", "gleich 😀");
    assertThat(choices).contains(text(new StructuredOutput.Choice(choices), 40));
  }

  @Test
  void anAnswerMatchesTheExpression() {
    String regex = "[A-Z][a-z]{3,8}, (?:\\d{1,3}|n/a)[!?]";
    assertThat(text(new StructuredOutput.Regex(regex), 60)).matches(regex);
  }

  @Test
  void anAnswerIsInTheGrammar() {
    String gbnf =
        """
        # a sum in brackets
        root ::= "(" term (" + " term){1,3} ")"
        term ::= [0-9]{1,2} | root
        """;
    String text = text(new StructuredOutput.Gbnf(gbnf), 400);
    assertThat(text.replaceAll("[0-9]+", "1")).matches("[()1+ ]+").startsWith("(1").endsWith(")");
  }

  @Test
  void manyRequestsWithOneSchemaAreCompiledOnce() {
    StructuredOutput output = new StructuredOutput.Choice(List.of("same", "again"));
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(submit(model.engine().rule(output), i, 20));
    }
    answers.forEach(answer -> assertThat(answer.text()).isIn("same", "again"));
  }

  @Test
  void aRequestWhoseGrammarIsNotReadyWaitsAndHoldsUpNobody() {
    AtomicBoolean ready = new AtomicBoolean();
    Answer waiting = submit(new Gated(model.engine().rule(any()), ready), 1, 8);
    Answer other = submit(model.engine().rule(any()), 2, 8);
    other.finished();
    assertThat(waiting.events()).isEmpty();
    ready.set(true);
    waiting.finished();
    assertThat(model.engine().timelines().getLast().waited().constraint()).isPositive();
  }

  @Test
  void tokensThatCanOnlyBeTheseCostNoStepOfTheirOwn() {
    // The vocabulary has no token for these characters: each is four tokens, one for each byte.
    StructuredOutput output =
        new StructuredOutput.Regex("[ab](?:\uD83E\uDD99\uD83E\uDD9C){4}[ab] [ab]");
    Answer warm = submit(model.engine().rule(output), 3, 60);
    warm.finished();
    Answer forced = submit(model.engine().rule(output), 3, 60);
    Answer single = submit(model.engine().rule(output), 3, 60, 0);
    assertThat(forced.tokenIds()).isEqualTo(single.tokenIds()).isEqualTo(warm.tokenIds());
    assertThat(forced.text()).isEqualTo(single.text()).contains("\uD83E\uDD99\uD83E\uDD9C");
    assertThat(forced.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(forced.finished().usage()).isEqualTo(single.finished().usage());
    RequestTimeline alone = timeline("s" + (requests - 1));
    RequestTimeline jumped = timeline("s" + (requests - 2));
    assertThat(alone.steps()).isEqualTo(alone.generatedTokens());
    assertThat(jumped.generatedTokens()).isEqualTo(alone.generatedTokens());
    assertThat(jumped.steps()).isLessThan(alone.steps() / 2);
  }

  private static RequestTimeline timeline(String id) {
    return model.engine().timelines().stream()
        .filter(timeline -> timeline.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRunOfForcedTokensEndsWhereTheAnswerMustEnd() {
    StructuredOutput output = new StructuredOutput.Regex("(?:\uD83E\uDD99){40}");
    Answer warm = submit(model.engine().rule(output), 1, 21);
    Answer answer = submit(model.engine().rule(output), 1, 21);
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(answer.tokenIds()).hasSize(21).isEqualTo(warm.tokenIds());
    assertThat(model.engine().stats().integrityViolationsTotal()).isZero();
  }

  @Test
  void aGrammarThatIsGivenUpFailsItsRequestOnlyAndSaysSo() throws InterruptedException {
    // A text of n letters a has as many parses as there are ways to count them in threes.
    StructuredOutput output =
        new StructuredOutput.Gbnf("root ::= [b-z]{40} (((\"a\"{1,300}){1,300}){1,300}){150,300}");
    GrammarRule rule = model.engine().rule(output);
    rule.await("guided_grammar");
    Answer lost = submit(rule, 1, 300);
    Answer other = submit(model.engine().rule(any()), 2, 8);
    assertThat(lost.failed().code()).isEqualTo(ErrorCode.STRUCTURED_OUTPUT_FAILED);
    other.finished();
  }

  @Test
  void aRequestThatWaitsForItsGrammarCanBeCancelled() {
    Answer waiting = submit(new Gated(model.engine().rule(any()), new AtomicBoolean()), 1, 8);
    model.engine().abort("s" + (requests - 1));
    assertThat(waiting.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(model.engine().stats().waiting()).isZero();
  }

  private static StructuredOutput any() {
    return new StructuredOutput.JsonObject();
  }

  private record Gated(GrammarRule rule, AtomicBoolean open) implements TokenRule {
    @Override
    public boolean ready() {
      return open.get() && rule.ready();
    }

    @Override
    public Cursor begin(int vocabSize) {
      return rule.begin(vocabSize);
    }
  }

  @Test
  void whatCannotBeCompiledSaysWhy() {
    assertThatThrownBy(
            () ->
                model
                    .engine()
                    .rule(new StructuredOutput.JsonSchema("{\"not\":{}}"))
                    .await("guided_json"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'guided_json' cannot be used: 'not' at # cannot be enforced")
        .hasCauseInstanceOf(GrammarException.class);
  }
}
