package dev.javelin.catalog.audit;

import java.util.Locale;

/**
 * Which rows are wanted. A text is looked for anywhere, in any case; an empty one lets all pass.
 *
 * @param calls whether rows of inference are among them
 */
public record AuditQuery(String actor, String action, String target, boolean calls) {
  public static final AuditQuery ALL = new AuditQuery("", "", "", true);

  String actorPattern() {
    return pattern(actor);
  }

  String actionPattern() {
    return pattern(action);
  }

  String targetPattern() {
    return pattern(target);
  }

  private static String pattern(String text) {
    return "%"
        + text.toLowerCase(Locale.ROOT)
            .replace("!", "!!")
            .replace("%", "!%")
            .replace("_", "!_")
            .replace("\0", "")
        + "%";
  }
}
