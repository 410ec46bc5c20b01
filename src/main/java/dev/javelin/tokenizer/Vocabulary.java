package dev.javelin.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Every token of a model: its name, its bytes, and whether it is a control token. Immutable. */
final class Vocabulary {
  private static final byte[] NO_BYTES = {};

  /**
   * A token that is recognised as a whole before the text is split.
   *
   * @param control steers the model rather than being text
   * @param lstrip takes the white space before it along
   * @param rstrip takes the white space after it along
   */
  record AddedToken(int id, String content, boolean control, boolean lstrip, boolean rstrip) {}

  private final byte[] @Nullable [] bytes;
  private final @Nullable String[] names;
  private final Map<String, Integer> ids = new HashMap<>();
  private final BitSet control = new BitSet();

  Vocabulary(Map<String, Integer> modelTokens, List<AddedToken> added, TokenAlphabet alphabet) {
    int size = 0;
    for (int id : modelTokens.values()) {
      size = Math.max(size, id + 1);
    }
    for (AddedToken token : added) {
      size = Math.max(size, token.id() + 1);
    }
    bytes = new byte[size][];
    names = new String[size];
    modelTokens.forEach((token, id) -> put(token, id, alphabet.bytes(token)));
    for (AddedToken token : added) {
      put(token.content(), token.id(), TokenAlphabet.utf8(token.content()));
      control.set(token.id(), token.control());
    }
  }

  private void put(String token, int id, byte[] tokenBytes) {
    bytes[id] = tokenBytes;
    names[id] = token;
    ids.put(token, id);
  }

  int size() {
    return bytes.length;
  }

  /**
   * No bytes for an id the vocabulary leaves open: models pad their output rows past the last
   * token.
   */
  byte[] bytes(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("token id " + id + " is negative");
    }
    byte[] found = id < bytes.length ? bytes[id] : null;
    return found == null ? NO_BYTES : found;
  }

  /** The name of a token, "" for an id the vocabulary leaves open. */
  String name(int id) {
    String found = id >= 0 && id < names.length ? names[id] : null;
    return found == null ? "" : found;
  }

  boolean isControl(int id) {
    return id >= 0 && control.get(id);
  }

  OptionalInt id(String name) {
    Integer id = ids.get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
