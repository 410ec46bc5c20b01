package dev.javelin.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.ServerTest;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@ServerTest
class KeepAliveTests {
  private static final int PATIENCE_MILLIS = 120_000;

  @LocalServerPort int port;

  /** The second request waits in the queue for the first, and is answered as it leaves it. */
  @Test
  void aConnectionGoesOnAfterARequestThatHadToQueue() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      write(socket, get("/readyz") + get("/v1/nothing"));
      assertThat(read(socket, "\"}")).contains("200 OK");
      assertThat(read(socket, "\"not_found\"}}")).contains("404 Not Found");
      write(socket, get("/v1/nothing"));
      assertThat(read(socket, "\"not_found\"}}")).contains("404 Not Found");
    }
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  private static void write(Socket socket, String text) throws Exception {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Up to and with {@code end}. */
  private static String read(Socket socket, String end) throws Exception {
    InputStream in = socket.getInputStream();
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int next = in.read();
      assertThat(next).isNotNegative();
      text.append((char) next);
    }
    return text.toString();
  }
}
