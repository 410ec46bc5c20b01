package dev.javelin.tokenizer.template;

/** A piece of template source. For a STRING, text is its value with the escapes resolved. */
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }

  String describe() {
    return kind == Kind.END ? "the end of the template" : "'" + text + "'";
  }
}
