package dev.javelin.engine.sampling.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.fake.AsciiTokenizer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrammarsTests {
  /** Some tens of thousands of states: seconds of work, unless somebody ends it. */
  private static final StructuredOutput HEAVY =
      new StructuredOutput.Regex("(?:(?:a|b)*a(?:a|b){14}$|c)");

  private final Grammars grammars = new Grammars(new AsciiTokenizer(), 128, Duration.ofMinutes(5));

  @Test
  void whatNobodyWaitsForIsNotCompiledAndKeepsNoPlace() throws InterruptedException {
    try (grammars) {
      GrammarRule heavy = grammars.rule(HEAVY);
      for (int round = 0; round < 3; round++) {
        List<GrammarRule> rules = IntStream.range(0, 120).mapToObj(this::choice).toList();
        rules.forEach(GrammarRule::release);
        assertThat(rules.getLast().ready()).isFalse();
        assertThatThrownBy(() -> rules.getLast().await("guided_choice"))
            .isInstanceOfSatisfying(
                EngineException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
      }
      GrammarRule last = choice(7);
      heavy.release();
      last.await("guided_choice");
      assertThat(last.ready()).isTrue();
      assertThat(heavy.ready()).isFalse();
    }
  }

  @Test
  void whatAnotherStillWaitsForIsCompiled() throws InterruptedException {
    try (grammars) {
      GrammarRule heavy = grammars.rule(HEAVY);
      GrammarRule one = choice(1);
      GrammarRule two = choice(1);
      one.release();
      one.release();
      heavy.release();
      two.await("guided_choice");
      assertThat(two.ready()).isTrue();
      two.release();
      assertThat(choice(1).ready()).isTrue();
    }
  }

  private GrammarRule choice(int i) {
    return grammars.rule(new StructuredOutput.Choice(List.of("choice " + i)));
  }
}
