package dev.javelin.api.openai;

import dev.javelin.api.ApiException;
import dev.javelin.api.JsonBodies;
import dev.javelin.api.JsonFields;
import dev.javelin.security.Caller;
import dev.javelin.service.GenerationService;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Prompt;
import dev.javelin.service.ServedModel;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /tokenize} and {@code /detokenize}, as vLLM has them. */
@RestController
final class TokenController {
  private final JsonBodies bodies;
  private final GenerationService service;
  private final ModelRegistry registry;
  private final Scheduler blocking;

  TokenController(
      JsonBodies bodies, GenerationService service, ModelRegistry registry, Scheduler blocking) {
    this.bodies = bodies;
    this.service = service;
    this.registry = registry;
    this.blocking = blocking;
  }

  @PostMapping(path = "/tokenize", consumes = MediaType.APPLICATION_JSON_VALUE)
  Mono<Void> tokenize(ServerWebExchange exchange) {
    return bodies
        .read(exchange)
        .publishOn(blocking)
        .map(body -> tokens(body, Caller.of(exchange)))
        .flatMap(body -> bodies.write(exchange, HttpStatus.OK, body));
  }

  @PostMapping(path = "/detokenize", consumes = MediaType.APPLICATION_JSON_VALUE)
  Mono<Void> detokenize(ServerWebExchange exchange) {
    return bodies
        .read(exchange)
        .publishOn(blocking)
        .map(body -> text(body, Caller.of(exchange)))
        .flatMap(body -> bodies.write(exchange, HttpStatus.OK, body));
  }

  private ObjectNode tokens(JsonFields body, Caller caller) {
    String model = model(body);
    Prompt prompt;
    String text = body.string("prompt");
    if (text != null) {
      prompt = new Prompt.Text(text, body.flag("add_special_tokens", true));
    } else if (body.value("messages") != null) {
      RequestReader.noSpecialTokens(body);
      prompt =
          new Prompt.Chat(
              RequestReader.messages(body),
              body.flag("add_generation_prompt", true),
              false,
              RequestReader.kwargs(body));
    } else {
      throw body.missing("prompt");
    }
    body.end();
    int[] ids = service.tokenize(caller, model, prompt);
    ObjectNode out =
        JsonNodeFactory.instance
            .objectNode()
            .put("count", ids.length)
            .put("max_model_len", registry.require(model).effective().contextLength());
    ArrayNode tokens = out.putArray("tokens");
    for (int id : ids) {
      tokens.add(id);
    }
    return out;
  }

  private ObjectNode text(JsonFields body, Caller caller) {
    String model = model(body);
    List<JsonNode> tokens = body.array("tokens");
    if (tokens == null) {
      throw body.missing("tokens");
    }
    body.end();
    String text = service.detokenize(caller, model, RequestReader.ids(tokens, "tokens"));
    return JsonNodeFactory.instance.objectNode().put("prompt", text);
  }

  private String model(JsonFields body) {
    String name = body.string("model");
    if (name != null) {
      return name;
    }
    List<ServedModel> served = registry.list();
    if (served.size() != 1) {
      throw ApiException.badField(
          "model", "'model' is required when %d models are served".formatted(served.size()));
    }
    return served.getFirst().name();
  }
}
