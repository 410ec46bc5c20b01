package dev.javelin.api.admin;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.method.HandlerMethod;

/** What the OpenAPI document says beside what is read from the controllers. */
@Configuration(proxyBeanMethods = false)
class ApiDocument {
  private static final String PROBLEM = "Problem";

  @Bean
  OpenAPI managementApi(ObjectProvider<BuildProperties> build) {
    BuildProperties known = build.getIfAvailable();
    return new OpenAPI()
        .info(
            new Info()
                .title("Javelin management API")
                .version(known == null ? "development" : known.getVersion()))
        .components(
            new Components()
                .addSecuritySchemes("key", scheme("bearer"))
                .addSecuritySchemes("password", scheme("basic")))
        .addSecurityItem(new SecurityRequirement().addList("key"))
        .addSecurityItem(new SecurityRequirement().addList("password"));
  }

  private static SecurityScheme scheme(String name) {
    return new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme(name);
  }

  @Bean
  GlobalOpenApiCustomizer problemSchema() {
    return document -> document.getComponents().addSchemas(PROBLEM, problem());
  }

  /** As <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> has it, with our members. */
  private static Schema<?> problem() {
    Map<String, Schema<?>> properties = new LinkedHashMap<>();
    properties.put("type", text().pattern("^urn:javelin:problem:[a-z-]+$"));
    properties.put("title", text());
    properties.put("status", typed("integer"));
    properties.put("detail", text());
    properties.put("code", text().pattern("^[a-z-]+$"));
    properties.put("arguments", typed("array").items(text()));
    properties.put("requestId", text());
    Schema<?> error = typed("object").addProperty("pointer", text()).addProperty("detail", text());
    properties.put("errors", typed("array").items(error));
    Schema<?> schema = typed("object");
    properties.forEach(schema::addProperty);
    return schema.required(List.of("type", "title", "status", "detail", "requestId"));
  }

  private static Schema<?> text() {
    return typed("string");
  }

  private static Schema<?> typed(String type) {
    return new JsonSchema().types(Set.of(type));
  }

  @Bean
  GlobalOperationCustomizer answers() {
    return (operation, handler) -> {
      chooseSuccesses(operation.getResponses(), handler.getMethodAnnotation(Answers.class));
      if (posts(handler)) {
        operation.addParametersItem(
            new HeaderParameter()
                .name("Idempotency-Key")
                .description("the same call with the same key is done once")
                .schema(new StringSchema().pattern("^[\\x21-\\x7e]{1,200}$")));
      }
      for (int status : problems(operation, handler)) {
        operation.getResponses().addApiResponse(Integer.toString(status), problem(status));
      }
      return operation;
    };
  }

  private static boolean posts(HandlerMethod handler) {
    return handler.hasMethodAnnotation(PostMapping.class);
  }

  /** The schema was given to 200; whatever has content has that. */
  private static void chooseSuccesses(ApiResponses responses, @Nullable Answers answers) {
    ApiResponse usual = responses.get("200");
    if (answers == null || usual == null) {
      return;
    }
    responses.remove("200");
    for (int status : answers.value()) {
      ApiResponse response = new ApiResponse().description(reason(status));
      responses.addApiResponse(Integer.toString(status), response.content(usual.getContent()));
    }
  }

  /** What may be wrong with a call follows from what a caller says in it. */
  private static Set<Integer> problems(Operation operation, HandlerMethod handler) {
    Set<Integer> statuses = new TreeSet<>(Set.of(400, 401, 403, 406, 503));
    List<Parameter> parameters =
        operation.getParameters() == null ? List.of() : operation.getParameters();
    boolean body = operation.getRequestBody() != null;
    if (body) {
      statuses.addAll(Set.of(413, 415));
    }
    if (body || parameters.stream().anyMatch(parameter -> "path".equals(parameter.getIn()))) {
      statuses.add(404);
    }
    if (parameters.stream().anyMatch(parameter -> "If-Match".equals(parameter.getName()))) {
      statuses.addAll(Set.of(412, 428));
    }
    if (!handler.hasMethodAnnotation(GetMapping.class)) {
      statuses.add(409);
    }
    if (posts(handler)) {
      statuses.add(422);
    }
    Answers answers = handler.getMethodAnnotation(Answers.class);
    if (answers != null) {
      Arrays.stream(answers.problems()).forEach(statuses::add);
    }
    return statuses;
  }

  private static ApiResponse problem(int status) {
    Schema<?> schema = new Schema<>().$ref("#/components/schemas/" + PROBLEM);
    return new ApiResponse()
        .description(reason(status))
        .content(
            new Content().addMediaType("application/problem+json", new MediaType().schema(schema)));
  }

  private static String reason(int status) {
    return HttpStatus.valueOf(status).getReasonPhrase();
  }
}
