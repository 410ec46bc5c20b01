package dev.javelin.service;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.PromptScored;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.service.Generation.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Of several answers to each prompt, the best. */
public final class BestAnswers {
  private final int perPrompt;
  private final int kept;
  private final Comparator<List<GenerationEvent>> bestFirst;

  private BestAnswers(int perPrompt, int kept, Comparator<List<GenerationEvent>> bestFirst) {
    this.perPrompt = perPrompt;
    this.kept = kept;
    this.bestFirst = bestFirst;
  }

  /**
   * Those whose tokens were the likeliest on average. Needs the logprobs of every answer.
   *
   * @param perPrompt answers to each prompt
   * @param kept how many of them are told, the best first
   */
  public static BestAnswers likeliest(int perPrompt, int kept) {
    return new BestAnswers(
        perPrompt, kept, Comparator.comparingDouble(BestAnswers::meanLogprob).reversed());
  }

  /** The first ones, of answers that come with the best first. */
  public static BestAnswers first(int perPrompt, int kept) {
    return new BestAnswers(perPrompt, kept, (_, _) -> 0);
  }

  /**
   * @param events all events of a call
   * @return those of the best answers, numbered anew, and no more than there are. The best answer
   *     to each prompt bears the tokens of those left out in its usage; a failure is told whatever
   *     it befell
   */
  public List<Event> choose(List<Event> events) {
    List<List<GenerationEvent>> answers = new ArrayList<>();
    for (Event event : events) {
      if (event.event() instanceof Failed) {
        return List.of(new Event(event.index() / perPrompt * kept, event.event()));
      }
      while (answers.size() <= event.index()) {
        answers.add(new ArrayList<>());
      }
      answers.get(event.index()).add(event.event());
    }
    while (answers.size() % perPrompt > 0) {
      answers.add(List.of());
    }
    List<Event> out = new ArrayList<>();
    for (int prompt = 0; prompt * perPrompt < answers.size(); prompt++) {
      List<List<GenerationEvent>> ranked =
          answers.subList(prompt * perPrompt, (prompt + 1) * perPrompt).stream()
              .sorted(bestFirst)
              .toList();
      int leftOut =
          IntStream.range(kept, perPrompt).map(rank -> completionTokens(ranked.get(rank))).sum();
      for (int rank = 0; rank < kept; rank++) {
        int index = prompt * kept + rank;
        int more = rank == 0 ? leftOut : 0;
        ranked.get(rank).forEach(event -> out.add(new Event(index, withMore(event, more))));
      }
    }
    return out;
  }

  private static double meanLogprob(List<GenerationEvent> answer) {
    return answer.stream()
        .flatMap(
            event -> event instanceof TextDelta delta ? delta.logprobs().stream() : Stream.empty())
        .mapToDouble(TokenLogprobs::logprob)
        .average()
        .orElse(0);
  }

  private static int completionTokens(List<GenerationEvent> answer) {
    return !answer.isEmpty() && answer.getLast() instanceof Finished end
        ? end.usage().completionTokens()
        : 0;
  }

  private static GenerationEvent withMore(GenerationEvent event, int tokens) {
    return switch (event) {
      case Finished(var reason, Usage usage, var timings) ->
          new Finished(
              reason,
              new Usage(
                  usage.promptTokens(), usage.completionTokens() + tokens, usage.cachedTokens()),
              timings);
      case TextDelta _, PromptScored _, Failed _ -> event;
    };
  }
}
