package dev.javelin.engine.sampling.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.javelin.engine.sampling.grammar.machine.Automaton;
import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.State;
import dev.javelin.engine.sampling.grammar.machine.TokenMask;
import dev.javelin.engine.sampling.grammar.machine.TokenMasks;
import dev.javelin.engine.sampling.grammar.machine.TokenTrie;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever tokens are drawn, a finished answer is valid; judged by networknt's validator. */
final class SchemaSamplingTests {
  private static final int END = 0;
  private static final int MAX_TOKENS = 3000;
  private static final List<byte[]> VOCABULARY = vocabulary();
  private static final TokenTrie TRIE =
      new TokenTrie(VOCABULARY.size(), VOCABULARY::get, _ -> false, Set.of(END));

  /** All single bytes of text, some characters cut in two, and tokens over several terminals. */
  private static List<byte[]> vocabulary() {
    List<byte[]> out = new ArrayList<>();
    out.add(new byte[0]);
    for (int b = 1; b < 256; b++) {
      out.add(new byte[] {(byte) b});
    }
    for (String text :
        List.of(
            "{\"", "\":", "\",\"", "\"}", "}}", "]}", "],", "null", "true", "false", "\": \"", "12",
            "0.", "-1", "name", "kind", "€", "\\u00", "\\n", ", ", "[{", "\n  ", "é", "abc",
            "2024-", "foo", "S_", "first", "://", "😀")) {
      out.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return out;
  }

  @Test
  void everyFinishedAnswerIsValid() {
    assertThat(validAnswers(90, 3)).isGreaterThan(200);
  }

  @Test
  @Tag("soak")
  void everyFinishedAnswerOfManySchemasIsValid() {
    assertThat(validAnswers(300, 8)).isGreaterThan(2000);
  }

  /**
   * @return how many answers ended; all of them were valid
   */
  private static int validAnswers(int schemas, int samples) {
    int finished = 0;
    int refused = 0;
    for (int i = 0; i - refused < schemas; i++) {
      int chance = i - WrittenSchemas.ALL.size();
      String schema = chance < 0 ? WrittenSchemas.ALL.get(i) : RandomSchema.of(chance, chance % 7);
      TokenMasks masks;
      try {
        Budget budget = new Budget(Budget.NODES, 20_000_000_000L);
        masks = new TokenMasks(new Automaton(JsonSchemaGrammar.of(schema, budget), budget), TRIE);
      } catch (GrammarException e) {
        // Chance makes schemas that allow nothing, or whose oneOf overlaps; the text says so.
        assertThat(e)
            .as(schema)
            .hasMessageMatching("(?s).*('oneOf' at|matches no text|refers to itself).*");
        assertThat(chance).as(schema).isNotNegative();
        refused++;
        continue;
      }
      Schema validator =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
      for (int seed = 0; seed < samples; seed++) {
        String text = sample(masks, new Random(1000L * i + seed));
        if (text != null) {
          finished++;
          assertThat(
                  validator.validate(
                      text,
                      InputFormat.JSON,
                      context ->
                          context.executionConfig(config -> config.formatAssertionsEnabled(true))))
              .as("schema %d %s seed %d gave %s", i, schema, seed, text)
              .isEmpty();
        }
      }
    }
    assertThat(refused).isLessThan(schemas / 5);
    return finished;
  }

  /** Draws among the allowed tokens until the end token; null if it does not come. */
  private static String sample(TokenMasks masks, Random random) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    State state = masks.start();
    for (int n = 0; n < MAX_TOKENS; n++) {
      TokenMask mask = masks.of(state);
      assertThat(mask.size()).as("a way on from %s", text).isPositive();
      int token = draw(mask, random);
      if (token == END) {
        return text.toString(StandardCharsets.UTF_8);
      }
      text.writeBytes(VOCABULARY.get(token));
      state = masks.after(state, token);
    }
    return null;
  }

  /** Ends and closing tokens come more often, so that answers end. */
  private static int draw(TokenMask mask, Random random) {
    int[] allowed = IntStream.range(0, VOCABULARY.size()).filter(mask::allows).toArray();
    for (int likely : new int[] {END, '}', ']', '"'}) {
      if (mask.allows(likely) && random.nextInt(4) == 0) {
        return likely;
      }
    }
    return allowed[random.nextInt(allowed.length)];
  }
}
