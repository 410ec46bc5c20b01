package dev.javelin.tokenizer.template;

import dev.javelin.tokenizer.ChatTemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens as Jinja does with {@code trim_blocks} and {@code lstrip_blocks}: a
 * line end right after a block or comment goes, and so does white space between the start of the
 * line and a block or comment.
 */
final class Lexer {
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private boolean atLineStart = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokenize(String source) {
    String normalized = source.replace("\r\n", "\n").replace('\r', '\n');
    if (normalized.endsWith("\n")) {
      normalized = normalized.substring(0, normalized.length() - 1);
    }
    Lexer lexer = new Lexer(normalized);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (position < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        addData(source.substring(position));
        position = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      addData(strippedData(source.substring(position, tag), tagSign(tag), kind != '{'));
      moveTo(tag);
      switch (kind) {
        case '#' -> comment();
        case '%' -> block();
        default -> expression("{{", "}}", Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END);
      }
      atLineStart = source.charAt(position - 1) == '\n';
    }
    tokens.add(new Token(Token.Kind.END, "", line));
  }

  private int nextTag() {
    for (int i = position; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char tagSign(int tag) {
    return tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
  }

  private String strippedData(String data, char sign, boolean stripLine) {
    if (sign == '-') {
      return data.stripTrailing();
    }
    if (sign != '+' && stripLine) {
      int lineStart = data.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || atLineStart) && data.substring(lineStart).isBlank()) {
        return data.substring(0, lineStart);
      }
    }
    return data;
  }

  private void addData(String data) {
    if (!data.isEmpty()) {
      tokens.add(new Token(Token.Kind.DATA, data, line));
    }
  }

  private void moveTo(int target) {
    for (; position < target; position++) {
      if (source.charAt(position) == '\n') {
        line++;
      }
    }
  }

  private void comment() {
    int end = source.indexOf("#}", position + 2);
    if (end < 0) {
      throw error("a comment is not closed");
    }
    char sign = source.charAt(end - 1);
    moveTo(end + 2);
    afterTag(sign, true);
  }

  private void afterTag(char sign, boolean trimLineEnd) {
    int end = position;
    if (sign == '-') {
      while (end < source.length() && Character.isWhitespace(source.charAt(end))) {
        end++;
      }
    } else if (sign != '+' && trimLineEnd && source.startsWith("\n", end)) {
      end++;
    }
    moveTo(end);
  }

  private void block() {
    Matcher raw = RAW_BEGIN.matcher(source).region(position, source.length());
    if (!raw.lookingAt()) {
      expression("{%", "%}", Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END);
      return;
    }
    moveTo(raw.end());
    Matcher end = RAW_END.matcher(source);
    if (!end.find(position)) {
      throw error("a raw block is not closed");
    }
    atLineStart = source.charAt(position - 1) == '\n';
    String sign = end.group(1);
    addData(
        strippedData(
            source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true));
    moveTo(end.end());
  }

  private void expression(String open, String close, Token.Kind begin, Token.Kind end) {
    tokens.add(new Token(begin, open, line));
    int start = position + open.length();
    if (start < source.length() && "-+".indexOf(source.charAt(start)) >= 0) {
      start++;
    }
    moveTo(start);
    ExpressionLexer inner = new ExpressionLexer(source, position, line, close, tokens);
    char sign = inner.run();
    position = inner.position();
    line = inner.line();
    tokens.add(new Token(end, close, line));
    afterTag(sign, end == Token.Kind.BLOCK_END);
  }

  private ChatTemplateException error(String what) {
    return new ChatTemplateException("chat template line " + line + ": " + what);
  }
}
