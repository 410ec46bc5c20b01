package dev.javelin.api.openai;

import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Logprobs as <a href="https://platform.openai.com/docs/api-reference/chat/object">OpenAI</a>
 * writes them, and those of prompts as vLLM does. A token that is only part of a character has no
 * text of its own: OpenAI shows its bytes as {@code \xf0\x9f}, in completions after {@code bytes:}.
 */
final class LogprobsFormat {
  /** What stands for minus infinity, which JSON does not have. */
  private static final float LEAST = -9999f;

  private final Tokenizer tokenizer;
  private final boolean ids;

  /**
   * @param ids whether a token is named by its id, as vLLM's {@code return_tokens_as_token_ids} has
   *     it, in place of its text
   */
  LogprobsFormat(Tokenizer tokenizer, boolean ids) {
    this.tokenizer = tokenizer;
    this.ids = ids;
  }

  private static int shown(TokenLogprobs token, int top) {
    return Math.min(token.topTokenIds().length, top);
  }

  /** The {@code logprobs} of a chat choice or chunk. */
  ObjectNode chat(List<TokenLogprobs> tokens) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    ArrayNode content = out.putArray("content");
    for (TokenLogprobs token : tokens) {
      ObjectNode entry = content.addObject();
      chatEntry(entry, token.tokenId(), token.logprob());
      ArrayNode top = entry.putArray("top_logprobs");
      for (int i = 0; i < token.topTokenIds().length; i++) {
        chatEntry(top.addObject(), token.topTokenIds()[i], token.topLogprobs()[i]);
      }
    }
    return out.putNull("refusal");
  }

  private void chatEntry(ObjectNode entry, int tokenId, float logprob) {
    byte[] bytes = tokenizer.tokenBytes(tokenId);
    entry.put("token", name(tokenId, bytes, "")).put("logprob", finite(logprob));
    ArrayNode values = entry.putArray("bytes");
    for (byte value : bytes) {
      values.add(value & 0xff);
    }
  }

  /** The {@code logprobs} of a completion's choice or chunk, still empty. */
  static ObjectNode emptyCompletion() {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.putArray("tokens");
    out.putArray("token_logprobs");
    out.putArray("top_logprobs");
    out.putArray("text_offset");
    return out;
  }

  /**
   * Adds tokens to the {@code logprobs} of a completion.
   *
   * @param top how many of the likeliest to show at most
   * @param offsets of this answer, moved on
   */
  void addCompletion(ObjectNode out, List<TokenLogprobs> tokens, int top, TextOffsets offsets) {
    for (TokenLogprobs token : tokens) {
      addToken(out, token.tokenId(), offsets);
      ((ArrayNode) out.get("token_logprobs")).add(finite(token.logprob()));
      ObjectNode likeliest = ((ArrayNode) out.get("top_logprobs")).addObject();
      for (int i = 0; i < shown(token, top); i++) {
        likeliest.put(completionText(token.topTokenIds()[i]), finite(token.topLogprobs()[i]));
      }
      likeliest.put(completionText(token.tokenId()), finite(token.logprob()));
    }
  }

  /** Adds the first token of an echoed prompt, which nothing predicts. */
  void addFirst(ObjectNode out, int tokenId, TextOffsets offsets) {
    addToken(out, tokenId, offsets);
    ((ArrayNode) out.get("token_logprobs")).addNull();
    ((ArrayNode) out.get("top_logprobs")).addNull();
  }

  private void addToken(ObjectNode out, int tokenId, TextOffsets offsets) {
    ((ArrayNode) out.get("tokens")).add(completionText(tokenId));
    ((ArrayNode) out.get("text_offset")).add(offsets.next(tokenId));
  }

  private String completionText(int tokenId) {
    return name(tokenId, tokenizer.tokenBytes(tokenId), "bytes:");
  }

  private String name(int tokenId, byte[] bytes, String prefix) {
    return ids ? "token_id:" + tokenId : text(bytes, prefix);
  }

  /**
   * vLLM's {@code prompt_logprobs}: null for the first token, then for each an object of the token
   * itself and at most {@code top} of the likeliest ones, by token id.
   */
  ArrayNode prompt(List<TokenLogprobs> tokens, int top) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode().addNull();
    for (TokenLogprobs token : tokens) {
      ObjectNode entry = out.addObject();
      promptEntry(entry, token.tokenId(), token.logprob(), token.rank());
      for (int i = 0; i < shown(token, top); i++) {
        int id = token.topTokenIds()[i];
        if (id != token.tokenId()) {
          promptEntry(entry, id, token.topLogprobs()[i], i + 1);
        }
      }
    }
    return out;
  }

  private void promptEntry(ObjectNode entry, int tokenId, float logprob, int rank) {
    entry
        .putObject(Integer.toString(tokenId))
        .put("logprob", finite(logprob))
        .put("rank", rank)
        .put("decoded_token", new String(tokenizer.tokenBytes(tokenId), StandardCharsets.UTF_8));
  }

  private static float finite(float logprob) {
    return Math.max(logprob, LEAST);
  }

  /** A token's text, or where its bytes alone are none, those behind {@code prefix}. */
  private static String text(byte[] bytes, String prefix) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder escaped = new StringBuilder(prefix);
      for (byte value : bytes) {
        escaped.append("\\x%02x".formatted(value & 0xff));
      }
      return escaped.toString();
    }
  }
}
