package dev.javelin.security;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.Wording;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Component;

/** Hashes of passwords: bcrypt with 2^11 rounds, stored with the scheme's name in front. */
@Component
public final class Passwords {
  private static final String SCHEME = "{bcrypt}";
  private static final int LEAST = 12;
  private static final int MOST_BYTES = 72;
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final BCryptPasswordEncoder encoder = new BCryptPasswordEncoder(11);

  /** Of no password anybody has; checking against it takes as long as against a real one. */
  private @Nullable String nobody;

  /**
   * @throws CatalogException INVALID if the password is shorter than 12 characters or longer than
   *     bcrypt reads, 72 bytes
   */
  public String hash(String password) {
    if (password.length() < LEAST
        || password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw CatalogException.invalid(
          "password",
          "a password has at least %d characters and at most %d bytes".formatted(LEAST, MOST_BYTES),
          Wording.of("password", LEAST, MOST_BYTES));
    }
    return SCHEME + encoder.encode(password);
  }

  /**
   * @param hash null: there is nothing to match, which takes as long
   */
  boolean matches(String password, @Nullable String hash) {
    boolean right =
        encoder.matches(password, hash == null ? nobody() : hash.substring(SCHEME.length()));
    return right && hash != null;
  }

  private synchronized String nobody() {
    String hash = nobody;
    if (hash == null) {
      hash = String.valueOf(encoder.encode(fresh()));
      nobody = hash;
    }
    return hash;
  }

  /** A new password of 20 letters and digits that cannot be taken for each other. */
  static String fresh() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return text.toString();
  }
}
