package dev.javelin.console;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A browser without scripts: forms in, pages out; no redirect is followed. */
final class PageClient implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final int port;

  PageClient(int port) {
    this.port = port;
  }

  /**
   * @param key empty: nobody
   */
  HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().GET(), path, key);
  }

  /**
   * @param fields of the form, names and values in turn
   */
  HttpResponse<String> post(String path, String key, String... fields)
      throws IOException, InterruptedException {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      pairs.add(fields[i] + "=" + URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
    }
    return send(
        HttpRequest.newBuilder()
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(String.join("&", pairs))),
        path,
        key);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path, String key)
      throws IOException, InterruptedException {
    request.uri(URI.create("http://127.0.0.1:" + port + path)).header("Accept", "text/html,*/*");
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
