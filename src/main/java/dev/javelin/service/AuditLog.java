package dev.javelin.service;

import dev.javelin.catalog.audit.AuditEntry;
import dev.javelin.catalog.audit.AuditTrail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Takes entries without a wait and writes them in batches on a thread of its own, so that inference
 * goes on while the database is slow or away. What does not fit into memory meanwhile is lost, and
 * an entry says how many those were.
 */
@Component
public final class AuditLog implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final int MOST = 10_000;
  private static final int BATCH = 500;
  private static final int RETRY_MILLIS = 1000;

  /** Wakes a writer that waits for the next entry. */
  private static final AuditEntry END = AuditEntry.of(Instant.EPOCH, "", "", "", null, null, "");

  private final AuditTrail trail;
  private final BlockingQueue<AuditEntry> waiting = new ArrayBlockingQueue<>(MOST);
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean running;
  private Thread writer = new Thread();

  AuditLog(AuditTrail trail) {
    this.trail = trail;
  }

  /** Never waits. */
  public void add(AuditEntry entry) {
    if (!waiting.offer(entry)) {
      lost.incrementAndGet();
    }
  }

  /** Entries that were lost so far because the database was away for too long. */
  public long lost() {
    return lost.get();
  }

  @Override
  public void start() {
    running = true;
    writer = Thread.ofVirtual().name("audit").start(this::write);
  }

  /** Ends after the web server and the models, whose last entries it writes. */
  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }

  @Override
  public void stop() {
    running = false;
    // No interrupt: in the middle of a write it would close the file of an embedded database.
    waiting.offer(END);
    try {
      writer.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  private void write() {
    List<AuditEntry> batch = new ArrayList<>(BATCH);
    long told = 0;
    while (running || !waiting.isEmpty() || !batch.isEmpty()) {
      try {
        if (batch.isEmpty()) {
          if (running) {
            batch.add(waiting.take());
          }
          waiting.drainTo(batch, BATCH - batch.size());
          batch.removeIf(entry -> entry == END);
        }
        if (batch.isEmpty()) {
          return;
        }
        long gone = lost.get();
        if (gone > told) {
          batch.add(gap(gone - told, batch.getLast()));
          told = gone;
        }
        trail.append(batch);
        batch.clear();
      } catch (InterruptedException e) {
        // The end: what waits is still written.
        running = false;
      } catch (DataAccessException | TransactionException e) {
        log.warn("Cannot write the audit, {} entries wait: {}", waiting.size(), e.getMessage());
        if (!running) {
          log.error("{} audit entries are lost", waiting.size() + batch.size());
          return;
        }
        pause();
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      running = false;
    }
  }

  private static AuditEntry gap(long count, AuditEntry last) {
    return AuditEntry.of(
        last.at(), "javelin", "audit gap", "audit", null, "{\"lost\":" + count + "}", "");
  }
}
