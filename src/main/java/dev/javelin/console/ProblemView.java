package dev.javelin.console;

import dev.javelin.catalog.Wording;
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
 * @param field the input it is about, where the detail does not name it; else empty
 * @param detail as the API says it, in English
 * @param wording of the detail, whose text in other languages is {@code detail.<code>}
 * @param ways that would help
 */
record ProblemView(
    String kind, String field, String detail, @Nullable Wording wording, List<Way> ways) {
  /** What would help; its text is {@code remedy.<kind>}, about the subject. */
  record Way(String kind, String subject) {}

  private static final String URN = "urn:javelin:problem:";

  /** Whether somebody else was first. Public, as templates need. */
  public boolean stale() {
    return kind.equals(kind(Problem.Type.PRECONDITION_FAILED));
  }

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
    return new ProblemView(
        kind(problem.type()), field(problem), problem.detail(), problem.wording(), ways);
  }

  private static String field(Problem problem) {
    if (problem.errors().isEmpty()) {
      return "";
    }
    String pointer = problem.errors().getFirst().pointer();
    String field = pointer.substring(pointer.lastIndexOf('/') + 1);
    return problem.detail().contains(field) ? "" : field;
  }

  private static @Nullable Wording wording(JsonNode problem) {
    String code = problem.path("code").asString("");
    List<String> arguments = new ArrayList<>();
    problem.path("arguments").forEach(argument -> arguments.add(argument.asString("")));
    return code.isEmpty() ? null : new Wording(code, arguments);
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
        "",
        problem.path("detail").asString(""),
        wording(problem),
        ways);
  }
}
