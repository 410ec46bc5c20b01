package dev.javelin.engine.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopMatcherTests {
  record Case(String text, List<String> stops, int start, int end) {
    String expected(boolean includeStop) {
      return text.substring(0, includeStop ? end : start);
    }
  }

  static List<Case> cases() {
    return List.of(
        new Case("hello END rest", List.of("END"), 6, 9),
        new Case("aaab", List.of("aab"), 1, 4),
        new Case("abababac", List.of("ababac"), 2, 8),
        new Case("nothing", List.of("xyz", "gg"), 7, 7),
        new Case("ends with EN", List.of("END"), 12, 12),
        new Case("x\n\ny", List.of("\n\n"), 1, 3),
        new Case("abcd", List.of("bcd", "c"), 2, 3),
        new Case("abcd", List.of("cd", "bcd"), 1, 4),
        new Case("a\u00e9\ud83d\ude00z", List.of("\ud83d\ude00"), 2, 4),
        new Case("STOP", List.of("STOP"), 0, 4));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everySplitGivesTheSameTextAndNoPieceLeaks(Case given) {
    for (boolean includeStop : new boolean[] {false, true}) {
      String expected = given.expected(includeStop);
      int cuts = given.text().length() - 1;
      for (int mask = 0; mask < 1 << Math.max(cuts, 0); mask++) {
        StopMatcher matcher = new StopMatcher(given.stops(), includeStop);
        StringBuilder out = new StringBuilder();
        for (String piece : split(given.text(), mask)) {
          out.append(matcher.accept(piece));
          assertThat(expected).startsWith(out.toString());
        }
        out.append(matcher.flush());
        assertThat(out.toString()).isEqualTo(expected);
        assertThat(matcher.matched()).isEqualTo(given.start() < given.end());
      }
    }
  }

  private static List<String> split(String text, int mask) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    for (int i = 1; i < text.length(); i++) {
      if ((mask >> (i - 1) & 1) != 0) {
        pieces.add(text.substring(from, i));
        from = i;
      }
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  @Test
  void onlyWhatCouldBecomeAStopStringIsHeld() {
    StopMatcher matcher = new StopMatcher(List.of("END"), false);
    assertThat(matcher.accept("abc")).isEqualTo("abc");
    assertThat(matcher.accept("dE")).isEqualTo("d");
    assertThat(matcher.accept("N")).isEmpty();
    assertThat(matcher.accept("x")).isEqualTo("ENx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "abc"})
  void withoutStopStringsNothingIsHeld(String text) {
    assertThat(new StopMatcher(List.of(), false).accept(text)).isEqualTo(text);
  }
}
