package dev.javelin.api;

import dev.javelin.config.JavelinProperties;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import reactor.core.publisher.Mono;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes JSON bodies, within bounds of size, depth and time. */
@Component
public final class JsonBodies {
  private static final int MAX_DEPTH = 64;

  /** Bytes over the limit that are read for the sake of an answer. */
  private static final long READ_IN_VAIN = 64L << 20;

  private final JavelinProperties properties;
  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  JsonBodies(JavelinProperties properties) {
    this.properties = properties;
  }

  /** The request's body; fails with what {@link ApiErrors} turns into a 4xx. */
  public Mono<JsonFields> read(ServerWebExchange exchange) {
    var headers = exchange.getRequest().getHeaders();
    String encoding = headers.getFirst("Content-Encoding");
    MediaType type = headers.getContentType();
    Charset charset = type == null ? null : type.getCharset();
    if ((encoding != null && !encoding.equalsIgnoreCase("identity"))
        || (charset != null && !charset.equals(StandardCharsets.UTF_8))) {
      return Mono.error(
          new UnsupportedMediaTypeStatusException(
              "send the body as plain UTF-8, without Content-Encoding or another charset"));
    }
    long limit = properties.maxBody().toBytes();
    if (headers.getContentLength() > limit + READ_IN_VAIN || asksFirst(headers, limit)) {
      return Mono.error(tooLarge());
    }
    return exchange
        .getRequest()
        .getBody()
        .collect(() -> new Body(limit), Body::add)
        .timeout(properties.bodyTimeout())
        .doOnDiscard(DataBuffer.class, DataBufferUtils::release)
        .map(Body::bytes)
        .map(this::parse);
  }

  /** A client that waits for a go-ahead needs none where it would be in vain. */
  private static boolean asksFirst(HttpHeaders headers, long limit) {
    return headers.getContentLength() > limit && headers.containsHeader(HttpHeaders.EXPECT);
  }

  /**
   * What arrives. Of a body that is too large the rest is read and thrown away, within bounds: a
   * client that still sends when the connection is closed would not hear why.
   */
  private final class Body {
    private final long limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long size;

    Body(long limit) {
      this.limit = limit;
    }

    void add(DataBuffer buffer) {
      size += buffer.readableByteCount();
      if (size <= limit) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        kept.writeBytes(bytes);
      } else {
        kept.reset();
      }
      DataBufferUtils.release(buffer);
      if (size > limit + READ_IN_VAIN) {
        throw tooLarge();
      }
    }

    byte[] bytes() {
      if (size > limit) {
        throw tooLarge();
      }
      return kept.toByteArray();
    }
  }

  private JsonFields parse(byte[] bytes) {
    if (bytes.length == 0) {
      throw ApiException.badRequest("the body is empty; send a JSON object");
    }
    JsonNode root = mapper.readTree(bytes);
    if (root instanceof ObjectNode object) {
      return new JsonFields(object);
    }
    throw ApiException.badRequest("the body must be a JSON object");
  }

  private ApiException tooLarge() {
    return new ApiException(
        HttpStatus.CONTENT_TOO_LARGE,
        "invalid_request_error",
        null,
        "request_too_large",
        "the request body is larger than the %d bytes allowed"
            .formatted(properties.maxBody().toBytes()));
  }

  /** Writes a whole JSON response. */
  public Mono<Void> write(ServerWebExchange exchange, HttpStatus status, JsonNode body) {
    return write(exchange, status, MediaType.APPLICATION_JSON, body);
  }

  /** As {@link #write(ServerWebExchange, HttpStatus, JsonNode)}, of another JSON type. */
  public Mono<Void> write(
      ServerWebExchange exchange, HttpStatus status, MediaType type, JsonNode body) {
    var response = exchange.getResponse();
    byte[] bytes = mapper.writeValueAsBytes(body);
    response.setStatusCode(status);
    response.getHeaders().setContentType(type);
    response.getHeaders().setContentLength(bytes.length);
    return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
  }

  /** A value as JSON text on one line. */
  public String text(JsonNode value) {
    return mapper.writeValueAsString(value);
  }
}
