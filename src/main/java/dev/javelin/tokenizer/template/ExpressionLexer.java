package dev.javelin.tokenizer.template;

import dev.javelin.tokenizer.ChatTemplateException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens between the delimiters of one block or print statement. */
final class ExpressionLexer {
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<float>\\d+(?:_\\d+)*(?:\\.\\d+(?:_\\d+)*(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+))"
              + "|0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\\d+(?:_\\d+)*");
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "|", ".",
          ",", ":", ";", "(", ")", "[", "]", "{", "}");

  private final String source;
  private final String close;
  private final List<Token> tokens;
  private int position;
  private int line;
  private int nesting;

  ExpressionLexer(String source, int position, int line, String close, List<Token> tokens) {
    this.source = source;
    this.position = position;
    this.line = line;
    this.close = close;
    this.tokens = tokens;
  }

  int position() {
    return position;
  }

  int line() {
    return line;
  }

  /** Reads up to and over the closing delimiter; gives the sign before it, or a space. */
  char run() {
    while (position < source.length()) {
      char c = source.charAt(position);
      if (nesting == 0 && source.startsWith(close, position)) {
        position += close.length();
        return ' ';
      }
      if (nesting == 0 && (c == '-' || c == '+') && source.startsWith(close, position + 1)) {
        position += close.length() + 1;
        return c;
      }
      if (Character.isWhitespace(c)) {
        line += c == '\n' ? 1 : 0;
        position++;
      } else if (c == '"' || c == '\'') {
        string(c);
      } else if (Character.isDigit(c)) {
        number();
      } else if (Character.isJavaIdentifierStart(c) && c != '$') {
        name();
      } else {
        operator();
      }
    }
    throw error("'" + close + "' is missing");
  }

  private void name() {
    int end = position + 1;
    while (end < source.length()
        && Character.isJavaIdentifierPart(source.charAt(end))
        && source.charAt(end) != '$') {
      end++;
    }
    add(Token.Kind.NAME, source.substring(position, end), end);
  }

  private void number() {
    Matcher number = NUMBER.matcher(source).region(position, source.length());
    if (!number.lookingAt()) {
      throw error("a number cannot be read");
    }
    Token.Kind kind = number.group("float") == null ? Token.Kind.INTEGER : Token.Kind.FLOAT;
    add(kind, number.group().replace("_", ""), number.end());
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, position)) {
        switch (operator) {
          case "(", "[", "{" -> nesting++;
          case ")", "]", "}" -> {
            if (--nesting < 0) {
              throw error("unexpected '" + operator + "'");
            }
          }
          default -> {}
        }
        add(Token.Kind.OPERATOR, operator, position + operator.length());
        return;
      }
    }
    throw error("unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
  }

  private void add(Token.Kind kind, String text, int end) {
    tokens.add(new Token(kind, text, line));
    position = end;
  }

  private void string(char quote) {
    StringBuilder value = new StringBuilder();
    int startLine = line;
    int i = position + 1;
    while (true) {
      if (i >= source.length()) {
        throw error("a string is not closed");
      }
      char c = source.charAt(i++);
      if (c == quote) {
        break;
      }
      if (c == '\n') {
        line++;
      }
      if (c == '\\' && i < source.length()) {
        i = escape(i, value);
      } else {
        value.append(c);
      }
    }
    tokens.add(new Token(Token.Kind.STRING, value.toString(), startLine));
    position = i;
  }

  private int escape(int at, StringBuilder value) {
    char c = source.charAt(at);
    switch (c) {
      case '\n' -> line++;
      case '\\', '\'', '"' -> value.append(c);
      case 'n' -> value.append('\n');
      case 't' -> value.append('\t');
      case 'r' -> value.append('\r');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'a' -> value.append('\u0007');
      case 'v' -> value.append('\u000b');
      case 'x' -> {
        return codePoint(at + 1, 2, 16, value);
      }
      case 'u' -> {
        return codePoint(at + 1, 4, 16, value);
      }
      case 'U' -> {
        return codePoint(at + 1, 8, 16, value);
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int end = at;
        while (end < at + 3
            && end < source.length()
            && Character.digit(source.charAt(end), 8) >= 0) {
          end++;
        }
        return codePoint(at, end - at, 8, value);
      }
      default -> value.append('\\').append(c);
    }
    return at + 1;
  }

  private int codePoint(int from, int digits, int radix, StringBuilder value) {
    try {
      value.appendCodePoint(Integer.parseInt(source.substring(from, from + digits), radix));
      return from + digits;
    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
      throw error("a string holds an escape that cannot be read");
    }
  }

  private ChatTemplateException error(String what) {
    return new ChatTemplateException("chat template line " + line + ": " + what);
  }
}
