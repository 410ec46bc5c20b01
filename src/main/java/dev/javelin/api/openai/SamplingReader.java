package dev.javelin.api.openai;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonFields;
import dev.javelin.service.SamplingOverrides;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the sampling fields: OpenAI's, those that vLLM adds, and llama.cpp's. */
final class SamplingReader {
  private static final int MAX_STOPS = 16;
  private static final int MAX_WORDS = 1024;

  private final JsonFields body;
  private final boolean noAnswer;

  private SamplingReader(JsonFields body, boolean noAnswer) {
    this.body = body;
    this.noAnswer = noAnswer;
  }

  /**
   * @param noAnswer max_tokens is 0: the one token that a model gives at least will not be told
   * @throws ApiException naming the first field that is not right, and what would be
   */
  static SamplingOverrides read(JsonFields body, boolean noAnswer) {
    return new SamplingReader(body, noAnswer).read();
  }

  private SamplingOverrides read() {
    Integer mirostat = body.integer("mirostat", 0, 2);
    if (mirostat != null && mirostat == 1) {
      throw ApiException.badField("mirostat", "'mirostat' must be 0 for none or 2, not 1");
    }
    SamplingOverrides given =
        new SamplingOverrides(
            body.number("temperature", 0, 2),
            body.integer("top_k", -1, Integer.MAX_VALUE),
            positive("top_p", 1),
            below1("min_p"),
            same("typical_p", positive("typical_p", 1), "typ_p", positive("typ_p", 1)),
            topNSigma(),
            below1("epsilon_cutoff"),
            body.number("xtc_probability", 0, 1),
            body.number("xtc_threshold", 0, 1),
            mirostat,
            positive("mirostat_tau", 100),
            positive("mirostat_eta", 1),
            same(
                "repetition_penalty",
                body.number("repetition_penalty", 0.01, 10),
                "repeat_penalty",
                body.number("repeat_penalty", 0.01, 10)),
            body.number("frequency_penalty", -2, 2),
            body.number("presence_penalty", -2, 2),
            body.number("dry_multiplier", 0, 100),
            body.number("dry_base", 1, 10),
            body.integer("dry_allowed_length", 1, Integer.MAX_VALUE),
            body.integer("dry_penalty_last_n", -1, Integer.MAX_VALUE),
            words("dry_sequence_breakers", 64),
            logitBias(),
            ids("allowed_token_ids"),
            words("bad_words", MAX_WORDS),
            body.wholeNumber("seed"),
            maxTokens(),
            body.integer("min_tokens", 0, Integer.MAX_VALUE),
            stops(),
            ids("stop_token_ids"),
            body.flag("ignore_eos"),
            body.flag("include_stop_str_in_output"),
            body.flag("skip_special_tokens"),
            StructuredOutputReader.read(body));
    if (mirostat != null && mirostat == 2) {
      onlyMirostat(given);
    }
    return given;
  }

  /** What Mirostat would leave out of account must not be asked for beside it. */
  private static void onlyMirostat(SamplingOverrides given) {
    refuseUnless(given.topK(), 0, "top_k");
    refuseUnless(given.topP(), 1f, "top_p");
    refuseUnless(given.minP(), 0f, "min_p");
    refuseUnless(given.typicalP(), 1f, "typical_p");
    refuseUnless(given.topNSigma(), 0f, "top_n_sigma");
    refuseUnless(given.epsilonCutoff(), 0f, "epsilon_cutoff");
    refuseUnless(given.xtcProbability(), 0f, "xtc_probability");
  }

  private static <T> void refuseUnless(@Nullable T given, T neutral, String field) {
    if (given != null && !given.equals(neutral)) {
      throw ApiException.badField(
          field,
          "'%s' has no effect with \"mirostat\": 2, which takes its place; leave it out or give %s"
              .formatted(field, neutral));
    }
  }

  private @Nullable Integer maxTokens() {
    if (noAnswer) {
      return 1;
    }
    return same(
        "max_tokens",
        body.integer("max_tokens", 1, Integer.MAX_VALUE),
        "max_completion_tokens",
        body.integer("max_completion_tokens", 1, Integer.MAX_VALUE));
  }

  private static <T> @Nullable T same(
      String name, @Nullable T value, String alias, @Nullable T other) {
    if (value != null && other != null && !Objects.equals(value, other)) {
      throw ApiException.badField(
          alias, "'%s' and '%s' differ; give one of them".formatted(name, alias));
    }
    return value != null ? value : other;
  }

  private @Nullable Float positive(String name, int most) {
    Float value = body.number(name, 0, most);
    if (value != null && value == 0f) {
      throw ApiException.badField(
          name, "'%s' must be above 0 and at most %d, not 0".formatted(name, most));
    }
    return value;
  }

  private @Nullable Float below1(String name) {
    Float value = body.number(name, 0, 1);
    if (value != null && value == 1f) {
      throw ApiException.badField(
          name, "'%s' must be at least 0 and below 1, not 1".formatted(name));
    }
    return value;
  }

  private @Nullable Float topNSigma() {
    Float value = body.number("top_n_sigma", -1, 100);
    if (value != null && value < 0f && value != -1f) {
      throw ApiException.badField(
          "top_n_sigma", "'top_n_sigma' must be -1 or 0 for all, or at most 100");
    }
    return value;
  }

  private @Nullable Map<Integer, Float> logitBias() {
    JsonFields given = body.object("logit_bias");
    if (given == null) {
      return null;
    }
    Map<Integer, Float> out = new HashMap<>();
    for (String name : given.names()) {
      int id;
      try {
        id = Integer.parseInt(name);
      } catch (NumberFormatException e) {
        throw ApiException.badField(
            "logit_bias", "'logit_bias' has the key '%s', which is no token id".formatted(name));
      }
      Float bias = given.number(name, -100, 100);
      if (bias != null) {
        out.put(id, bias);
      }
    }
    return out;
  }

  private @Nullable List<String> stops() {
    JsonNode given = body.value("stop");
    if (given == null) {
      return null;
    }
    if (given.isString()) {
      return List.of(word(given, "stop"));
    }
    if (!given.isArray() || given.size() > MAX_STOPS) {
      throw JsonFields.wrong("stop", "a string or an array of at most 16 strings", given);
    }
    return words(given, "stop");
  }

  private @Nullable List<String> words(String name, int most) {
    JsonNode given = body.value(name);
    if (given == null) {
      return null;
    }
    if (!given.isArray() || given.size() > most) {
      throw JsonFields.wrong(name, "an array of at most %d strings".formatted(most), given);
    }
    return words(given, name);
  }

  private static List<String> words(JsonNode array, String name) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      out.add(word(array.get(i), "%s[%d]".formatted(name, i)));
    }
    return out;
  }

  private static String word(JsonNode value, String field) {
    String text = JsonFields.string(value, field);
    if (text.isEmpty()) {
      throw ApiException.badField(field, "'%s' must not be empty".formatted(field));
    }
    return text;
  }

  private @Nullable Set<Integer> ids(String name) {
    List<JsonNode> given = body.array(name);
    if (given == null) {
      return null;
    }
    return new HashSet<>(RequestReader.ids(given, name));
  }
}
