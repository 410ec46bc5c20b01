package dev.javelin.service;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What the last calls asked and were answered, if the audit may write that down too ({@code
 * javelin.audit.bodies}); so that they can be asked again. In memory, and gone with the server.
 */
@Component
public final class KeptCalls implements GenerationObserver {
  /** Calls, and characters of all their prompts and answers together. */
  private static final int MOST_CALLS = 500;

  private static final long MOST_CHARACTERS = 16L << 20;

  /**
   * One answer.
   *
   * @param finish why it ended, as the request list has it
   */
  public record Answer(String text, String finish) {}

  /**
   * A call that ended.
   *
   * @param version of the model that answered
   * @param answers in the order of its sequences
   */
  record Kept(GenerationCall call, String version, List<Answer> answers, long characters) {}

  /** What was said in a call, as far as one may know it. */
  public sealed interface Said {
    /** Nothing of any call is kept. */
    record Never() implements Said {}

    /** It still runs, or was not kept, or not for so long. */
    record Gone() implements Said {}

    /** It is another's. */
    record Others() implements Said {}

    /**
     * @param n answers to each prompt
     * @param answers prompt by prompt
     */
    record Kept(List<Prompt> prompts, int n, List<Answer> answers) implements Said {}
  }

  private final boolean keep;
  private final Map<String, Kept> calls = new LinkedHashMap<>();
  private long characters;

  KeptCalls(AuditProperties properties) {
    keep = properties.bodies();
  }

  /** Whether anything is kept at all. */
  boolean keeps() {
    return keep;
  }

  /** Null if it was not kept, or not for so long. */
  @Nullable Kept find(String id) {
    synchronized (calls) {
      return calls.get(id);
    }
  }

  /** What was said in the call of that id. */
  public Said said(String id, Caller caller) {
    if (!keep) {
      return new Said.Never();
    }
    Kept kept = find(id);
    if (kept == null) {
      return new Said.Gone();
    }
    GenerationCall call = kept.call();
    return maySee(call, caller)
        ? new Said.Kept(call.prompts(), call.n(), kept.answers())
        : new Said.Others();
  }

  /** Everybody sees what they said themselves; an administrator sees everything. */
  static boolean maySee(GenerationCall call, Caller caller) {
    return call.caller().name().equals(caller.name()) || caller.may(Access.ADMIN);
  }

  @Override
  public Listener began(Begun begun) {
    return keep ? new Writing(begun) : Listener.SILENT;
  }

  private void add(Kept kept) {
    synchronized (calls) {
      calls.put(kept.call().id(), kept);
      characters += kept.characters();
      Iterator<Kept> oldest = calls.values().iterator();
      while (calls.size() > MOST_CALLS || characters > MOST_CHARACTERS) {
        characters -= oldest.next().characters();
        oldest.remove();
      }
    }
  }

  /** The answers to one call, as they come. */
  private final class Writing implements Listener {
    private final Begun begun;
    private final long promptCharacters;
    private final StringBuilder[] texts;
    private final String[] finishes;

    Writing(Begun begun) {
      this.begun = begun;
      promptCharacters =
          begun.call().prompts().stream().mapToLong(prompt -> prompt.toString().length()).sum();
      texts = new StringBuilder[begun.call().sequences()];
      finishes = new String[texts.length];
      Arrays.setAll(texts, _ -> new StringBuilder());
      Arrays.fill(finishes, "");
    }

    @Override
    public void event(int index, GenerationEvent event) {
      switch (event) {
        case GenerationEvent.TextDelta delta -> texts[index].append(delta.text());
        case GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.Finished finished ->
            finishes[index] = finished.reason().name().toLowerCase(Locale.ROOT);
        case GenerationEvent.Failed(ErrorCode code, String message) ->
            finishes[index] = code.name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public void ended() {
      List<Answer> answers = new ArrayList<>();
      long length = promptCharacters;
      for (int i = 0; i < texts.length; i++) {
        answers.add(new Answer(texts[i].toString(), finishes[i]));
        length += texts[i].length();
      }
      add(new Kept(begun.call(), begun.version(), List.copyOf(answers), length));
    }
  }
}
