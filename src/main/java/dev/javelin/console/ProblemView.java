package dev.javelin.console;

import dev.javelin.service.FitReport;
import dev.javelin.service.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Why something was refused or failed. Its title and next step are {@code problem.<kind>} and
 * {@code hint.<kind>}.
 *
 * @param detail as the API says it, in English
 * @param ways that would help
 */
record ProblemView(String kind, String detail, List<Way> ways) {
  /** What would help; its text is {@code remedy.<kind>}, about the subject. */
  record Way(String kind, String subject) {}

  private static final String URN = "urn:javelin:problem:";

  static String kind(Problem.Type type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ProblemView of(Problem problem) {
    List<Way> ways = new ArrayList<>();
    if (problem.more().get("remedies") instanceof List<?> remedies) {
      for (Object remedy : remedies) {
        if (remedy instanceof FitReport.Remedy way) {
          ways.add(new Way(way.kind(), way.subject()));
        }
      }
    }
    return new ProblemView(kind(problem.type()), problem.detail(), ways);
  }

  /** Of an operation's stored problem. */
  static @Nullable ProblemView of(@Nullable JsonNode problem) {
    if (problem == null) {
      return null;
    }
    List<Way> ways = new ArrayList<>();
    problem
        .path("remedies")
        .forEach(
            way ->
                ways.add(new Way(way.path("kind").asString(""), way.path("subject").asString(""))));
    return new ProblemView(
        problem.path("type").asString("").replace(URN, ""),
        problem.path("detail").asString(""),
        ways);
  }
}
