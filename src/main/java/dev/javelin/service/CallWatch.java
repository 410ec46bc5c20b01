package dev.javelin.service;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.security.QuotaExceededException;
import dev.javelin.security.Quotas;
import dev.javelin.service.GenerationObserver.Begun;
import dev.javelin.service.GenerationObserver.Listener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Counts one call against its quotas, and tells the observers what becomes of it. */
final class CallWatch {
  private static final Logger log = LoggerFactory.getLogger(CallWatch.class);

  /** Begins the watch of each call. */
  @Component
  static final class Factory {
    private final Quotas quotas;
    private final List<GenerationObserver> observers;

    Factory(Quotas quotas, List<GenerationObserver> observers) {
      this.quotas = quotas;
      this.observers = List.copyOf(observers);
    }

    /**
     * @param serving the model that answers
     * @param requests all sequences, prompt by prompt
     * @throws QuotaExceededException if the call does not fit; then nothing is counted or told
     */
    CallWatch begin(
        GenerationCall call, ModelRegistry.Serving serving, List<GenerationRequest> requests) {
      int promptTokens = 0;
      long mostTokens = 0;
      for (int i = 0; i < requests.size(); i++) {
        GenerationRequest request = requests.get(i);
        if (i % call.n() == 0) {
          promptTokens += request.promptTokenIds().length;
        }
        mostTokens += request.sampling().maxTokens();
      }
      Quotas.Ticket ticket = quotas.begin(call.caller(), promptTokens + mostTokens);
      Begun begun =
          new Begun(
              call,
              serving.lease().instance().version().label(),
              serving.lease().instance().profile().name(),
              serving.route().alias().decodingProfile().name(),
              promptTokens,
              requests.getFirst().sampling());
      return new CallWatch(
          ticket, promptTokens, observers.stream().map(observer -> observer.began(begun)).toList());
    }
  }

  private final Quotas.Ticket ticket;
  private final int promptTokens;
  private final List<Listener> listeners;
  private long completionTokens;

  private CallWatch(Quotas.Ticket ticket, int promptTokens, List<Listener> listeners) {
    this.ticket = ticket;
    this.promptTokens = promptTokens;
    this.listeners = listeners;
  }

  synchronized void event(int index, GenerationEvent event) {
    if (event instanceof GenerationEvent.TextDelta delta) {
      completionTokens += delta.tokenIds().length;
    }
    for (Listener listener : listeners) {
      try {
        listener.event(index, event);
      } catch (RuntimeException e) {
        log.error("{} failed", listener, e);
      }
    }
  }

  synchronized void ended() {
    ticket.end(promptTokens + completionTokens);
    for (Listener listener : listeners) {
      try {
        listener.ended();
      } catch (RuntimeException e) {
        log.error("{} failed", listener, e);
      }
    }
  }
}
