package dev.javelin.service;

import dev.javelin.engine.request.EngineException;
import dev.javelin.service.Problem.FieldError;
import dev.javelin.service.Problem.Type;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.template.JinjaTemplate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Finds in a decoding profile what no request could be answered with. */
@Component
public final class DecodingChecks {
  private final ProfileDocuments documents;

  DecodingChecks(ProfileDocuments documents) {
    this.documents = documents;
  }

  /**
   * @throws ProblemException INVALID_REQUEST pointing at the field
   */
  public void check(DecodingSettings settings) {
    SamplingOverrides sampling = settings.samplingOrNone();
    try {
      SamplingChoice.params(sampling, Integer.MAX_VALUE, 0).build();
    } catch (EngineException e) {
      throw refused("/sampling/" + e.parameter(), String.valueOf(e.getMessage()));
    }
    Integer cap = settings.maxTokensCap();
    if (cap != null && cap < 1) {
      throw refused("/maxTokensCap", "maxTokensCap is %d; it must be at least 1".formatted(cap));
    }
    Set<String> allowed = settings.allowedFields();
    if (allowed != null) {
      documents
          .unknownField(allowed)
          .ifPresent(
              detail -> {
                throw refused("/allowedFields", detail);
              });
    }
    String template = settings.chatTemplate();
    if (template != null) {
      try {
        JinjaTemplate.compile(template, "", "");
      } catch (ChatTemplateException e) {
        throw refused("/chatTemplate", "the template does not compile: " + e.getMessage());
      }
    }
  }

  private static ProblemException refused(String pointer, String detail) {
    return new ProblemException(
        new Problem(
            Type.INVALID_REQUEST, detail, List.of(new FieldError(pointer, detail)), Map.of()));
  }
}
