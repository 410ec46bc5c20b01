package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.regex.Regex;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The formats as expressions that match only valid texts, not every valid text. */
final class Formats {
  private static final String LEAP_YEAR =
      "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
  private static final String YEAR = "[0-9]{4}";
  private static final String DATE =
      "(?:%s-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|%s-02-29)"
          .formatted(YEAR, LEAP_YEAR);
  private static final String HOUR_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
  private static final String TIME =
      HOUR_MINUTE + ":[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])";
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final String GROUP = "[0-9a-fA-F]{1,4}";
  private static final String LABEL = "[a-z0-9]{1,15}(?:-[a-z0-9]{1,15}){0,2}";

  /** Validators know the top-level domains; these are some that exist. */
  private static final String TOP =
      "(?:com|org|net|edu|gov|int|info|biz|io|ai|co|me|app|dev|eu|at|au|be|br|ca|ch|cn|cz|de|dk|es|fi"
          + "|fr|gr|hu|ie|il|in|it|jp|kr|lu|mx|nl|no|nz|pl|pt|ro|ru|se|sg|tr|tw|ua|uk|us|za)";

  private static final String HOST = "(?:" + LABEL + "\\.){1,4}" + TOP;

  private static final Map<String, Regex> KNOWN =
      Map.of(
          "date", Regex.parse(DATE),
          "time", Regex.parse(TIME),
          "date-time", Regex.parse(DATE + "T" + TIME),
          "uuid", Regex.parse("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
          "email", Regex.parse("[a-zA-Z0-9_+-]{1,15}(?:\\.[a-zA-Z0-9_+-]{1,15}){0,3}@" + HOST),
          "ipv4", Regex.parse("(?:" + OCTET + "\\.){3}" + OCTET),
          "ipv6", Regex.parse(ipv6()),
          "uri",
              Regex.parse(
                  "https?://"
                      + HOST
                      + "(?::[1-9][0-9]{1,3})?(?:/[a-zA-Z0-9._~-]{0,64}){0,16}"
                      + "(?:\\?[a-zA-Z0-9._~=&-]{0,128})?(?:#[a-zA-Z0-9._~-]{0,64})?"));

  private Formats() {}

  private static String ipv6() {
    StringBuilder out = new StringBuilder("(?:(?:%s:){7}%s".formatted(GROUP, GROUP));
    for (int before = 0; before <= 6; before++) {
      String left = before == 0 ? "" : "(?:%s:){%d}%s".formatted(GROUP, before - 1, GROUP);
      int most = 6 - before;
      String right = most == 0 ? "" : "(?:%s(?::%s){0,%d})?".formatted(GROUP, GROUP, most - 1);
      out.append('|').append(left).append("::").append(right);
    }
    return out.append(')').toString();
  }

  static @Nullable Regex named(String format) {
    return KNOWN.get(format);
  }

  static Set<String> names() {
    return new TreeSet<>(KNOWN.keySet());
  }
}
