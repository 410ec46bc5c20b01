package dev.javelin.service;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a hub that speaks the <a href="https://huggingface.co/docs/hub/api">Hugging Face API</a>. A
 * call that breaks off goes on where it broke off; a hub that keeps failing is left alone for a
 * while. The token goes to the hub's own address and nowhere it redirects to.
 */
@Component
public final class HubClient {
  private static final int REDIRECTS = 5;
  private static final int CHUNK = 1 << 16;
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

  private final ServingProperties properties;
  private final URI base;
  private final JsonMapper mapper = new JsonMapper();
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(10))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final CircuitBreaker breaker =
      CircuitBreaker.of(
          "hub",
          CircuitBreakerConfig.custom()
              .slidingWindowSize(10)
              .minimumNumberOfCalls(10)
              .failureRateThreshold(100)
              .waitDurationInOpenState(Duration.ofSeconds(30))
              .recordExceptions(TransientException.class)
              .build());
  private final Retry retry;
  private final Consumer<URI> guard;
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();

  @Autowired
  HubClient(ServingProperties properties) {
    this(
        properties,
        new HubAddresses(properties.hubAllowPrivate(), InetAddress::getAllByName)::require);
  }

  /**
   * @param guard throws for an address that must not be called; asked before each call and each
   *     redirect
   */
  HubClient(ServingProperties properties, Consumer<URI> guard) {
    this.properties = properties;
    this.guard = guard;
    base = URI.create(properties.hubUrl().replaceAll("/+$", ""));
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

  /**
   * The files of a repository's main branch.
   *
   * @throws ProblemException HUB_FAILED, NOT_FOUND or FORBIDDEN
   */
  public List<HubFile> list(HubName name) {
    URI uri = at("/api/models/%s/%s/tree/main".formatted(name.owner(), name.name()));
    JsonNode tree =
        guarded(
            () -> {
              HttpResponse<InputStream> response = get(uri, 0);
              try (InputStream body = response.body()) {
                return mapper.readTree(body.readNBytes(8 << 20));
              } catch (IOException e) {
                throw new TransientException("the listing broke off: " + e.getMessage());
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
   * @throws ProblemException HUB_FAILED, NOT_FOUND or FORBIDDEN
   */
  public void fetch(HubName name, HubFile file, Path target, LongConsumer progress) {
    URI uri = at("/%s/%s/resolve/main/%s".formatted(name.owner(), name.name(), file.name()));
    guarded(
        () -> {
          fetchOnce(uri, file, target, progress);
          return true;
        });
  }

  private void fetchOnce(URI uri, HubFile file, Path target, LongConsumer progress) {
    try {
      long there = Files.exists(target) ? Files.size(target) : 0;
      if (there > file.sizeBytes()) {
        Files.delete(target);
        there = 0;
      }
      if (there == file.sizeBytes() && there > 0) {
        return;
      }
      HttpResponse<InputStream> response = get(uri, there);
      // A server that does not know ranges sends everything: begin anew.
      boolean goesOn = response.statusCode() == 206;
      long done = goesOn ? there : 0;
      try (InputStream in = response.body();
          OutputStream out =
              Files.newOutputStream(
                  target,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
        byte[] chunk = new byte[CHUNK];
        while (true) {
          int count = read(in, chunk, done, progress);
          if (count < 0) {
            break;
          }
          done += count;
          if (done > file.sizeBytes()) {
            throw HubName.failed("%s is larger than the hub said".formatted(file.name()));
          }
          out.write(chunk, 0, count);
          progress.accept(done);
        }
      }
      if (done < file.sizeBytes()) {
        throw new TransientException(
            "%s broke off after %d of %d bytes".formatted(file.name(), done, file.sizeBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  private <T> T guarded(Supplier<T> call) {
    try {
      return Retry.decorateSupplier(retry, CircuitBreaker.decorateSupplier(breaker, call)).get();
    } catch (TransientException e) {
      throw HubName.failed("%s does not deliver: %s".formatted(base.getHost(), e.getMessage()));
    } catch (CallNotPermittedException e) {
      throw HubName.failed(
          "%s failed repeatedly and is left alone for a while".formatted(base.getHost()));
    }
  }

  private URI at(String path) {
    return URI.create(base + path);
  }

  /** Follows redirects itself: each may lead to an address that must not be called. */
  private HttpResponse<InputStream> get(URI uri, long from) {
    URI next = uri;
    for (int i = 0; i <= REDIRECTS; i++) {
      guard.accept(next);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(next).timeout(Duration.ofSeconds(30)).GET();
      if (!properties.hubToken().isEmpty() && sameOrigin(next)) {
        request.header("Authorization", "Bearer " + properties.hubToken());
      }
      if (from > 0) {
        request.header("Range", "bytes=%d-".formatted(from));
      }
      HttpResponse<InputStream> response = send(request.build());
      int status = response.statusCode();
      if (status == 200 || status == 206) {
        return response;
      }
      closeQuietly(response);
      if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
        Optional<String> location = response.headers().firstValue("Location");
        next = next.resolve(location.orElseThrow(() -> HubName.failed("a redirect to nowhere")));
        continue;
      }
      throw switch (status) {
        case 401, 403 ->
            new ProblemException(
                Problem.Type.HUB_FAILED,
                "the hub refuses this token for %s".formatted(uri.getPath()));
        case 404 ->
            new ProblemException(
                Problem.Type.NOT_FOUND, "the hub has no %s".formatted(uri.getPath()));
        case 408, 425, 429, 500, 502, 503, 504 -> new TransientException("it answered " + status);
        default -> HubName.failed("it answered " + status);
      };
    }
    throw HubName.failed("more than %d redirects".formatted(REDIRECTS));
  }

  private HttpResponse<InputStream> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new TransientException(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubName.failed("the server ends");
    }
  }

  private static void closeQuietly(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException _) {
      // Nobody reads it.
    }
  }

  private boolean sameOrigin(URI uri) {
    return uri.getScheme().equals(base.getScheme())
        && uri.getHost().equalsIgnoreCase(base.getHost())
        && uri.getPort() == base.getPort();
  }
}
