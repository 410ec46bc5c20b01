package dev.javelin.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a decoding profile stores; null where nothing is set.
 *
 * @param sampling applies where a request is silent
 * @param systemPrompt put first where a chat has no system message
 * @param chatTemplate Jinja source in place of the checkpoint's
 * @param chatTemplateKwargs template variables, under those of a request
 * @param maxTokensCap most tokens that an answer may have, whatever a request says
 * @param allowedFields the sampling fields that a request may set, by their names in requests;
 *     null: all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DecodingSettings(
    @Nullable SamplingOverrides sampling,
    @Nullable String systemPrompt,
    @Nullable String chatTemplate,
    @Nullable Map<String, Object> chatTemplateKwargs,
    @Nullable Integer maxTokensCap,
    @Nullable Set<String> allowedFields) {
  public static final DecodingSettings NONE =
      new DecodingSettings(null, null, null, null, null, null);

  public DecodingSettings {
    chatTemplateKwargs = chatTemplateKwargs == null ? null : Map.copyOf(chatTemplateKwargs);
    allowedFields = allowedFields == null ? null : Set.copyOf(allowedFields);
  }

  public SamplingOverrides samplingOrNone() {
    return sampling == null ? SamplingOverrides.NONE : sampling;
  }
}
