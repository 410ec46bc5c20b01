package dev.javelin.service;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a hub that speaks the <a href="https://huggingface.co/docs/hub/api">Hugging Face API</a>. A
 * call that breaks off goes on where it broke off; a hub that keeps failing is left alone for a
 * while.
 */
@Component
public final class HubClient implements DisposableBean {
  private static final int CHUNK = 1 << 16;
  private static final int LARGEST_LISTING = 8 << 20;
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final long LOOK_MILLIS = 200;

  /**
   * A file of a repository.
   *
   * @param sha256 null where the hub does not tell it
   */
  public record HubFile(String name, long sizeBytes, @Nullable String sha256) {}

  /** The hub, or the way to it, failed; another try may work. */
  static final class TransientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TransientException(String message) {
      super(message, null, false, false);
    }
  }

  private final URI base;
  private final JsonMapper mapper = new JsonMapper();
  private final HubHttp http;
  private final CircuitBreakerRegistry breakers =
      CircuitBreakerRegistry.of(
          CircuitBreakerConfig.custom()
              .slidingWindowSize(10)
              .minimumNumberOfCalls(10)
              .failureRateThreshold(100)
              .waitDurationInOpenState(Duration.ofSeconds(30))
              .recordExceptions(TransientException.class)
              .build());

  // Files mostly come from somewhere else than listings: either may work while the other does not.
  private final CircuitBreaker listings = breakers.circuitBreaker("hub-listings");
  private final CircuitBreaker downloads = breakers.circuitBreaker("hub-files");
  private final Retry retry;
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  @Autowired
  HubClient(ServingProperties properties) {
    this(properties, new HubAddresses(properties.hubAllowPrivate(), InetAddress::getAllByName));
  }

  HubClient(ServingProperties properties, HubAddresses addresses) {
    base = URI.create(properties.hubUrl().replaceAll("/+$", ""));
    http = new HubHttp(base, properties.hubToken(), addresses, SILENCE);
    retry =
        Retry.of(
            "hub",
            RetryConfig.custom()
                .maxAttempts(5)
                .intervalFunction(
                    IntervalFunction.ofExponentialBackoff(properties.hubRetryPause(), 2))
                .retryExceptions(TransientException.class)
                .build());
  }

  /** One for listings and one for files. */
  public CircuitBreakerRegistry breakers() {
    return breakers;
  }

  /**
   * The files of a repository's main branch.
   *
   * @throws ProblemException HUB_FAILED or NOT_FOUND
   */
  public List<HubFile> list(HubName name) {
    URI uri = at("/api/models/%s/%s/tree/main".formatted(name.owner(), name.name()));
    JsonNode tree =
        guarded(
            listings,
            () -> {
              try (ClassicHttpResponse response = http.get(uri, 0)) {
                return mapper.readTree(body(response).readNBytes(LARGEST_LISTING));
              } catch (IOException e) {
                throw new TransientException("the listing broke off: " + e.getMessage());
              } catch (JacksonException e) {
                throw HubName.failed("its listing is no JSON: " + e.getOriginalMessage());
              }
            });
    List<HubFile> files = new ArrayList<>();
    for (JsonNode entry : tree) {
      if (entry.path("type").asString("").equals("file")) {
        files.add(
            new HubFile(
                entry.path("path").asString(""),
                entry.path("size").asLong(0),
                entry.at("/lfs/oid").asString(null)));
      }
    }
    return files;
  }

  /**
   * Fetches a file, after what is there of it already.
   *
   * @param target holds the beginning, or is not there
   * @param progress told how many bytes are there; may throw to stop
   * @throws ProblemException HUB_FAILED or NOT_FOUND
   */
  public void fetch(HubName name, HubFile file, Path target, LongConsumer progress) {
    String segment = UriUtils.encodePathSegment(file.name(), StandardCharsets.UTF_8);
    URI uri = at("/%s/%s/resolve/main/%s".formatted(name.owner(), name.name(), segment));
    // A large file may break off more often than anything is tried, as long as it grows.
    boolean whole = false;
    while (!whole) {
      whole = guarded(downloads, () -> fetchOnce(uri, file, target, progress));
    }
  }

  /**
   * @return false if it broke off after bytes came
   * @throws TransientException if hardly any came
   */
  private boolean fetchOnce(URI uri, HubFile file, Path target, LongConsumer progress) {
    long there = Store.size(target);
    try {
      if (there > file.sizeBytes()) {
        Files.delete(target);
        there = 0;
      }
      if (there == file.sizeBytes() && there > 0) {
        return true;
      }
      // Closing it, not its body, which would first read the rest.
      try (ClassicHttpResponse response = http.get(uri, there)) {
        // A server that does not know ranges sends everything: begin anew.
        boolean goesOn = response.getCode() == 206;
        long done = write(body(response), file, target, goesOn ? there : 0, progress);
        if (done < file.sizeBytes()) {
          throw new TransientException(
              "%s broke off after %d of %d bytes".formatted(file.name(), done, file.sizeBytes()));
        }
        return true;
      }
    } catch (TransientException e) {
      if (Store.size(target) - there < CHUNK) {
        throw e;
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream body(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null ? InputStream.nullInputStream() : entity.getContent();
  }

  /** Writes a file from byte {@code from} on. @return how many bytes it has then */
  private long write(InputStream in, HubFile file, Path target, long from, LongConsumer progress)
      throws IOException {
    long done = from;
    try (OutputStream out =
        Files.newOutputStream(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
      byte[] chunk = new byte[CHUNK];
      while (true) {
        int count = read(in, chunk, done, progress);
        if (count < 0) {
          return done;
        }
        done += count;
        if (done > file.sizeBytes()) {
          throw HubName.failed("%s is larger than the hub said".formatted(file.name()));
        }
        out.write(chunk, 0, count);
        progress.accept(done);
      }
    }
  }

  /** A hub that falls silent must neither hold a pull for ever nor keep it from being cancelled. */
  private int read(InputStream in, byte[] chunk, long done, LongConsumer progress) {
    Future<Integer> reading = readers.submit(() -> in.read(chunk));
    try {
      for (long waited = 0; waited < SILENCE.toMillis(); waited += LOOK_MILLIS) {
        try {
          return reading.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
          progress.accept(done);
        }
      }
      throw new TransientException("no byte came for " + SILENCE.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new TransientException("the transfer broke off: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubName.failed("the server ends");
    }
  }

  private <T> T guarded(CircuitBreaker breaker, Supplier<T> call) {
    try {
      return Retry.decorateSupplier(retry, CircuitBreaker.decorateSupplier(breaker, call)).get();
    } catch (TransientException e) {
      throw new ProblemException(
          Problem.of(
                  Problem.Type.HUB_FAILED,
                  "%s does not deliver: %s".formatted(base.getHost(), e.getMessage()))
              .said("hub-fails", base.getHost(), e.getMessage()));
    } catch (CallNotPermittedException e) {
      throw new ProblemException(
          Problem.of(
                  Problem.Type.HUB_FAILED,
                  "%s failed repeatedly and is left alone for a while".formatted(base.getHost()))
              .said("hub-rests", base.getHost()));
    }
  }

  private URI at(String path) {
    return URI.create(base + path);
  }

  @Override
  public void destroy() throws IOException {
    readers.shutdownNow();
    http.close();
  }
}
