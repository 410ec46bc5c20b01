package dev.javelin.console;

import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.Penalties;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Truncation;
import java.util.HashMap;
import java.util.Map;

/** What a setting amounts to where nobody says anything, by its name. */
final class NeutralValues {
  /** Of a request, in its own names. */
  static final Map<String, String> SAMPLING = sampling();

  /** Of a load profile; what the server chooses is not here. */
  static final Map<String, String> LOADING =
      Map.of(
          "maxSequences", String.valueOf(LoadOptions.DEFAULT.maxSequences()),
          "maxQueue", String.valueOf(LoadOptions.DEFAULT.maxQueue()),
          "prefixCache", String.valueOf(LoadOptions.DEFAULT.prefixCache()),
          "hostCacheBytes", String.valueOf(LoadOptions.DEFAULT.hostCacheBytes()));

  private NeutralValues() {}

  private static Map<String, String> sampling() {
    SamplingParams usual = SamplingParams.DEFAULT;
    Truncation cut = usual.truncation();
    Penalties penalties = usual.penalties();
    Dry dry = penalties.dry();
    Map<String, String> values = new HashMap<>();
    values.put("temperature", text(usual.temperature()));
    values.put("top_p", text(cut.topP()));
    values.put("top_k", String.valueOf(cut.topK()));
    values.put("min_p", text(cut.minP()));
    values.put("typical_p", text(cut.typicalP()));
    values.put("top_n_sigma", text(cut.topNSigma()));
    values.put("epsilon_cutoff", text(cut.epsilonCutoff()));
    values.put("xtc_probability", text(cut.xtc().probability()));
    values.put("xtc_threshold", text(cut.xtc().threshold()));
    values.put("repetition_penalty", text(penalties.repetition()));
    values.put("frequency_penalty", text(penalties.frequency()));
    values.put("presence_penalty", text(penalties.presence()));
    values.put("dry_multiplier", text(dry.multiplier()));
    values.put("dry_base", text(dry.base()));
    values.put("dry_allowed_length", String.valueOf(dry.allowedLength()));
    values.put("dry_penalty_last_n", String.valueOf(dry.lastN()));
    values.put("mirostat", usual.mirostat() == null ? "0" : "2");
    values.put("mirostat_tau", text(Mirostat.DEFAULT.tau()));
    values.put("mirostat_eta", text(Mirostat.DEFAULT.eta()));
    values.put("min_tokens", String.valueOf(usual.minTokens()));
    values.put("ignore_eos", String.valueOf(usual.ignoreEos()));
    values.put("include_stop_str_in_output", String.valueOf(usual.includeStop()));
    values.put("skip_special_tokens", String.valueOf(usual.skipSpecialTokens()));
    return Map.copyOf(values);
  }

  /** Without the point that a whole number does not need. */
  private static String text(float value) {
    String text = String.valueOf(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
