package dev.javelin.service;

import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.Truncation;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * How a sequence is sampled: the request's fields, over those of the alias's decoding profile, over
 * those of the checkpoint's generation_config.
 */
@Component
public final class SamplingChoice {
  private final ProfileDocuments documents;

  SamplingChoice(ProfileDocuments documents) {
    this.documents = documents;
  }

  /**
   * What applies where a request is silent.
   *
   * @param generationConfig of the checkpoint
   */
  public SamplingOverrides defaults(
      DecodingSettings profile, Map<String, Object> generationConfig) {
    return documents.merge(profile.samplingOrNone(), documents.generationConfig(generationConfig));
  }

  /**
   * @throws EngineException INVALID_REQUEST naming a field that the profile does not let a request
   *     set, or an answer longer than it allows
   */
  SamplingOverrides merged(SamplingOverrides given, DecodingSettings profile, LoadedModel model) {
    Set<String> allowed = profile.allowedFields();
    if (allowed != null) {
      for (String field : documents.fields(given)) {
        if (!allowed.contains(field)) {
          throw invalid(
              "'%s' is fixed for this model; a request may set only %s"
                  .formatted(field, allowed.stream().sorted().toList()),
              field);
        }
      }
    }
    Integer cap = profile.maxTokensCap();
    Integer asked = given.maxTokens();
    if (cap != null && asked != null && asked > cap) {
      throw invalid(
          "max_tokens is %d; this model's answers have at most %d".formatted(asked, cap),
          "max_tokens");
    }
    return documents.merge(given, defaults(profile, model.generationDefaults()));
  }

  /**
   * Everything but what only a tokenizer knows: bad words and DRY's breakers.
   *
   * @param room most tokens that may be generated
   * @param answer counts the answers to one prompt, each of which has its own seed
   * @throws EngineException INVALID_REQUEST naming the field that is out of range
   */
  static SamplingParamsBuilder params(SamplingOverrides merged, int room, int answer) {
    Integer wanted = merged.maxTokens();
    int maxTokens = wanted == null ? room : Math.min(wanted, room);
    int minTokens = or(merged.minTokens(), 0);
    if (minTokens > maxTokens) {
      throw invalid(
          "min_tokens is %d but at most %d tokens may be generated".formatted(minTokens, maxTokens),
          "min_tokens");
    }
    Long seed = merged.seed();
    return SamplingParams.builder()
        .temperature(or(merged.temperature(), 1f))
        .topK(or(merged.topK(), 0))
        .topP(or(merged.topP(), 1f))
        .minP(or(merged.minP(), 0f))
        .typicalP(or(merged.typicalP(), 1f))
        .topNSigma(or(merged.topNSigma(), 0f))
        .epsilonCutoff(or(merged.epsilonCutoff(), 0f))
        .xtc(xtc(merged))
        .mirostat(mirostat(merged))
        .repetitionPenalty(or(merged.repetitionPenalty(), 1f))
        .frequencyPenalty(or(merged.frequencyPenalty(), 0f))
        .presencePenalty(or(merged.presencePenalty(), 0f))
        .dry(dry(merged))
        .allowedTokenIds(merged.allowedTokenIds())
        .logitBias(or(merged.logitBias(), Map.of()))
        .seed(seed == null ? OptionalLong.empty() : OptionalLong.of(seed + answer))
        .maxTokens(maxTokens)
        .minTokens(minTokens)
        .stop(or(merged.stop(), List.of()))
        .stopTokenIds(or(merged.stopTokenIds(), Set.of()))
        .ignoreEos(or(merged.ignoreEos(), false))
        .includeStop(or(merged.includeStop(), false))
        .skipSpecialTokens(or(merged.skipSpecialTokens(), true));
  }

  /** DRY without its breakers. */
  static Dry dry(SamplingOverrides merged) {
    Dry usual = Dry.NONE;
    return new Dry(
        or(merged.dryMultiplier(), usual.multiplier()),
        or(merged.dryBase(), usual.base()),
        or(merged.dryAllowedLength(), usual.allowedLength()),
        or(merged.dryPenaltyLastN(), usual.lastN()),
        usual.breakers(),
        usual.breakerSequences());
  }

  private static Truncation.Xtc xtc(SamplingOverrides merged) {
    Truncation.Xtc usual = Truncation.Xtc.NONE;
    return new Truncation.Xtc(
        or(merged.xtcProbability(), usual.probability()),
        or(merged.xtcThreshold(), usual.threshold()));
  }

  private static @Nullable Mirostat mirostat(SamplingOverrides merged) {
    int version = or(merged.mirostat(), 0);
    if (version != 0 && version != 2) {
      throw invalid("mirostat must be 0 for none or 2, but is " + version, "mirostat");
    }
    Mirostat usual = Mirostat.DEFAULT;
    return version == 2
        ? new Mirostat(or(merged.mirostatTau(), usual.tau()), or(merged.mirostatEta(), usual.eta()))
        : null;
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }

  private static EngineException invalid(String message, String field) {
    return new EngineException(ErrorCode.INVALID_REQUEST, message, field, null);
  }
}
