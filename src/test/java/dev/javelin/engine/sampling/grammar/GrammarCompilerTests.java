package dev.javelin.engine.sampling.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.sampling.grammar.machine.Automaton;
import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.State;
import dev.javelin.fake.AsciiTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kind of structured output accepts, and how what is wrong is told. */
final class GrammarCompilerTests {
  private static Automaton compile(StructuredOutput output) {
    return compile(output, false);
  }

  private static Automaton compile(StructuredOutput output, boolean dropsFirstSpace) {
    return GrammarCompiler.compile(
        output, new AsciiTokenizer(), dropsFirstSpace, new Budget(Budget.NODES, 20_000_000_000L));
  }

  private static boolean accepts(Automaton automaton, String text) {
    State state = automaton.start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      state = automaton.next(state, b & 0xFF);
    }
    return state.accepts();
  }

  private static Automaton schema(String schema) {
    return compile(new StructuredOutput.JsonSchema(schema.replace('\'', '"')));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc", "a|b|", "(ab)*c?", "[a-c]{2,3}", "[^a-c]", "\\d+\\.\\d{2}", "(?:a|b)+?c", "^abc$",
        "^a|b$", "(?<x>a)\\x62\\u0063", ".b", "[\\w-]{2}", "\\u{1F600}", "a{0}", "a{2,}", "\\S\\s",
        "(a*)*b", "(a|ab)(c|bcd)", "^(?:^a)b", "a$|ab", "[]a", "x*y+z?"
      })
  void expressionsMatchWhatJavasDo(String regex) {
    if (regex.equals("[]a")) {
      // ECMAScript's empty class, which Java has not.
      assertThatThrownBy(() -> compile(new StructuredOutput.Regex(regex)))
          .hasMessageContaining("matches no text");
      return;
    }
    Automaton automaton = compile(new StructuredOutput.Regex(regex));
    Pattern java = Pattern.compile(regex.replace("\\u{1F600}", "\\x{1F600}"));
    for (String text : texts()) {
      assertThat(accepts(automaton, text))
          .as("%s on '%s'", regex, text)
          .isEqualTo(java.matcher(text).matches());
    }
  }

  /** All texts of up to four of some characters, and a few more. */
  private static List<String> texts() {
    String letters = "abc";
    List<String> out = new ArrayList<>(List.of(""));
    for (int from = 0, length = 0; length < 4; length++) {
      int end = out.size();
      for (; from < end; from++) {
        for (char c : letters.toCharArray()) {
          out.add(out.get(from) + c);
        }
      }
    }
    out.addAll(
        List.of(
            "1.50", "10.5", "-_", "😀", "é", "x ", "\n", " b", "xyz", "yz", "y", "z", "xxyyz",
            "\nb", "abcd", "a-", "aaaaa"));
    return out;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "(a;a group is not closed",
        "a);closes no group",
        "a**;a repetition follows a repetition",
        "[b-a];comes before its first",
        "(?=a);look-around is not supported",
        "(?<!a);look-around is not supported",
        "(a)\\1;back references are not supported",
        "\\ba;word boundaries are not supported",
        "a{3,2};maximum is below its minimum",
        "a{2000000};at most 1000000",
        "*a;nothing to repeat",
        "[a;not closed",
        "\\q;is no escape",
        "\\p{Nope};is not known",
        "(?i)a;are groups"
      })
  void aBadExpressionIsTold(String regex, String message) {
    assertThatThrownBy(() -> compile(new StructuredOutput.Regex(regex)))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("at index");
  }

  @Test
  void hugeRepetitionsAreCountedOrRefusedButNeverWrittenOut() {
    Automaton counted = compile(new StructuredOutput.Regex("[a-z]{1,100000}"));
    assertThat(accepts(counted, "a".repeat(100_000))).isTrue();
    assertThat(accepts(counted, "a".repeat(100_001))).isFalse();
    assertThat(accepts(compile(new StructuredOutput.Regex("((a{1,1000}){1,1000})b")), "aab"))
        .isTrue();
    assertThatThrownBy(() -> schema("{'type':'string','pattern':'^x(a{1,1000}){1,1000}'}"))
        .hasMessageContaining("too large");
    assertThatThrownBy(() -> schema("{'type':'string','pattern':'(a|b)*a(a|b){20}$'}"))
        .isInstanceOf(GrammarException.class)
        .hasMessageMatching(".*(too large|too long).*");
    assertThatThrownBy(() -> compile(new StructuredOutput.Regex("(".repeat(5000))))
        .hasMessageContaining("nest deeper");
  }

  @Test
  void grammarsAreReadAsLlamaCppDocumentsThem() {
    Automaton automaton =
        compile(
            new StructuredOutput.Gbnf(
                """
                # comment
                root  ::= (
                    "1. " move # another
                    " " move "\\n"
                )+ | [^\\x00-\\x7F] . "\\u20AC"
                move ::= [NBKQR]? [a-h] [1-8] [+#]? |
                         "O-O"
                """));
    assertThat(accepts(automaton, "1. e4 O-O\n")).isTrue();
    assertThat(accepts(automaton, "1. e4 Nf6+\n1. d4 d5\n")).isTrue();
    assertThat(accepts(automaton, "1. e9 d5\n")).isFalse();
    assertThat(accepts(automaton, "é😀€")).isTrue();
    assertThat(accepts(automaton, "e😀€")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "root ::= a;the rule 'a' is used but not defined (line 1, column 10)",
        "rule ::= \"a\";has no rule 'root'",
        "root ::= root \"a\" | \"b\";left-recursive",
        "root ::= \"a\" root;matches no text",
        "root ::= \"a;not closed",
        "root ::= [a;not closed",
        "root ::= (\"a\";a group is not closed",
        "root = \"a\";'::=' follows",
        "root ::= \"\\q\";no such escape",
        "root ::= \"a\"{3,1};maximum is below",
        "root ::= <think>;<think> is not one token of this model",
        "root ::= \"a\" !<[128]>;<[128]> is no token; this model's have the numbers 0 to 127",
        "root ::= <[x]>;<[x]> is no token",
        "root ::= <[0]>;the token <[0]> ends an answer",
        "root ::= !think;a token literal is <text> or <[id]>",
        "root ::= <think;a token literal is <text> or <[id]>",
        "root ::= \"a\" );cannot follow here"
      })
  void aBadGrammarIsTold(String source, String message) {
    assertThatThrownBy(() -> compile(new StructuredOutput.Gbnf(source)))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'not':{}};'not' at # cannot be enforced",
        "{'properties':{'a':{'if':{}}}};'if' at #/properties/a cannot be enforced",
        "{'items':{'uniqueItems':true}};'uniqueItems' at #/items cannot be enforced",
        "{'format':'hostname'};'format' at # is 'hostname', which cannot be enforced",
        "{'maxLenght':3};'maxLenght' at # cannot be enforced",
        "{'type':'text'};'type' at # must be",
        "{'minLength':-1};'minLength' at # must be a non-negative integer",
        "{'pattern':'(?=a)'};'pattern' at # is '(?=a)'",
        "{'$ref':'other.json'};only references inside the schema",
        "{'$ref':'#/$defs/none'};which is not in the schema",
        "{'$ref':'#'};refers to itself",
        "{'$defs':{'a':{'$ref':'#/$defs/b'},'b':{'anyOf':[{'$ref':'#/$defs/a'}]}},'$ref':'#/$defs/a'};refers to itself",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']};matches no text",
        "{'oneOf':[{'type':'integer'},{'minimum':3}]};'oneOf' at # cannot be enforced",
        "{'enum':[]};matches no text",
        "{'const':1,'type':'string'};matches no text",
        "[];must be a JSON object",
        "{'a;is not JSON",
        "{'multipleOf':0};must be a number above 0"
      })
  void aSchemaThatCannotBeKeptIsTold(String schema, String message) {
    assertThatThrownBy(() -> schema(schema))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepAndWideSchemasEndSoon() {
    assertThatThrownBy(() -> schema("{'items':".repeat(400) + "{}" + "}".repeat(400)))
        .isInstanceOf(GrammarException.class);
    String choices =
        String.join(
            ",",
            IntStream.range(0, 12)
                .mapToObj(i -> "{'anyOf':[{'minimum':%d},{'maximum':%d}]}".formatted(i, i))
                .toList());
    assertThatThrownBy(() -> schema("{'allOf':[%s]}".formatted(choices)))
        .hasMessageContaining("combine to more than");
    assertThatThrownBy(() -> compile(new StructuredOutput.Regex("a".repeat(300_000))))
        .hasMessageContaining("at most 262144");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'type':'integer','minimum':-3,'maximum':12};-3 0 7 12;-4 13 1.0 007 -0",
        "{'type':'number','exclusiveMinimum':0.5,'maximum':2};0.51 1 2 2.0 1.999;0.5 0.50 2.01 3 01",
        "{'type':'number','multipleOf':0.25};0.5 -1.25 7;0.3 1.1",
        "{'type':'string','minLength':2,'maxLength':2};\"ab\" \"é€\" \"\\u00e9x\" \"\\ud83d\\ude00x\";\"a\" \"abc\" \"\\ud83d\"",
        "{'type':'string','pattern':'b'};\"b\" \"abc\";\"a\" \"\"",
        "{'type':['null','boolean']};null true false;0 nul",
        "{'enum':[{'a':[1]},'x']};{\"a\":[1]} \"x\";{} \"y\"",
        "{'prefixItems':[{'const':1}],'items':{'const':2},'type':'array','maxItems':3};[] [1] [1,2,2];[2] [1,1] [1,2,2,2]",
        "{'type':'object','properties':{'a':{'const':1},'b':{'const':2}},'required':['b']};{\"b\":2} {\"a\":1,\"b\":2};{} {\"a\":1} {\"b\":2,\"c\":3}",
        "{'type':'object','additionalProperties':{'const':1},'properties':{'a':{'const':2}},'maxProperties':2};{} {\"a\":2} {\"a\":2,\"z\":1};{\"a\":1} {\"a\":2,\"y\":1,\"z\":1}",
      })
  void schemasAcceptAndRefuse(String schema, String accepted, String refused) {
    Automaton automaton = schema(schema);
    for (String text : accepted.split(" ")) {
      assertThat(accepts(automaton, text)).as("accepts %s", text).isTrue();
    }
    for (String text : refused.split(" ")) {
      assertThat(accepts(automaton, text)).as("refuses %s", text).isFalse();
    }
  }

  @Test
  void whiteSpaceIsBounded() {
    Automaton automaton = schema("{'type':'object','properties':{'a':{'const':1}}}");
    assertThat(accepts(automaton, "{ \"a\": 1 }")).isTrue();
    assertThat(accepts(automaton, "{\n    \"a\": 1\n}")).isTrue();
    assertThat(accepts(automaton, "{\n\t\"a\":1}")).isTrue();
    assertThat(accepts(automaton, "{  \"a\":1}")).isFalse();
    assertThat(accepts(automaton, "{\n\n\"a\":1}")).isFalse();
    assertThat(accepts(automaton, "{\"a\":  1}")).isFalse();
    assertThat(accepts(automaton, " {}")).isFalse();
    assertThat(accepts(automaton, "{\n" + " ".repeat(21) + "}")).isFalse();
  }

  @Test
  void aFirstSpaceThatTheTokenizerDropsDoesNotCount() {
    Automaton automaton = compile(new StructuredOutput.Choice(List.of("yes", " no")), true);
    assertThat(accepts(automaton, "yes")).isTrue();
    assertThat(accepts(automaton, " yes")).isTrue();
    assertThat(accepts(automaton, "  no")).isTrue();
    assertThat(accepts(automaton, " no")).isFalse();
  }
}
