package dev.javelin.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A hub with one repository, whose downloads break off, fail and lie as told. */
public final class FakeHub implements AutoCloseable {
  /** What happens to the next download. */
  public sealed interface Mishap {
    /** The connection ends after so many bytes. */
    record CutAfter(int bytes) implements Mishap {}

    /** Nothing more comes after so many bytes, until the hub closes. */
    record SilentAfter(int bytes) implements Mishap {}

    record Status(int code) implements Mishap {}

    record Redirect(String location) implements Mishap {}
  }

  public final Deque<Mishap> mishaps = new ArrayDeque<>();
  public final Map<String, byte[]> files = new TreeMap<>();

  /** In place of the true checksums. */
  public final Map<String, String> claimed = new TreeMap<>();

  /** The ranges that downloads asked for; empty: everything. */
  public final BlockingQueue<String> ranges = new LinkedBlockingQueue<>();

  /** The hosts that downloads named, and their tokens; empty: none. */
  public final BlockingQueue<String> hosts = new LinkedBlockingQueue<>();

  public final BlockingQueue<String> tokens = new LinkedBlockingQueue<>();

  /** Opens when a download has fallen silent. */
  public final CountDownLatch silent = new CountDownLatch(1);

  private final HttpServer server;

  public FakeHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/models/", this::list);
    server.createContext("/", this::download);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void list(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().equals("/api/models/owner/name/tree/main")) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    StringBuilder json = new StringBuilder("[{\"type\":\"directory\",\"path\":\"onnx\"}");
    files.forEach(
        (name, bytes) ->
            json.append(
                ",{\"type\":\"file\",\"path\":\"%s\",\"size\":%d,\"lfs\":{\"oid\":\"%s\"}}"
                    .formatted(name, bytes.length, claimed.getOrDefault(name, sha256(bytes)))));
    byte[] body = json.append(']').toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void download(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] bytes = files.get(path.substring(path.lastIndexOf('/') + 1));
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(range == null ? "" : range);
    hosts.add(exchange.getRequestHeaders().getFirst("Host"));
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    tokens.add(token == null ? "" : token);
    Mishap mishap = mishaps.poll();
    if (mishap instanceof Mishap.Status(int code)) {
      exchange.sendResponseHeaders(code, -1);
      return;
    }
    if (mishap instanceof Mishap.Redirect(String location)) {
      exchange.getResponseHeaders().set("Location", location);
      exchange.sendResponseHeaders(302, -1);
      return;
    }
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
    OutputStream out = exchange.getResponseBody();
    int count = bytes.length - from;
    if (mishap instanceof Mishap.CutAfter(int most)) {
      count = Math.min(count, most);
    }
    if (mishap instanceof Mishap.SilentAfter(int most)) {
      out.write(bytes, from, most);
      out.flush();
      silent.countDown();
      // The exchange stays open.
      return;
    }
    out.write(bytes, from, count);
    out.flush();
    exchange.close();
  }

  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
