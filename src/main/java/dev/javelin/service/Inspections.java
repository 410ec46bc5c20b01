package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.checkpoint.KnownCheckpoints;
import dev.javelin.checkpoint.TensorInfo;
import dev.javelin.service.Problem.Type;
import dev.javelin.tokenizer.ChatTemplateException;
import dev.javelin.tokenizer.Tokenizer;
import dev.javelin.tokenizer.Tokenizers;
import dev.javelin.tokenizer.template.JinjaTemplate;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Looks into a version's files without loading them. */
@Service
public final class Inspections {
  private static final int MOST_TEXT = 100_000;
  private static final List<Map<String, Object>> SAMPLE =
      List.of(
          Map.of("role", "system", "content", "You are helpful."),
          Map.of("role", "user", "content", "What is a volcano?"),
          Map.of("role", "assistant", "content", "A mountain that erupts."),
          Map.of("role", "user", "content", "Name one."));

  /**
   * @param fileFormat for people
   * @param parameters elements of all tensors
   * @param tensors in the order of the files
   * @param formats of the tensors, largest first
   * @param rendered a conversation of four messages through the chat template; null without one
   * @param templateFailure why the template could not be rendered; null if it could
   * @param tokens of the text that was given; null if none was
   */
  public record Inspection(
      String fileFormat,
      String architecture,
      long parameters,
      List<Tensor> tensors,
      List<Format> formats,
      int vocabulary,
      @Nullable String rendered,
      @Nullable String templateFailure,
      @Nullable Integer tokens) {}

  /**
   * @param shape slowest dimension first
   */
  public record Tensor(String name, List<Long> shape, String format, long bytes) {}

  /** Tensors that are stored alike. */
  public record Format(String name, int tensors, long bytes) {}

  private final Clock clock;
  private final KnownCheckpoints<Inspection> known = new KnownCheckpoints<>();

  Inspections(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param text to count the tokens of; null: none
   * @throws ProblemException INVALID_MODEL if the files cannot be read, CONTENT_TOO_LARGE
   */
  public Inspection inspect(ModelVersion version, @Nullable String text) {
    if (text != null && text.length() > MOST_TEXT) {
      throw new ProblemException(
          Type.CONTENT_TOO_LARGE,
          "the text has %d characters; at most %d are counted".formatted(text.length(), MOST_TEXT));
    }
    Path path = Path.of(version.path());
    return text == null
        ? known.get(path, same -> read(same, version, null))
        : read(path, version, text);
  }

  private Inspection read(Path path, ModelVersion version, @Nullable String text) {
    try (Checkpoint checkpoint = Checkpoints.open(path);
        Tokenizer tokenizer = tokenizer(checkpoint)) {
      Integer tokens = text == null ? null : tokenizer.encode(text, false, false).length;
      String source = checkpoint.chatTemplate().orElse(null);
      String rendered = null;
      String failure = null;
      if (source != null) {
        try {
          rendered =
              JinjaTemplate.compile(source, or(tokenizer.bosToken()), or(tokenizer.eosToken()))
                  .render(SAMPLE, null, true, Map.of(), clock.instant())
                  .text();
        } catch (ChatTemplateException e) {
          failure = String.valueOf(e.getMessage());
        }
      }
      long parameters = 0;
      Map<String, List<TensorInfo>> byFormat = new TreeMap<>();
      for (TensorInfo tensor : checkpoint.tensors()) {
        parameters += tensor.shape().stream().reduce(1L, Math::multiplyExact);
        byFormat.computeIfAbsent(tensor.format(), _ -> new ArrayList<>()).add(tensor);
      }
      return new Inspection(
          checkpoint.fileFormat(),
          version.architecture(),
          parameters,
          checkpoint.tensors().stream()
              .map(
                  tensor ->
                      new Tensor(tensor.name(), tensor.shape(), tensor.format(), tensor.bytes()))
              .toList(),
          byFormat.entrySet().stream()
              .map(
                  entry ->
                      new Format(
                          entry.getKey(),
                          entry.getValue().size(),
                          entry.getValue().stream().mapToLong(TensorInfo::bytes).sum()))
              .sorted(Comparator.comparingLong(Format::bytes).reversed())
              .toList(),
          tokenizer.vocabSize(),
          rendered,
          failure,
          tokens);
    } catch (CheckpointException | IllegalArgumentException e) {
      throw new ProblemException(Type.INVALID_MODEL, String.valueOf(e.getMessage()));
    }
  }

  private static Tokenizer tokenizer(Checkpoint checkpoint) {
    return checkpoint
        .tokenizerJson()
        .map(json -> Tokenizers.fromJson(json, checkpoint.config(), checkpoint.generationConfig()))
        .orElseGet(() -> Tokenizers.fromGguf(checkpoint.metadata()));
  }

  private static String or(@Nullable String token) {
    return token == null ? "" : token;
  }
}
