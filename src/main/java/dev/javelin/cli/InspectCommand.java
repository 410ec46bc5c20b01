package dev.javelin.cli;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Describes a checkpoint without loading it. */
final class InspectCommand implements Command {
  private static final List<String> SIZES =
      List.of(
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "vocab_size",
          "max_position_embeddings",
          "rope_theta",
          "rope_scaling",
          "sliding_window",
          "tie_word_embeddings");

  private final Function<Path, Checkpoint> opener;
  private final Terminal terminal;

  InspectCommand(Function<Path, Checkpoint> opener, Terminal terminal) {
    this.opener = opener;
    this.terminal = terminal;
  }

  @Override
  public String usage() {
    return """
    inspect MODEL           describe a checkpoint
      MODEL              a GGUF file, a safetensors file or folder, or dart (built in)
      --tensors          list every tensor with its format and shape
      --template         print the chat template
    """;
  }

  @Override
  public int run(List<String> arguments) {
    Arguments parsed =
        Arguments.parse(
            "inspect", arguments, List.of("MODEL"), Set.of(), Set.of("--tensors", "--template"));
    try (Checkpoint checkpoint = opener.apply(terminal.model(parsed.positional(0)))) {
      describe(checkpoint);
      if (parsed.has("--tensors")) {
        checkpoint.tensors().forEach(this::tensor);
      }
      if (parsed.has("--template")) {
        terminal.out().println(checkpoint.chatTemplate().orElse("no chat template"));
      }
      return 0;
    }
  }

  private void describe(Checkpoint checkpoint) {
    Map<String, Object> config = checkpoint.config();
    row("file", checkpoint.path().toString());
    row("file format", checkpoint.fileFormat());
    row("architecture", text(config, "model_type").orElse("not given"));
    text(checkpoint.metadata(), "general.name").ifPresent(name -> row("name", name));
    for (String size : SIZES) {
      text(config, size).ifPresent(value -> row("  " + size, value));
    }
    long parameters = 0;
    long bytes = 0;
    Map<String, long[]> formats = new TreeMap<>();
    for (TensorInfo tensor : checkpoint.tensors()) {
      long elements = 1;
      for (long extent : tensor.shape()) {
        elements = Math.multiplyExact(elements, extent);
      }
      parameters += elements;
      bytes += tensor.bytes();
      long[] sums = formats.computeIfAbsent(tensor.format(), format -> new long[2]);
      sums[0]++;
      sums[1] += tensor.bytes();
    }
    row("parameters", String.format(Locale.ROOT, "%,d", parameters));
    row("weights", mebibytes(bytes));
    formats.forEach(
        (format, sums) ->
            row("  " + format, "%d tensors, %s".formatted(sums[0], mebibytes(sums[1]))));
    row("tokenizer", tokenizer(checkpoint));
    row(
        "chat template",
        checkpoint
            .chatTemplate()
            .map(template -> template.length() + " characters (--template prints it)")
            .orElse("none: plain completions only"));
    row("licence", licence(checkpoint));
  }

  private static String tokenizer(Checkpoint checkpoint) {
    if (checkpoint.tokenizerJson().isPresent()) {
      return "tokenizer.json";
    }
    Map<String, Object> metadata = checkpoint.metadata();
    return text(metadata, "tokenizer.ggml.model")
        .map(
            model ->
                text(metadata, "tokenizer.ggml.pre")
                    .map(pre -> "in the file, " + model + ", pre-tokenizer " + pre)
                    .orElse("in the file, " + model))
        .orElse("none");
  }

  private static String licence(Checkpoint checkpoint) {
    return text(checkpoint.metadata(), "general.license")
        .or(() -> text(checkpoint.config(), "license"))
        .orElse("not stated in the checkpoint");
  }

  private void tensor(TensorInfo tensor) {
    terminal.out().printf("%-60s %-8s %s%n", tensor.name(), tensor.format(), tensor.shape());
  }

  private void row(String label, String value) {
    terminal.out().printf("%-26s %s%n", label, value);
  }

  private static Optional<String> text(Map<String, Object> values, String key) {
    return Optional.ofNullable(values.get(key)).map(String::valueOf);
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
