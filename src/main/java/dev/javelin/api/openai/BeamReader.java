package dev.javelin.api.openai;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonFields;
import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.beam.BeamParams.EarlyStopping;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the fields of a beam search, as vLLM has them. */
final class BeamReader {
  private static final double MOST_PENALTY = 10;

  /** Fields that change how a token is drawn, and the values with which they change nothing. */
  private static final Map<String, Set<Double>> NEUTRAL =
      Map.ofEntries(
          Map.entry("temperature", Set.of(0.0, 1.0)),
          Map.entry("top_k", Set.of(0.0, -1.0)),
          Map.entry("top_p", Set.of(1.0)),
          Map.entry("min_p", Set.of(0.0)),
          Map.entry("typical_p", Set.of(1.0)),
          Map.entry("typ_p", Set.of(1.0)),
          Map.entry("top_n_sigma", Set.of(0.0, -1.0)),
          Map.entry("epsilon_cutoff", Set.of(0.0)),
          Map.entry("xtc_probability", Set.of(0.0)),
          Map.entry("mirostat", Set.of(0.0)),
          Map.entry("repetition_penalty", Set.of(1.0)),
          Map.entry("repeat_penalty", Set.of(1.0)),
          Map.entry("frequency_penalty", Set.of(0.0)),
          Map.entry("presence_penalty", Set.of(0.0)),
          Map.entry("dry_multiplier", Set.of(0.0)));

  private BeamReader() {}

  /**
   * @return null where the answers are sampled
   * @throws ApiException naming a field that is malformed, or has no place in or outside a search
   */
  static @Nullable BeamParams read(JsonFields body) {
    boolean search = body.flag("use_beam_search", false);
    Float penalty = body.number("length_penalty", -MOST_PENALTY, MOST_PENALTY);
    EarlyStopping stopping = earlyStopping(body);
    if (!search) {
      if (penalty != null && penalty != 1f) {
        throw onlyInSearch("length_penalty");
      }
      if (stopping != null && stopping != EarlyStopping.WHEN_UNLIKELY) {
        throw onlyInSearch("early_stopping");
      }
      return null;
    }
    if (body.flag("stream", false)) {
      throw ApiException.badField(
          "stream",
          "'stream' cannot be combined with 'use_beam_search': which answer is best shows at the"
              + " end");
    }
    NEUTRAL.forEach((field, neutral) -> onlyNeutral(body, field, neutral));
    Integer n = body.integer("n", 1, BeamParams.MAX_WIDTH);
    Integer bestOf = body.integer("best_of", 1, BeamParams.MAX_WIDTH);
    int width = bestOf != null ? bestOf : n != null ? n : 1;
    return new BeamParams(
        width,
        penalty == null ? 1 : penalty,
        stopping == null ? EarlyStopping.WHEN_DECIDED : stopping);
  }

  private static @Nullable EarlyStopping earlyStopping(JsonFields body) {
    JsonNode given = body.value("early_stopping");
    if (given == null) {
      return null;
    }
    if (given.isBoolean()) {
      return given.booleanValue() ? EarlyStopping.WHEN_COMPLETE : EarlyStopping.WHEN_UNLIKELY;
    }
    if (given.isString() && given.stringValue().equals("never")) {
      return EarlyStopping.WHEN_DECIDED;
    }
    throw JsonFields.wrong("early_stopping", "true, false or \"never\"", given);
  }

  private static void onlyNeutral(JsonFields body, String field, Set<Double> neutral) {
    Float given = body.number(field, -Double.MAX_VALUE, Double.MAX_VALUE);
    if (given != null && !neutral.contains((double) given)) {
      throw noPlace(field);
    }
  }

  private static ApiException noPlace(String field) {
    return ApiException.badField(
        field,
        "'%s' cannot be combined with 'use_beam_search', which draws nothing; leave it out"
            .formatted(field));
  }

  private static ApiException onlyInSearch(String field) {
    return ApiException.badField(
        field, "'%s' is only allowed with \"use_beam_search\": true".formatted(field));
  }
}
