package dev.javelin.api.openai;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonFields;
import dev.javelin.service.Prompt;
import dev.javelin.service.SamplingOverrides;
import dev.javelin.service.Scores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads the bodies of the <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI
 * API</a>, with the sampling fields vLLM adds. Everything wrong is an {@link ApiException}.
 */
final class RequestReader {
  static final int MAX_SEQUENCES = 64;
  private static final int MAX_SALT = 256;
  private static final int MAX_IDS = 1 << 20;
  private static final int MAX_LOGPROBS = 20;
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");
  private static final Set<String> HARMLESS =
      Set.of(
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "parallel_tool_calls",
          // It says something of tokenizers written in Python only.
          "spaces_between_special_tokens");
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "tools",
          "functions",
          "function_call",
          "reasoning_effort",
          "audio",
          "prediction",
          "verbosity",
          "web_search_options");

  private RequestReader() {}

  static OpenAiRequest chat(JsonFields body) {
    String model = body.requiredString("model");
    boolean continued = body.flag("continue_final_message", false);
    boolean add = body.flag("add_generation_prompt", !continued);
    if (add && continued) {
      throw ApiException.badField(
          "continue_final_message",
          "'continue_final_message' and 'add_generation_prompt' exclude each other; give one");
    }
    List<JsonNode> modalities = body.array("modalities");
    if (modalities != null
        && !modalities.stream().allMatch(m -> m.isString() && m.stringValue().equals("text"))) {
      throw ApiException.badField("modalities", "'modalities' may only hold \"text\"");
    }
    noSpecialTokens(body);
    Prompt prompt = new Prompt.Chat(messages(body), add, continued, kwargs(body));
    boolean logprobs = body.flag("logprobs", false);
    Integer top = body.integer("top_logprobs", 0, MAX_LOGPROBS);
    if (top != null && !logprobs) {
      throw ApiException.badField(
          "top_logprobs", "'top_logprobs' is only allowed with \"logprobs\": true");
    }
    OpenAiRequest.Wanted wanted =
        new OpenAiRequest.Wanted(
            logprobs ? (top == null ? 0 : top) : Scores.NO,
            promptLogprobs(body),
            tokenIds(body),
            false,
            false,
            bestOf(body, 1),
            BeamReader.read(body));
    return finish(body, model, List.of(prompt), wanted);
  }

  static OpenAiRequest completion(JsonFields body) {
    String model = body.requiredString("model");
    List<Prompt> prompts = prompts(body);
    String suffix = body.string("suffix");
    if (suffix != null && !suffix.isEmpty()) {
      throw ApiException.badField(
          "suffix",
          "'suffix' is not supported: no model here is known to fill in the middle; put its own"
              + " fill-in-the-middle tokens into 'prompt'");
    }
    boolean echo = body.flag("echo", false);
    Integer logprobs = body.integer("logprobs", 0, MAX_LOGPROBS);
    int promptLogprobs = promptLogprobs(body);
    boolean mayBeEmpty = echo || promptLogprobs >= 0;
    Integer most = body.integer("max_tokens", mayBeEmpty ? 0 : 1, Integer.MAX_VALUE);
    OpenAiRequest.Wanted wanted =
        new OpenAiRequest.Wanted(
            logprobs == null ? Scores.NO : logprobs,
            promptLogprobs,
            tokenIds(body),
            echo,
            most != null && most == 0,
            bestOf(body, prompts.size()),
            BeamReader.read(body));
    return finish(body, model, prompts, wanted);
  }

  /** 0 where nothing is chosen. */
  private static int bestOf(JsonFields body, int prompts) {
    Integer n = body.integer("n", 1, MAX_SEQUENCES);
    int answers = n == null ? 1 : n;
    Integer bestOf = body.integer("best_of", answers, MAX_SEQUENCES);
    if (bestOf == null || bestOf == answers) {
      return 0;
    }
    if (bestOf * prompts > MAX_SEQUENCES) {
      throw ApiException.badField(
          "best_of",
          "'best_of' times the number of prompts is %d; at most %d are allowed"
              .formatted(bestOf * prompts, MAX_SEQUENCES));
    }
    if (body.flag("stream", false)) {
      throw ApiException.badField(
          "best_of", "'best_of' above 'n' cannot be streamed: which is best shows at the end");
    }
    return bestOf;
  }

  private static boolean tokenIds(JsonFields body) {
    return body.flag("return_tokens_as_token_ids", false);
  }

  private static int promptLogprobs(JsonFields body) {
    Integer top = body.integer("prompt_logprobs", 0, MAX_LOGPROBS);
    return top == null ? Scores.NO : top;
  }

  private static OpenAiRequest finish(
      JsonFields body, String model, List<Prompt> prompts, OpenAiRequest.Wanted wanted) {
    Integer n = body.integer("n", 1, MAX_SEQUENCES);
    int answers = n == null ? 1 : n;
    if (prompts.size() * answers > MAX_SEQUENCES) {
      throw ApiException.badField(
          "n",
          "'n' times the number of prompts is %d; at most %d are allowed"
              .formatted(prompts.size() * answers, MAX_SEQUENCES));
    }
    boolean stream = body.flag("stream", false);
    OpenAiRequest.StreamUsage usage = OpenAiRequest.StreamUsage.NONE;
    JsonFields options = body.object("stream_options");
    if (options != null) {
      if (!stream) {
        throw ApiException.badField(
            "stream_options", "'stream_options' is only allowed with \"stream\": true");
      }
      usage = usage(options);
      options.flag("include_obfuscation", false);
      options.end();
    }
    onlyNoTools(body);
    SamplingOverrides sampling = SamplingReader.read(body, wanted.noAnswer());
    Integer priority = body.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE);
    String cacheSalt = cacheSalt(body);
    body.ignore(HARMLESS);
    body.refuse(UNSUPPORTED);
    body.end();
    return new OpenAiRequest(
        model,
        prompts,
        answers,
        sampling,
        wanted,
        priority == null ? 0 : priority,
        cacheSalt,
        stream,
        usage);
  }

  /** As in vLLM, usage in every chunk is only for those who ask for usage at all. */
  private static OpenAiRequest.StreamUsage usage(JsonFields options) {
    boolean every = options.flag("continuous_usage_stats", false);
    if (!options.flag("include_usage", false)) {
      return OpenAiRequest.StreamUsage.NONE;
    }
    return every ? OpenAiRequest.StreamUsage.EVERY : OpenAiRequest.StreamUsage.LAST;
  }

  private static String cacheSalt(JsonFields body) {
    String salt = body.string("cache_salt");
    if (salt == null) {
      return "";
    }
    if (salt.isEmpty() || salt.length() > MAX_SALT) {
      throw ApiException.badField(
          "cache_salt", "'cache_salt' must have 1 to %d characters".formatted(MAX_SALT));
    }
    return salt;
  }

  private static void onlyNoTools(JsonFields body) {
    JsonNode choice = body.value("tool_choice");
    if (choice != null
        && !(choice.isString() && Set.of("none", "auto").contains(choice.stringValue()))) {
      throw ApiException.badField("tool_choice", "'tool_choice' is not supported yet");
    }
  }

  static List<Integer> ids(List<JsonNode> values, String field) {
    if (values.size() > MAX_IDS) {
      throw ApiException.badField(
          field, "'%s' must hold at most %d token ids".formatted(field, MAX_IDS));
    }
    List<Integer> out = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      out.add(
          JsonFields.integer(values.get(i), "%s[%d]".formatted(field, i), 0, Integer.MAX_VALUE));
    }
    return out;
  }

  /** Of a chat, whose template writes them. */
  static void noSpecialTokens(JsonFields body) {
    if (body.flag("add_special_tokens", false)) {
      throw ApiException.badField(
          "add_special_tokens",
          "'add_special_tokens' must be false in a chat: its template writes them");
    }
  }

  static Map<String, Object> kwargs(JsonFields body) {
    JsonFields given = body.object("chat_template_kwargs");
    return given == null ? Map.of() : given.plain();
  }

  static List<Map<String, Object>> messages(JsonFields body) {
    List<JsonNode> given = body.array("messages");
    if (given == null) {
      throw body.missing("messages");
    }
    if (given.isEmpty()) {
      throw ApiException.badField("messages", "'messages' must hold at least one message");
    }
    List<Map<String, Object>> out = new ArrayList<>(given.size());
    for (int i = 0; i < given.size(); i++) {
      out.add(message(JsonFields.object(given.get(i), "messages[%d]".formatted(i))));
    }
    return out;
  }

  private static Map<String, Object> message(JsonFields given) {
    String role = given.requiredString("role");
    if (!ROLES.contains(role)) {
      throw ApiException.badField(
          given.at("role"),
          "'%s' must be one of system, developer, user, assistant, tool"
              .formatted(given.at("role")));
    }
    Map<String, Object> out = new LinkedHashMap<>();
    // Templates know the older name of a developer's instructions only.
    out.put("role", role.equals("developer") ? "system" : role);
    out.put("content", content(given, role));
    for (String name : List.of("name", "tool_call_id", "reasoning_content")) {
      String value = given.string(name);
      if (value != null) {
        out.put(name, value);
      }
    }
    String reasoning = given.string("reasoning");
    if (reasoning != null) {
      out.putIfAbsent("reasoning_content", reasoning);
    }
    given.refuse(List.of("tool_calls", "function_call", "audio"));
    given.ignore(List.of("annotations", "cache_control"));
    given.end();
    return out;
  }

  private static String content(JsonFields message, String role) {
    JsonNode content = message.value("content");
    String field = message.at("content");
    String refusal = message.string("refusal");
    if (content == null && role.equals("assistant")) {
      return refusal == null ? "" : refusal;
    }
    if (content == null) {
      throw message.missing("content");
    }
    if (content.isString()) {
      return JsonFields.string(content, field);
    }
    if (!content.isArray()) {
      throw JsonFields.wrong(field, "a string or an array of parts", content);
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < content.size(); i++) {
      JsonFields part = JsonFields.object(content.get(i), "%s[%d]".formatted(field, i));
      String type = part.requiredString("type");
      boolean refused = type.equals("refusal") && role.equals("assistant");
      if (!type.equals("text") && !refused) {
        throw ApiException.badField(
            part.at("type"),
            "'%s' must be \"text\"; no other part is supported yet".formatted(part.at("type")));
      }
      texts.add(part.requiredString(type));
      part.ignore(List.of("cache_control"));
      part.end();
    }
    // Templates of text models take one string; vLLM and llama.cpp give them each part on a line.
    return String.join("\n", texts);
  }

  private static List<Prompt> prompts(JsonFields body) {
    JsonNode given = body.value("prompt");
    if (given == null) {
      throw body.missing("prompt");
    }
    boolean special = body.flag("add_special_tokens", true);
    if (given.isString()) {
      return List.of(new Prompt.Text(JsonFields.string(given, "prompt"), special));
    }
    if (!given.isArray() || given.isEmpty()) {
      throw JsonFields.wrong("prompt", "a string, token ids, or a non-empty array of these", given);
    }
    if (given.get(0).isNumber()) {
      return List.of(new Prompt.Tokens(ids(List.copyOf(given.values()), "prompt")));
    }
    if (given.size() > MAX_SEQUENCES) {
      throw ApiException.badField(
          "prompt", "'prompt' holds %d prompts; at most %d".formatted(given.size(), MAX_SEQUENCES));
    }
    List<Prompt> out = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      JsonNode prompt = given.get(i);
      String field = "prompt[%d]".formatted(i);
      out.add(
          prompt.isArray()
              ? new Prompt.Tokens(ids(List.copyOf(prompt.values()), field))
              : new Prompt.Text(JsonFields.string(prompt, field), special));
    }
    return out;
  }
}
