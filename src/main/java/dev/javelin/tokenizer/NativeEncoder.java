package dev.javelin.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Plain text to token ids through DJL's binding of the Rust library. Thread-safe; the library lies
 * in the jar, nothing is fetched.
 */
final class NativeEncoder implements AutoCloseable {
  static {
    // without these the binding looks for a GPU and, on some clouds, reports its use
    setDefault("RUST_FLAVOR", "cpu");
    setDefault("OPT_OUT_TRACKING", "true");
  }

  /** The binding cuts at 512 tokens and pads unless told not to. */
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "do_not_truncate", "padding", "do_not_pad");

  private final HuggingFaceTokenizer first;
  private final @Nullable HuggingFaceTokenizer rest;

  /** Freeing the native object under a running call would end the process. */
  private final ReadWriteLock closing = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * @param json tokenizer.json without control tokens and post-processor
   * @param restJson the same for pieces that do not stand at the beginning of a text, where the
   *     model treats them differently; null: it does not
   */
  NativeEncoder(byte[] json, byte @Nullable [] restJson) {
    first = open(json);
    rest = restJson == null ? null : open(restJson);
  }

  private static HuggingFaceTokenizer open(byte[] json) {
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "the tokenizer's definition is not usable: " + e.getMessage(), e);
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  void encode(String text, boolean atBeginning, IntSequence ids) {
    closing.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      HuggingFaceTokenizer tokenizer = atBeginning || rest == null ? first : rest;
      for (long id : ids(tokenizer, wellFormed(text))) {
        ids.add(Math.toIntExact(id));
      }
    } finally {
      closing.readLock().unlock();
    }
  }

  /**
   * The binding's own {@code encode} also makes a string and a span of each token: some hundred
   * bytes of heap, and where there is no room for them the native library ends the process.
   */
  private static long[] ids(HuggingFaceTokenizer tokenizer, String text) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = library.encode(tokenizer.getHandle(), text, false);
    try {
      return library.getTokenIds(encoding);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** Half a surrogate pair has no UTF-8; the binding would take it apart into wrong bytes. */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (repaired == null) {
        repaired = new StringBuilder(text);
      }
      repaired.setCharAt(i, '\uFFFD');
    }
    return repaired == null ? text : repaired.toString();
  }

  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        first.close();
        if (rest != null) {
          rest.close();
        }
      }
    } finally {
      closing.writeLock().unlock();
    }
  }
}
