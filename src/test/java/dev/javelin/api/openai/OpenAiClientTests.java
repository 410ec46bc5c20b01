package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import dev.javelin.JavelinApplication;
import dev.javelin.fake.TestServer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** OpenAI's own Java client against the real server with the built-in model. */
class OpenAiClientTests {
  @TempDir static Path directory;
  private static ConfigurableApplicationContext server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server =
        new SpringApplication(JavelinApplication.class, TestServer.class)
            .run(
                "--server.port=0",
                "--javelin.home=" + Path.of("").toAbsolutePath(),
                "--javelin.data-dir=" + directory.resolve("data"));
    int port = ((WebServerApplicationContext) server).getWebServer().getPort();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:%d/v1".formatted(port))
            .apiKey("none")
            .maxRetries(0)
            .timeout(Duration.ofMinutes(5))
            .build();
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private static ChatCompletionCreateParams.Builder ask(String question) {
    return ChatCompletionCreateParams.builder()
        .model("dart")
        .addUserMessage(question)
        .temperature(0)
        .maxCompletionTokens(60);
  }

  private static String whole(String question) {
    ChatCompletion answer = client.chat().completions().create(ask(question).build());
    return answer.choices().getFirst().message().content().orElseThrow();
  }

  private static String streamed(String question) {
    StringBuilder text = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(ask(question).build())) {
      stream.stream()
          .flatMap(chunk -> chunk.choices().stream())
          .forEach(choice -> choice.delta().content().ifPresent(text::append));
    }
    return text.toString();
  }

  @Test
  void chatAnswersWhatTheModelKnows() {
    ChatCompletion answer =
        client.chat().completions().create(ask("What is the capital of Japan?").build());
    assertThat(answer.choices()).hasSize(1);
    assertThat(answer.choices().getFirst().message().content().orElseThrow()).contains("Tokyo");
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(answer.usage().orElseThrow().promptTokens()).isPositive();
    assertThat(answer.usage().orElseThrow().totalTokens())
        .isEqualTo(
            answer.usage().orElseThrow().promptTokens()
                + answer.usage().orElseThrow().completionTokens());
  }

  @Test
  void streamsSayTheSameAndCountTokens() {
    assertThat(streamed("What is a volcano?")).isEqualTo(whole("What is a volcano?")).isNotBlank();
    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> stream =
        client
            .chat()
            .completions()
            .createStreaming(
                ask("What is 17 + 25?")
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .build())) {
      chunks = stream.stream().toList();
    }
    assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isPositive();
  }

  /** One line a token: text, bytes, logprob and the likeliest tokens. */
  private static String line(ChatCompletionTokenLogprob token) {
    return "%s %s %s %s"
        .formatted(
            token.token(),
            token.bytes().orElse(List.of()),
            token.logprob(),
            token.topLogprobs().stream().map(top -> top.token() + " " + top.logprob()).toList());
  }

  @Test
  void logprobsAreTheSameStreamedAndTheirBytesAreTheText() {
    ChatCompletionCreateParams params =
        ask("What is a volcano?").logprobs(true).topLogprobs(3).build();
    ChatCompletion answer = client.chat().completions().create(params);
    List<ChatCompletionTokenLogprob> tokens =
        answer.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ChatCompletionTokenLogprob token : tokens) {
      token.bytes().orElseThrow().forEach(value -> bytes.write(value.intValue()));
      // Greedy: each token is its own likeliest.
      assertThat(token.topLogprobs()).hasSize(3);
      assertThat(token.topLogprobs().getFirst().token()).isEqualTo(token.token());
      assertThat(token.topLogprobs().getFirst().logprob()).isEqualTo(token.logprob());
      // Of what is certain it is nothing.
      assertThat(token.logprob()).isLessThanOrEqualTo(0);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(answer.choices().getFirst().message().content().orElseThrow());
    List<String> streamed;
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      streamed =
          stream.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .flatMap(choice -> choice.logprobs().stream())
              .flatMap(logprobs -> logprobs.content().orElse(List.of()).stream())
              .map(OpenAiClientTests::line)
              .toList();
    }
    assertThat(streamed).isEqualTo(tokens.stream().map(OpenAiClientTests::line).toList());
  }

  @Test
  void completionsScoreTheirPrompt() {
    Completion answer =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model("dart")
                    .prompt("The capital of France is Paris.")
                    .echo(true)
                    .logprobs(1)
                    .maxTokens(0)
                    .build());
    var logprobs = answer.choices().getFirst().logprobs().orElseThrow();
    assertThat(String.join("", logprobs.tokens().orElseThrow()))
        .isEqualTo(answer.choices().getFirst().text())
        .isEqualTo("The capital of France is Paris.");
    assertThat(logprobs.textOffset().orElseThrow().getFirst()).isZero();
    assertThat(answer.usage().orElseThrow().completionTokens()).isZero();
  }

  @Test
  void sixteenMixedStreamsEachSayWhatTheySayAlone() throws Exception {
    List<String> questions = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      questions.add(
          switch (i % 4) {
            case 0 -> "What is %d + %d?".formatted(i, 3 * i);
            case 1 -> "Write a short poem about the sea.";
            case 2 -> "Give me three tips to sleep better.";
            default ->
                "Extract the data as JSON: Nora is %d years old and lives in Lisbon."
                    .formatted(20 + i);
          });
    }
    List<String> alone = questions.stream().map(OpenAiClientTests::whole).toList();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls = new ArrayList<>();
      for (String question : questions) {
        calls.add(() -> streamed(question));
      }
      List<String> together = new ArrayList<>();
      for (Future<String> answer : clients.invokeAll(calls)) {
        together.add(answer.get());
      }
      assertThat(together).containsExactlyElementsOf(alone);
    }
  }

  @Test
  void completionsAndModelsAnswer() {
    Completion completion =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model("dart")
                    .prompt("Once upon a time")
                    .maxTokens(12)
                    .temperature(0)
                    .build());
    assertThat(completion.choices().getFirst().text()).isNotBlank();
    assertThat(client.models().list().data()).extracting(Model::id).containsExactly("dart");
    assertThat(client.models().retrieve("dart").id()).isEqualTo("dart");
  }

  @Test
  void errorsAreTheClientsOwn() {
    NotFoundException unknown =
        catchThrowableOfType(
            NotFoundException.class,
            () -> client.chat().completions().create(ask("Hi").model("missing").build()));
    assertThat(unknown.getMessage()).contains("missing");
    BadRequestException hot =
        catchThrowableOfType(
            BadRequestException.class,
            () -> client.chat().completions().create(ask("Hi").temperature(9).build()));
    assertThat(hot.getMessage()).contains("temperature");
    BadRequestException tooLong =
        catchThrowableOfType(
            BadRequestException.class,
            () -> client.chat().completions().create(ask("word ".repeat(5000)).build()));
    assertThat(tooLong.code()).contains("context_length_exceeded");
  }
}
