package dev.javelin.tokenizer.template;

import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.RenderedPrompt;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat template in the Jinja language, with the settings and functions Hugging Face's
 * transformers gives such templates: {@code trim_blocks}, {@code lstrip_blocks}, loop controls,
 * {@code tojson} without HTML escapes, {@code raise_exception}, {@code strftime_now} (UTC).
 *
 * <p>Follows the <a href="https://jinja.palletsprojects.com/en/stable/templates/">Jinja template
 * documentation</a>. Left out: inheritance, imports, autoescaping, recursive loops.
 */
public final class JinjaTemplate implements ChatTemplate {
  private static final int MAX_SOURCE = 1 << 20;

  private final String source;
  private final List<Stmt> statements;
  private final String bosToken;
  private final String eosToken;
  private final Limits limits;

  private JinjaTemplate(String source, String bosToken, String eosToken, Limits limits) {
    if (source.length() > MAX_SOURCE) {
      throw new ChatTemplateException(
          "the chat template has " + source.length() + " characters; allowed are " + MAX_SOURCE);
    }
    this.source = source;
    this.statements = TemplateParser.parse(source);
    this.bosToken = bosToken;
    this.eosToken = eosToken;
    this.limits = limits;
  }

  /**
   * @param bosToken what the template sees as {@code bos_token}; empty if the model has none
   * @throws ChatTemplateException with the line, if the template cannot be parsed
   */
  public static JinjaTemplate compile(String source, String bosToken, String eosToken) {
    return compile(source, bosToken, eosToken, Limits.DEFAULT);
  }

  static JinjaTemplate compile(String source, String bosToken, String eosToken, Limits limits) {
    return new JinjaTemplate(source, bosToken, eosToken, limits);
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public RenderedPrompt render(
      List<Map<String, Object>> messages,
      @Nullable List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, Object> kwargs,
      Instant now) {
    Evaluator evaluator = new Evaluator(new Budget(limits), now.atZone(ZoneOffset.UTC));
    try {
      Scope scope = new Scope(null);
      Globals.define(scope);
      scope.set("bos_token", Str.trusted(bosToken));
      scope.set("eos_token", Str.trusted(eosToken));
      scope.set("documents", Value.None.NONE);
      scope.set("messages", JsonValues.from(messages));
      scope.set("tools", JsonValues.from(tools));
      scope.set("add_generation_prompt", Value.Bool.of(addGenerationPrompt));
      kwargs.forEach((name, value) -> scope.set(name, JsonValues.from(value)));
      return prompt(new Interpreter(evaluator).render(statements, new Scope(scope)));
    } catch (EvaluationException failure) {
      throw new ChatTemplateException(
          "chat template line " + evaluator.line() + ": " + failure.getMessage());
    }
  }

  private static RenderedPrompt prompt(Str text) {
    List<RenderedPrompt.Segment> segments = new ArrayList<>();
    text.forEachRun((run, trusted) -> segments.add(new RenderedPrompt.Segment(run, trusted)));
    return new RenderedPrompt(segments);
  }
}
