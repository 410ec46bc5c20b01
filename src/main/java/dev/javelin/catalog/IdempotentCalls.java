package dev.javelin.catalog;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Answers to calls that carried a key, so that a repeated call gets the same answer and does
 * nothing twice. They are kept for a day. Every call blocks on the database.
 */
@Service
public class IdempotentCalls {
  /** Most characters of an answer's body that are kept. */
  public static final int LONGEST_BODY = 1_000_000;

  private static final Duration KEPT = Duration.ofDays(1);

  /**
   * @param status null while the first call still runs
   * @param headers of the response, a JSON object
   * @param body null while the first call runs, and if it is not kept
   */
  public record Answer(
      String bodySha256,
      @Nullable Integer status,
      @Nullable String headers,
      @Nullable String body) {}

  private final IdempotentCallRepository calls;
  private final EntityManager entities;
  private final TransactionTemplate transactions;
  private final Clock clock;

  IdempotentCalls(
      IdempotentCallRepository calls,
      EntityManager entities,
      TransactionTemplate transactions,
      Clock clock) {
    this.calls = calls;
    this.entities = entities;
    this.transactions = transactions;
    this.clock = clock;
  }

  /** Claims a key; what is there already if somebody else was first. */
  public Optional<Answer> claim(String key, String bodySha256) {
    try {
      transactions.executeWithoutResult(
          _ -> {
            calls.deleteByCreatedAtBefore(clock.instant().minus(KEPT));
            entities.persist(new IdempotentCallEntity(key, bodySha256, clock.instant()));
            entities.flush();
          });
      return Optional.empty();
    } catch (DataIntegrityViolationException | PersistenceException e) {
      // Entity manager calls outside a repository may throw untranslated.
      Answer first =
          calls
              .findById(key)
              .map(call -> new Answer(call.bodySha256, call.status, call.headers, call.body))
              .orElseThrow(() -> e);
      return Optional.of(first);
    }
  }

  /**
   * Keeps the answer of the call that claimed the key.
   *
   * @param body at most {@link #LONGEST_BODY} characters; null: it is not kept
   */
  public void store(String key, int status, String headers, @Nullable String body) {
    transactions.executeWithoutResult(
        _ ->
            calls
                .findById(key)
                .ifPresent(
                    call -> {
                      call.status = status;
                      call.headers = headers;
                      call.body = body;
                    }));
  }

  /** Gives a key back: its call failed on our side and may be repeated. */
  public void forget(String key) {
    transactions.executeWithoutResult(_ -> calls.deleteById(key));
  }
}
