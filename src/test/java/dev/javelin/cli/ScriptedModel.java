package dev.javelin.cli;

import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadProgress;
import dev.javelin.engine.LoadReport;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.model.ModelConfig;
import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.IncrementalDecoder;
import dev.javelin.tokenizer.RenderedPrompt;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens a model whose tokens are characters and whose answer is the alphabet. */
final class ScriptedModel implements ModelOpener {
  final List<GenerationRequest> requests = new ArrayList<>();
  final List<Path> opened = new ArrayList<>();
  LoadOptions options = LoadOptions.DEFAULT;
  boolean withTemplate = true;
  List<String> warnings = List.of();
  boolean closed;
  boolean aborted;
  GenerationEvent.@Nullable Failed failure;

  @Override
  public LoadedModel open(Path path, LoadOptions given, LoadProgress progress) {
    opened.add(path);
    options = given;
    progress.stage("opening");
    ModelConfig config =
        new ModelConfig("scripted", 128, 8, 16, 1, 1, 1, 8, 4096, 1e-5f, true, Map.of());
    LoadReport report = new LoadReport("none", 1 << 20, 0, 0, List.of(), warnings);
    return new LoadedModel(
        path,
        config,
        new Characters(),
        withTemplate ? new Tagged() : null,
        Map.of(),
        given,
        report,
        new Alphabet());
  }

  private final class Alphabet implements Engine {
    @Override
    public void submit(GenerationRequest request, GenerationListener listener) {
      requests.add(request);
      GenerationEvent.Failed failed = failure;
      if (failed != null) {
        listener.onEvent(failed);
        return;
      }
      int count = request.sampling().maxTokens();
      for (int i = 0; i < count; i++) {
        int token = 'a' + i % 26;
        listener.onEvent(
            new GenerationEvent.TextDelta(Character.toString(token), new int[] {token}));
      }
      listener.onEvent(
          new GenerationEvent.Finished(
              FinishReason.LENGTH,
              new Usage(request.promptTokenIds().length, count, 0),
              new Timings(0, 1_000_000, 1_000_000L * count)));
    }

    @Override
    public void abort(String requestId) {
      aborted = true;
    }

    @Override
    public GrammarRule rule(StructuredOutput wanted) {
      throw new UnsupportedOperationException("the commands ask for no structure");
    }

    @Override
    public EngineStats stats() {
      return EngineStats.idle(1);
    }

    @Override
    public List<RequestTimeline> timelines() {
      return List.of();
    }

    @Override
    public boolean drain(Duration timeout) {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class Tagged implements ChatTemplate {
    @Override
    public String source() {
      return "";
    }

    @Override
    public RenderedPrompt render(
        List<Map<String, Object>> messages,
        @Nullable List<Map<String, Object>> tools,
        boolean addGenerationPrompt,
        Map<String, Object> kwargs,
        Instant now) {
      String text = messages.getFirst().get("role") + ":" + messages.getFirst().get("content");
      return new RenderedPrompt(List.of(new RenderedPrompt.Segment("<" + text + ">", true)));
    }
  }

  private static final class Characters implements Tokenizer {
    @Override
    public int vocabSize() {
      return 128;
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens, boolean parseSpecial) {
      return text.chars().toArray();
    }

    @Override
    public int[] encode(RenderedPrompt prompt) {
      return prompt.text().chars().toArray();
    }

    @Override
    public String decode(int[] tokenIds, boolean skipSpecialTokens) {
      return new String(tokenIds, 0, tokenIds.length);
    }

    @Override
    public IncrementalDecoder decoder(boolean skipSpecialTokens) {
      throw new UnsupportedOperationException("The commands leave decoding to the engine.");
    }

    @Override
    public byte[] tokenBytes(int tokenId) {
      return Character.toString(tokenId).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int tokenId) {
      return false;
    }

    @Override
    public OptionalInt bosTokenId() {
      return OptionalInt.empty();
    }

    @Override
    public Set<Integer> eosTokenIds() {
      return Set.of();
    }

    @Override
    public String bosToken() {
      return "";
    }

    @Override
    public String eosToken() {
      return "";
    }

    @Override
    public void close() {}
  }
}
