package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.Dry;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Truncation;
import dev.javelin.engine.request.Usage;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Logprobs, echoes and the further sampling fields on the wire. */
@ServerTest
class LogprobsApiTests {
  private static final JsonMapper JSON = new JsonMapper();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  private ApiCalls calls = new ApiCalls(0);
  private FakeEngine engine = new FakeEngine();

  /** Says "hé!": é is two tokens, told together. */
  @BeforeEach
  void ready() {
    calls = new ApiCalls(port);
    engine = opener.engine;
    engine.plays(
        new GenerationEvent.PromptScored(List.of(token('b', -0.5f, 'x', 'y'))),
        new GenerationEvent.TextDelta("h", new int[] {'h'}, List.of(token('h', -1f, 'h', 'a'))),
        new GenerationEvent.TextDelta(
            "é",
            new int[] {0xc3, 0xa9},
            List.of(token(0xc3, -2f, 'a', 'b'), token(0xa9, -3f, 0xa9, 'b'))),
        new GenerationEvent.TextDelta("!", new int[] {'!'}, List.of(token('!', -4f, '!', 'b'))),
        new GenerationEvent.Finished(FinishReason.STOP, new Usage(0, 4, 0), new Timings(1, 2, 3)));
  }

  private static TokenLogprobs token(int id, float logprob, int... top) {
    return new TokenLogprobs(id, logprob, 3, top, new float[] {-0.25f, -1.5f});
  }

  @Test
  void chatLogprobsAreTheSameStreamedOrNot() throws Exception {
    String fields = ",\"logprobs\":true,\"top_logprobs\":2";
    JsonNode whole =
        JSON.readTree(calls.post("/v1/chat/completions", ApiCalls.chat(fields)).body());
    JsonNode logprobs = whole.at("/choices/0/logprobs");
    assertThat(whole.at("/choices/0/message/content").stringValue()).isEqualTo("hé!");
    assertThat(logprobs.propertyNames()).containsExactly("content", "refusal");
    assertThat(logprobs.path("content")).hasSize(4);
    assertThat(logprobs.at("/content/1").toString())
        .isEqualTo(
            """
            {"token":"\\\\xc3","logprob":-2.0,"bytes":[195],"top_logprobs":[\
            {"token":"a","logprob":-0.25,"bytes":[97]},\
            {"token":"b","logprob":-1.5,"bytes":[98]}]}""");
    ArrayNode streamed = JsonNodeFactory.instance.arrayNode();
    for (JsonNode chunk :
        calls.chunks("/v1/chat/completions", ApiCalls.chat(fields + ",\"stream\":true"))) {
      chunk.at("/choices/0/logprobs/content").forEach(streamed::add);
    }
    assertThat(streamed).isEqualTo(logprobs.path("content"));
    assertThat(engine.requests.take().sampling().logprobs()).isEqualTo(2);
  }

  @Test
  void tokensAreNamedByTheirIdsWhereThatIsAskedFor() throws Exception {
    String ids = ",\"return_tokens_as_token_ids\":true";
    JsonNode chat =
        JSON.readTree(
                calls
                    .post(
                        "/v1/chat/completions",
                        ApiCalls.chat(ids + ",\"logprobs\":true,\"top_logprobs\":2"))
                    .body())
            .at("/choices/0/logprobs/content/1");
    assertThat(chat.toString())
        .isEqualTo(
            """
            {"token":"token_id:195","logprob":-2.0,"bytes":[195],"top_logprobs":[\
            {"token":"token_id:97","logprob":-0.25,"bytes":[97]},\
            {"token":"token_id:98","logprob":-1.5,"bytes":[98]}]}""");
    JsonNode completion =
        JSON.readTree(
            calls.post("/v1/completions", ApiCalls.completion(ids + ",\"logprobs\":0")).body());
    assertThat(completion.at("/choices/0/logprobs/tokens").toString())
        .isEqualTo("[\"token_id:104\",\"token_id:195\",\"token_id:169\",\"token_id:33\"]");
  }

  @Test
  void completionLogprobsOfAnEchoedPromptAreTheSameStreamedOrNot() throws Exception {
    String fields = ",\"logprobs\":1,\"prompt_logprobs\":2,\"echo\":true";
    JsonNode choice =
        JSON.readTree(calls.post("/v1/completions", ApiCalls.completion(fields)).body())
            .at("/choices/0");
    assertThat(choice.path("text").stringValue()).isEqualTo("abhé!");
    assertThat(choice.path("logprobs").toString())
        .isEqualTo(
            """
            {"tokens":["a","b","h","bytes:\\\\xc3","bytes:\\\\xa9","!"],\
            "token_logprobs":[null,-0.5,-1.0,-2.0,-3.0,-4.0],\
            "top_logprobs":[null,{"x":-0.25,"b":-0.5},{"h":-1.0},\
            {"a":-0.25,"bytes:\\\\xc3":-2.0},{"bytes:\\\\xa9":-3.0},{"!":-4.0}],\
            "text_offset":[0,1,2,3,3,4]}""");
    assertThat(choice.path("prompt_logprobs").toString())
        .isEqualTo(
            """
            [null,{"98":{"logprob":-0.5,"rank":3,"decoded_token":"b"},\
            "120":{"logprob":-0.25,"rank":1,"decoded_token":"x"},\
            "121":{"logprob":-1.5,"rank":2,"decoded_token":"y"}}]""");
    StringBuilder text = new StringBuilder();
    ObjectNode gathered = LogprobsFormat.emptyCompletion();
    for (JsonNode chunk :
        calls.chunks("/v1/completions", ApiCalls.completion(fields + ",\"stream\":true"))) {
      text.append(chunk.at("/choices/0/text").stringValue());
      for (String name : gathered.propertyNames()) {
        chunk.at("/choices/0/logprobs").path(name).forEach(((ArrayNode) gathered.get(name))::add);
      }
    }
    assertThat(text.toString()).isEqualTo("abhé!");
    assertThat(gathered).isEqualTo(choice.path("logprobs"));
    assertThat(engine.requests.take().sampling().promptLogprobs()).isEqualTo(2);
  }

  @Test
  void anEchoWithoutLogprobsComesFirst() throws Exception {
    engine.says(FinishReason.STOP, "c");
    List<JsonNode> chunks =
        calls.chunks("/v1/completions", ApiCalls.completion(",\"echo\":true,\"stream\":true"));
    assertThat(chunks.getFirst().at("/choices/0/text").stringValue()).isEqualTo("ab");
    assertThat(chunks.get(1).at("/choices/0/text").stringValue()).isEqualTo("c");
    JsonNode whole =
        JSON.readTree(calls.post("/v1/completions", ApiCalls.completion(",\"echo\":true")).body());
    assertThat(whole.at("/choices/0/text").stringValue()).isEqualTo("abc");
    assertThat(whole.at("/choices/0/logprobs").isNull()).isTrue();
  }

  @Test
  void aPromptCanBeScoredWithoutAnAnswer() throws Exception {
    String fields = ",\"echo\":true,\"logprobs\":0,\"max_tokens\":0";
    JsonNode body =
        JSON.readTree(calls.post("/v1/completions", ApiCalls.completion(fields)).body());
    assertThat(body.at("/choices/0/text").stringValue()).isEqualTo("ab");
    assertThat(body.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
    assertThat(body.at("/choices/0/logprobs/token_logprobs").toString()).isEqualTo("[null,-0.5]");
    assertThat(body.at("/usage/completion_tokens").intValue()).isZero();
    assertThat(engine.requests.take().sampling().maxTokens()).isEqualTo(1);
  }

  @Test
  void aChatTellsItsPromptsScoresOnce() throws Exception {
    JsonNode body =
        JSON.readTree(
            calls
                .post("/v1/chat/completions", ApiCalls.chat(",\"prompt_logprobs\":0,\"n\":2"))
                .body());
    assertThat(body.path("prompt_logprobs").toString())
        .isEqualTo("[null,{\"98\":{\"logprob\":-0.5,\"rank\":3,\"decoded_token\":\"b\"}}]");
    assertThat(body.at("/choices/0/logprobs").isNull()).isTrue();
    assertThat(engine.requests.take().sampling().promptLogprobs()).isZero();
    assertThat(engine.requests.take().sampling().promptLogprobs()).isEqualTo(-1);
    List<JsonNode> chunks =
        calls.chunks(
            "/v1/chat/completions", ApiCalls.chat(",\"prompt_logprobs\":0,\"stream\":true"));
    assertThat(chunks.get(1).path("prompt_logprobs")).isEqualTo(body.path("prompt_logprobs"));
  }

  @Test
  void theLikeliestOfSeveralAnswersAreTold() throws Exception {
    engine.playsInTurn(
        answer("bad", -3f, -1f), answer("best", -0.5f), answer("good", -1f, -0.5f, -0.75f));
    JsonNode body =
        JSON.readTree(
            calls.post("/v1/completions", ApiCalls.completion(",\"n\":2,\"best_of\":3")).body());
    assertThat(body.path("choices")).hasSize(2);
    assertThat(body.at("/choices/0/text").stringValue()).isEqualTo("best");
    assertThat(body.at("/choices/1/text").stringValue()).isEqualTo("good");
    assertThat(body.at("/choices/0/logprobs").isNull()).isTrue();
    // What was computed in vain counts too; the prompt counts once.
    assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(6);
    assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(2);
  }

  private static List<GenerationEvent> answer(String text, float... logprobs) {
    List<TokenLogprobs> tokens = new ArrayList<>();
    for (float logprob : logprobs) {
      tokens.add(token('a', logprob));
    }
    return List.of(
        new GenerationEvent.TextDelta(text, new int[logprobs.length], tokens),
        new GenerationEvent.Finished(
            FinishReason.STOP, new Usage(0, logprobs.length, 0), new Timings(1, 2, 3)));
  }

  @Test
  void aFinalMessageIsLeftOpen() throws Exception {
    String body =
        """
        {"model":"pom.xml","messages":[{"role":"user","content":"hi"},
        {"role":"assistant","content":"%s"}],"continue_final_message":true}
        """;
    calls.post("/v1/chat/completions", body.formatted("Sure: "));
    assertThat(new FakeEngineText(engine).next()).isEqualTo("user: hi\nassistant: Sure: ");
    // What the template itself writes at the end is not taken for the message.
    calls.post("/v1/chat/completions", body.formatted("assistant"));
    assertThat(new FakeEngineText(engine).next()).isEqualTo("user: hi\nassistant: assistant");
    ApiCalls.assertField(
        calls.post("/v1/chat/completions", body.formatted(" ")), "continue_final_message");
  }

  /** Prompts as text. */
  private record FakeEngineText(FakeEngine engine) {
    String next() throws InterruptedException {
      StringBuilder text = new StringBuilder();
      for (int id : engine.requests.take().promptTokenIds()) {
        text.append((char) id);
      }
      return text.toString();
    }
  }

  @Test
  void everySamplingFieldReachesTheEngine() throws Exception {
    calls.post(
        "/v1/completions",
        ApiCalls.completion(
            """
            ,"temperature":1,"top_k":-1,"typ_p":0.9,"top_n_sigma":1.5,"epsilon_cutoff":0.01,
            "xtc_probability":0.5,"xtc_threshold":0.2,"repeat_penalty":1.1,
            "dry_multiplier":0.8,"dry_base":2,"dry_allowed_length":3,"dry_penalty_last_n":64,
            "dry_sequence_breakers":["\\n","ab"],"allowed_token_ids":[65,66],
            "bad_words":["A"," bc"],"max_tokens":9
            """));
    SamplingParams sampling = engine.requests.take().sampling();
    assertThat(sampling.truncation())
        .isEqualTo(new Truncation(-1, 1f, 0f, 0.9f, 1.5f, 0.01f, new Truncation.Xtc(0.5f, 0.2f)));
    assertThat(sampling.penalties().repetition()).isEqualTo(1.1f);
    Dry dry = sampling.penalties().dry();
    assertThat(dry.multiplier()).isEqualTo(0.8f);
    assertThat(dry.base()).isEqualTo(2f);
    assertThat(dry.allowedLength()).isEqualTo(3);
    assertThat(dry.lastN()).isEqualTo(64);
    assertThat(dry.breakers().stream()).containsExactly((int) '\n');
    assertThat(dry.breakerSequences()).containsExactly(new int[] {'a', 'b'});
    assertThat(sampling.allowedTokenIds()).isEqualTo(Set.of(65, 66));
    assertThat(sampling.badWords()).contains(List.of(65), List.of(98, 99));
    calls.post(
        "/v1/completions", ApiCalls.completion(",\"mirostat\":2,\"mirostat_tau\":3,\"top_p\":1"));
    assertThat(engine.requests.take().sampling().mirostat()).isEqualTo(new Mirostat(3f, 0.1f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          top_n_sigma; "top_n_sigma":-0.5
          typical_p; "typical_p":0
          epsilon_cutoff; "epsilon_cutoff":1
          xtc_probability; "xtc_probability":1.1
          dry_base; "dry_base":0.5
          dry_allowed_length; "dry_allowed_length":0
          dry_sequence_breakers[0]; "dry_sequence_breakers":[""]
          mirostat; "mirostat":1
          mirostat_tau; "mirostat":2,"mirostat_tau":0
          top_k; "mirostat":2,"top_k":40
          typ_p; "typical_p":0.5,"typ_p":0.6
          repeat_penalty; "repetition_penalty":1.1,"repeat_penalty":1.2
          allowed_token_ids; "allowed_token_ids":[]
          allowed_token_ids; "allowed_token_ids":[257]
          bad_words; "bad_words":"word"
          logprobs; "logprobs":21
          logprobs; "logprobs":true
          prompt_logprobs; "prompt_logprobs":-1
          max_tokens; "max_tokens":0
          suffix; "suffix":"x"
          best_of; "n":3,"best_of":2
          best_of; "best_of":65
          best_of; "best_of":2,"stream":true
          """)
  void whatIsNotRightIsRefusedByName(String field, String fields) throws Exception {
    ApiCalls.assertField(calls.post("/v1/completions", ApiCalls.completion("," + fields)), field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"top_logprobs\":3",
        "\"logprobs\":false,\"top_logprobs\":3",
        "\"logprobs\":true,\"top_logprobs\":21"
      })
  void topLogprobsNeedLogprobs(String fields) throws Exception {
    ApiCalls.assertField(
        calls.post("/v1/chat/completions", ApiCalls.chat("," + fields)), "top_logprobs");
  }

  @Test
  void aMessageIsEitherContinuedOrAnswered() throws Exception {
    ApiCalls.assertField(
        calls.post(
            "/v1/chat/completions",
            ApiCalls.chat(",\"continue_final_message\":true,\"add_generation_prompt\":true")),
        "continue_final_message");
  }
}
