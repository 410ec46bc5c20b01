package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A model's stored decoding defaults. */
@Entity
@Table(name = "decoding_profile")
class DecodingProfileEntity {
  @Id private UUID id = TimeSortedId.next();

  @Column(name = "model_id", nullable = false, unique = true)
  private @Nullable UUID modelId;

  private @Nullable Float temperature;

  @Column(name = "top_k")
  private @Nullable Integer topK;

  @Column(name = "top_p")
  private @Nullable Float topP;

  @Column(name = "min_p")
  private @Nullable Float minP;

  @Column(name = "repetition_penalty")
  private @Nullable Float repetitionPenalty;

  @Column(name = "frequency_penalty")
  private @Nullable Float frequencyPenalty;

  @Column(name = "presence_penalty")
  private @Nullable Float presencePenalty;

  @Column(name = "max_tokens")
  private @Nullable Integer maxTokens;

  @Version private long revision;

  protected DecodingProfileEntity() {}

  DecodingProfileEntity(UUID modelId) {
    this.modelId = modelId;
  }

  void set(DecodingDefaults values) {
    temperature = values.temperature();
    topK = values.topK();
    topP = values.topP();
    minP = values.minP();
    repetitionPenalty = values.repetitionPenalty();
    frequencyPenalty = values.frequencyPenalty();
    presencePenalty = values.presencePenalty();
    maxTokens = values.maxTokens();
  }

  DecodingDefaults defaults() {
    return new DecodingDefaults(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        maxTokens);
  }

  UUID id() {
    return id;
  }

  @Nullable UUID modelId() {
    return modelId;
  }

  long revision() {
    return revision;
  }
}
