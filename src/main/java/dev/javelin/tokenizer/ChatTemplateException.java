package dev.javelin.tokenizer;

/** A template that does not compile or does not render; the message is fit for the caller. */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChatTemplateException(String message) {
    super(message);
  }
}
