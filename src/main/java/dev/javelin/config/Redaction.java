package dev.javelin.config;

import java.util.regex.Pattern;

/** Takes passwords out of text that may hold the address of a database. */
public final class Redaction {
  private static final Pattern PARAMETER = Pattern.compile("(?i)(passw(?:or)?d=)[^&;\\s]*");
  private static final Pattern USER_INFO = Pattern.compile("(//[^/:@\\s]*:)[^/@\\s]+(?=@)");

  private Redaction() {}

  /** The text with an ellipsis in place of each password. */
  public static String withoutPasswords(String text) {
    return USER_INFO.matcher(PARAMETER.matcher(text).replaceAll("$1…")).replaceAll("$1…");
  }
}
