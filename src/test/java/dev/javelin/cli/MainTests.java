package dev.javelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class MainTests {
  private static final Function<Path, Checkpoint> NO_CHECKPOINTS =
      path -> {
        throw new CheckpointException(path, "offset 0", "not a checkpoint");
      };

  private static final ShapeBench.Engines NO_ENGINES =
      (device, times) -> {
        throw new AssertionError("no shape is loaded here");
      };

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ScriptedModel model = new ScriptedModel();

  private int run(String... arguments) {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Path.of("home"));
    return new Main(_ -> model, NO_ENGINES, NO_CHECKPOINTS, terminal).run(List.of(arguments));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String promptText() {
    int[] ids = model.requests.getFirst().promptTokenIds();
    return new String(ids, 0, ids.length);
  }

  @Test
  void generatePrintsOnlyTheAnswerToStandardOutput() {
    assertThat(run("generate", "m.gguf", "Hi", "--max-tokens", "3")).isZero();
    assertThat(out()).isEqualTo("abc" + System.lineSeparator());
    assertThat(err()).contains("9 prompt + 3 answer tokens").contains("length");
    assertThat(promptText()).isEqualTo("<user:Hi>");
    assertThat(model.closed).isTrue();
  }

  /** As {@code generate … | head -c1} does. */
  @Test
  void whenNobodyReadsTheAnswerItIsNotGoneOnWith() {
    PrintStream closed =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    Terminal terminal =
        new Terminal(closed, new PrintStream(err, true, StandardCharsets.UTF_8), Path.of("home"));
    Main main = new Main(_ -> model, NO_ENGINES, NO_CHECKPOINTS, terminal);
    assertThat(main.run(List.of("generate", "m", "x", "--max-tokens", "3"))).isEqualTo(1);
    assertThat(model.aborted).isTrue();
    assertThat(err()).contains("javelin: standard output was closed");
  }

  @Test
  void rawPromptsSkipTheTemplate() {
    assertThat(run("generate", "m.gguf", "Hi", "--raw")).isZero();
    assertThat(promptText()).isEqualTo("Hi");
  }

  @Test
  void aModelWithoutTemplateAsksForRaw() {
    model.withTemplate = false;
    assertThat(run("generate", "m.gguf", "Hi")).isEqualTo(1);
    assertThat(err()).contains("--raw");
    assertThat(out()).isEmpty();
    assertThat(model.closed).isTrue();
  }

  @Test
  void aTemplateThatDoesNotCompileIsToldWithItsReason() {
    model.withTemplate = false;
    model.warnings = List.of("the chat template does not compile: line 3");
    assertThat(run("generate", "m.gguf", "Hi")).isEqualTo(1);
    assertThat(err()).contains("javelin: the chat template does not compile: line 3; use --raw");
  }

  @Test
  void samplingOptionsReachTheRequest() {
    assertThat(run("generate", "m", "x", "--temperature=0.5", "--seed", "7", "--max-tokens=2"))
        .isZero();
    var sampling = model.requests.getFirst().sampling();
    assertThat(sampling.temperature()).isEqualTo(0.5f);
    assertThat(sampling.seed()).isEqualTo(OptionalLong.of(7));
    assertThat(sampling.maxTokens()).isEqualTo(2);
  }

  @Test
  void jsonHasTextAndTokenIds() {
    assertThat(run("generate", "m", "x", "--raw", "--json", "--max-tokens", "2")).isZero();
    JsonNode json = JsonMapper.shared().readTree(out());
    assertThat(json.get("text").asString()).isEqualTo("ab");
    assertThat(json.get("prompt_token_ids").toString()).isEqualTo("[120]");
    assertThat(json.get("token_ids").toString()).isEqualTo("[97,98]");
    assertThat(json.get("finish_reason").asString()).isEqualTo("length");
  }

  @Test
  void dartNamesTheBuiltInModel() {
    assertThat(run("generate", "dart", "x")).isZero();
    assertThat(model.opened).containsExactly(Path.of("home/models/dart/dart-20m-chat-q8_0.gguf"));
  }

  @Test
  void aFailedRequestIsOneLineAndExitCodeOne() {
    model.failure = new GenerationEvent.Failed(ErrorCode.INTERNAL, "the step failed");
    assertThat(run("generate", "m", "x")).isEqualTo(1);
    assertThat(err()).isEqualTo("javelin: the step failed" + System.lineSeparator());
  }

  @Test
  void wrongArgumentsAreNamedWithExitCodeTwo() {
    assertThat(run("generate", "m", "x", "--temprature", "1")).isEqualTo(2);
    assertThat(err()).contains("unknown option '--temprature'").contains("--temperature");
    assertThat(run("generate", "m")).isEqualTo(2);
    assertThat(err()).contains("MODEL PROMPT");
    assertThat(run("generate", "m", "x", "--temperature", "3")).isEqualTo(2);
    assertThat(err()).contains("'3'").contains("from 0.0 to 2.0");
    assertThat(run("bench", "m", "--batch", "1,,4")).isEqualTo(2);
    assertThat(run("bench", "m", "--json")).isEqualTo(2);
    assertThat(err()).contains("--json needs a value");
    assertThat(run("unheard-of")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(model.opened).isEmpty();
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : List.of("generate", "bench", "inspect", "doctor")) {
      assertThat(run(command, "--help")).isZero();
      assertThat(out()).contains(command);
    }
  }

  @Test
  void aBadFileIsOneLine() {
    assertThat(run("inspect", "bad.gguf")).isEqualTo(1);
    assertThat(err())
        .isEqualTo("javelin: bad.gguf: offset 0: not a checkpoint" + System.lineSeparator());
  }

  @Test
  void benchMeasuresEveryBatchAfterAWarmUp(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("bench.json");
    assertThat(
            run(
                "bench",
                "m",
                "--prompt",
                "8",
                "--generate",
                "4",
                "--batch",
                "1,3",
                "--threads",
                "2",
                "--json",
                file.toString()))
        .isZero();
    // One warm-up and five repeats of a prefill and a decode burst, for 1 and for 3 requests.
    assertThat(model.requests).hasSize(6 * 2 * (1 + 3));
    assertThat(model.requests).allSatisfy(r -> assertThat(r.sampling().ignoreEos()).isTrue());
    assertThat(model.options.threads()).isEqualTo(2);
    assertThat(model.options.maxSequences()).isEqualTo(3);
    JsonNode results = JsonMapper.shared().readTree(Files.readString(file)).get("results");
    assertThat(results.size()).isEqualTo(4);
    JsonNode decode = results.get(1);
    assertThat(decode.get("samples").size()).isEqualTo(5);
    // The script gives a token each millisecond.
    assertThat(decode.get("median_tokens_per_second").asDouble())
        .isCloseTo(1000, org.assertj.core.data.Offset.offset(1e-6));
  }

  @Test
  void doctorReportsEveryPart() {
    assertThat(run("doctor", "--no-bandwidth")).isZero();
    assertThat(out()).contains("java ", "cpu ", "memory ", "gpu ", "database ");
  }

  @Test
  void doctorTriesTheDatabase() {
    assertThat(run("doctor", "--no-bandwidth", "--database-url", "jdbc:h2:mem:doctor")).isZero();
    assertThat(out()).contains("H2").contains("reachable");
    assertThat(run("doctor", "--no-bandwidth", "--database-url", "jdbc:nothing:x")).isEqualTo(1);
    assertThat(out()).contains("NOT REACHABLE");
  }
}
