package dev.javelin.tokenizer.template;

import dev.javelin.tokenizer.ChatTemplateException;
import java.util.List;

/** The tokens in front of the parser. */
final class TokenStream {
  private static final int MAX_NESTING = 200;

  private final List<Token> tokens;
  private int position;
  private int nesting;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(position);
  }

  Token peekNext() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(position);
    if (token.kind() != Token.Kind.END) {
      position++;
    }
    return token;
  }

  boolean at(Token.Kind kind) {
    return peek().kind() == kind;
  }

  boolean atName(String name) {
    return peek().is(Token.Kind.NAME, name);
  }

  boolean atOperator(String operator) {
    return peek().is(Token.Kind.OPERATOR, operator);
  }

  boolean skipName(String name) {
    boolean found = atName(name);
    if (found) {
      position++;
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = atOperator(operator);
    if (found) {
      position++;
    }
    return found;
  }

  Token expect(Token.Kind kind, String what) {
    if (!at(kind)) {
      throw error("expected " + what + ", found " + peek().describe());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw error("expected '" + operator + "', found " + peek().describe());
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw error("expected '" + name + "', found " + peek().describe());
    }
  }

  /** Bounds the recursion of the parser and so of whoever walks the tree. */
  void enter() {
    if (++nesting > MAX_NESTING) {
      throw error("expressions or blocks are nested more than " + MAX_NESTING + " deep");
    }
  }

  void leave() {
    nesting--;
  }

  int line() {
    return peek().line();
  }

  ChatTemplateException error(String what) {
    return new ChatTemplateException("chat template line " + line() + ": " + what);
  }
}
