package dev.javelin.console;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Chats that run until they are answered or this is closed. */
final class Calls implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();

  Calls(String server, String model, int count) {
    for (int i = 0; i < count; i++) {
      running.add(
          client.sendAsync(
              HttpRequest.newBuilder(URI.create(server + "/v1/chat/completions"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                              .formatted(model)))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
  }

  /** The answers' statuses, when all have ended. */
  List<Integer> statuses() {
    return running.stream().map(call -> call.join().statusCode()).toList();
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
