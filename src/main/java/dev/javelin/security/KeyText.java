package dev.javelin.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API key as its holder has it: {@code jvl_<id>_<secret>}, the id 16 hexadecimal digits, the
 * secret 256 random bits. So much chance needs no slow hash: one SHA-256 is stored.
 */
public final class KeyText {
  private static final String PREFIX = "jvl_";
  private static final Pattern FORM = Pattern.compile("jvl_([0-9a-f]{16})_[A-Za-z0-9_-]{43}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String id;
  private final String text;

  private KeyText(String id, String text) {
    this.id = id;
    this.text = text;
  }

  public static KeyText fresh() {
    byte[] id = new byte[8];
    RANDOM.nextBytes(id);
    byte[] secret = new byte[32];
    RANDOM.nextBytes(secret);
    String name = HexFormat.of().formatHex(id);
    return new KeyText(
        name, PREFIX + name + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Whether the text means to be a key of ours, well formed or not. */
  static boolean isOurs(String text) {
    return text.startsWith(PREFIX);
  }

  static Optional<KeyText> parse(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches() ? Optional.of(new KeyText(form.group(1), text)) : Optional.empty();
  }

  public String id() {
    return id;
  }

  public String sha256() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  boolean matches(String sha256) {
    return MessageDigest.isEqual(
        sha256().getBytes(StandardCharsets.US_ASCII), sha256.getBytes(StandardCharsets.US_ASCII));
  }

  /** The whole key, to be shown to its new holder once. */
  public String reveal() {
    return text;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return PREFIX + id;
  }
}
