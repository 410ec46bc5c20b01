package dev.javelin.api.openai;

import dev.javelin.api.JsonBodies;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.security.Caller;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/models}. */
@RestController
final class ModelController {
  private final ModelRegistry registry;
  private final JsonBodies bodies;

  ModelController(ModelRegistry registry, JsonBodies bodies) {
    this.registry = registry;
    this.bodies = bodies;
  }

  @GetMapping("/v1/models")
  Mono<Void> list(ServerWebExchange exchange) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("object", "list");
    ArrayNode data = body.putArray("data");
    Caller caller = Caller.of(exchange);
    registry.list().stream()
        .filter(model -> caller.mayUse(model.name()))
        .forEach(model -> data.add(json(model)));
    return bodies.write(exchange, HttpStatus.OK, body);
  }

  @GetMapping("/v1/models/{id}")
  Mono<Void> one(ServerWebExchange exchange, @PathVariable String id) {
    ServedModel model = registry.find(id);
    if (model == null || !Caller.of(exchange).mayUse(id)) {
      throw new EngineException(
          ErrorCode.MODEL_NOT_FOUND, "the model '%s' is not served here".formatted(id));
    }
    return bodies.write(exchange, HttpStatus.OK, json(model));
  }

  private static ObjectNode json(ServedModel model) {
    ObjectNode out =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", model.name())
            .put("object", "model")
            .put("created", model.created().getEpochSecond())
            .put("owned_by", "javelin");
    if (model.state() instanceof ServedModel.State.Ready(var loaded)) {
      out.put("max_model_len", loaded.effective().contextLength());
    }
    return out;
  }
}
