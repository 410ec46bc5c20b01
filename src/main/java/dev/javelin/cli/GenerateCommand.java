package dev.javelin.cli;

import dev.javelin.config.Backends.Device;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.tokenizer.ChatTemplate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** Answers one prompt: the text streams to the terminal as it is sampled. */
final class GenerateCommand implements Command {
  private final Function<Device, ModelOpener> models;
  private final Terminal terminal;

  GenerateCommand(Function<Device, ModelOpener> models, Terminal terminal) {
    this.models = models;
    this.terminal = terminal;
  }

  @Override
  public String usage() {
    return """
    generate MODEL PROMPT   answer one prompt
      MODEL              a GGUF file, a Hugging Face folder, or dart (built in)
      --temperature T    0 to 2; 0 takes the likeliest token (default 0)
      --max-tokens N     end after N tokens (default 256)
      --seed N           repeat the same random choices
      --raw              give the model the prompt as it is, without its chat template
      --json             print one JSON object with text and token ids at the end
      --threads N        CPU threads (default: physical cores)
      --device D         auto, cpu or cuda (default auto: the GPU if it can be used)
    """;
  }

  @Override
  public int run(List<String> arguments) {
    Arguments parsed =
        Arguments.parse(
            "generate",
            arguments,
            List.of("MODEL", "PROMPT"),
            Set.of("--temperature", "--max-tokens", "--seed", "--threads", "--device"),
            Set.of("--raw", "--json"));
    SamplingParams sampling = sampling(parsed);
    LoadOptions defaults = LoadOptions.DEFAULT;
    LoadOptions options =
        new LoadOptions(
            defaults.contextLength(),
            1,
            defaults.tokenBudget(),
            defaults.blockSize(),
            defaults.kvCacheBytes(),
            defaults.kvDType(),
            parsed.integer("--threads", defaults.threads(), 1, 1024),
            1);
    try (LoadedModel model =
        models
            .apply(parsed.device())
            .open(terminal.model(parsed.positional(0)), options, stage -> {})) {
      int[] prompt = prompt(model, parsed.positional(1), parsed.has("--raw"));
      boolean json = parsed.has("--json");
      Answer answer = generate(model, prompt, sampling, !json);
      if (json) {
        terminal.out().println(JsonMapper.shared().writeValueAsString(answer.toJson(prompt)));
      } else {
        terminal.out().println();
        terminal.err().println(answer.summary());
      }
      return 0;
    }
  }

  private static SamplingParams sampling(Arguments parsed) {
    OptionalLong seed =
        parsed
            .value("--seed")
            .map(text -> OptionalLong.of(parsed.longInteger("--seed", text)))
            .orElse(OptionalLong.empty());
    return SamplingParams.builder()
        .temperature(parsed.decimal("--temperature", 0f, 0f, 2f))
        .seed(seed)
        .maxTokens(parsed.integer("--max-tokens", 256, 1, Integer.MAX_VALUE))
        .build();
  }

  private static int[] prompt(LoadedModel model, String text, boolean raw) {
    if (raw) {
      return model.tokenizer().encode(text, true, false);
    }
    ChatTemplate template = model.chatTemplate();
    if (template == null) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          model.report().warnings().stream()
                  .filter(warning -> warning.contains("chat template"))
                  .findFirst()
                  .orElse("this model has no chat template")
              + "; use --raw to give it the prompt as it is");
    }
    List<Map<String, Object>> messages = List.of(Map.of("role", "user", "content", text));
    return model.tokenizer().encode(template.render(messages, null, true, Map.of(), Instant.now()));
  }

  private Answer generate(
      LoadedModel model, int[] prompt, SamplingParams sampling, boolean stream) {
    BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    model
        .engine()
        .submit(new GenerationRequest("generate", prompt, sampling, Long.MAX_VALUE), events::add);
    StringBuilder text = new StringBuilder();
    IntStream.Builder tokenIds = IntStream.builder();
    while (true) {
      switch (take(events)) {
        case GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.TextDelta delta -> {
          text.append(delta.text());
          for (int id : delta.tokenIds()) {
            tokenIds.add(id);
          }
          if (stream) {
            terminal.out().print(delta.text());
            if (terminal.out().checkError()) {
              // Nobody reads on: Main tells so once the command has ended.
              model.engine().abort("generate");
            }
          }
        }
        case GenerationEvent.Finished finished -> {
          return new Answer(text.toString(), tokenIds.build().toArray(), finished);
        }
        case GenerationEvent.Failed failed ->
            throw new EngineException(failed.code(), failed.message());
      }
    }
  }

  private static GenerationEvent take(BlockingQueue<GenerationEvent> events) {
    try {
      return events.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(ErrorCode.SHUTTING_DOWN, "Interrupted while generating.");
    }
  }

  private record Answer(String text, int[] tokenIds, GenerationEvent.Finished end) {
    Map<String, Object> toJson(int[] prompt) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("text", text);
      json.put("prompt_token_ids", prompt);
      json.put("token_ids", tokenIds);
      json.put("finish_reason", end.reason().name().toLowerCase(Locale.ROOT));
      json.put("prompt_tokens", end.usage().promptTokens());
      json.put("completion_tokens", end.usage().completionTokens());
      json.put("time_to_first_token_ms", end.timings().firstTokenNanos() / 1e6);
      json.put("total_ms", end.timings().totalNanos() / 1e6);
      return json;
    }

    String summary() {
      long decodeNanos = end.timings().totalNanos() - end.timings().firstTokenNanos();
      int decoded = end.usage().completionTokens() - 1;
      String rate =
          decoded > 0 && decodeNanos > 0
              ? String.format(Locale.ROOT, ", then %.1f tok/s", decoded * 1e9 / decodeNanos)
              : "";
      return String.format(
          Locale.ROOT,
          "[%d prompt + %d answer tokens, first after %.0f ms%s, ended by %s]",
          end.usage().promptTokens(),
          end.usage().completionTokens(),
          end.timings().firstTokenNanos() / 1e6,
          rate,
          end.reason().name().toLowerCase(Locale.ROOT));
    }
  }
}
