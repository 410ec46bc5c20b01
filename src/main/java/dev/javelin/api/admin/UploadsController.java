package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.config.JavelinProperties;
import dev.javelin.service.Names;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Upload;
import dev.javelin.service.UploadPart;
import dev.javelin.service.Uploads;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * {@code /api/v1/uploads}: files that a client sends to be registered as a version. It announces
 * them, sends each in one or many parts, and completes the upload.
 */
@RestController
@RequestMapping("/api/v1/uploads")
final class UploadsController {
  private static final String FILE_NAME = "^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$";
  private static final int AHEAD = 8;

  /** What will be sent. */
  record NewUpload(
      @NotNull @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String model,
      @NotNull @Size(min = 1, max = 1000) List<@Valid @NotNull NewFile> files) {}

  /**
   * @param sha256 what the file must have, in hex; without it nothing is compared
   */
  record NewFile(
      @NotNull
          @Pattern(
              regexp = FILE_NAME,
              message = "must be a plain file name of letters, digits, '.', '_' and '-'")
          String name,
      @Min(1) @Max(1L << 50) long sizeBytes,
      @Pattern(regexp = "^[0-9a-fA-F]{64}$", message = "must be 64 hexadecimal digits")
          @Nullable String sha256) {}

  private final Uploads uploads;
  private final Operations operations;
  private final JavelinProperties properties;
  private final Scheduler blocking;

  UploadsController(
      Uploads uploads, Operations operations, JavelinProperties properties, Scheduler blocking) {
    this.uploads = uploads;
    this.operations = operations;
    this.properties = properties;
    this.blocking = blocking;
  }

  /** Those that are not registered yet. */
  @GetMapping
  Page<Upload.UploadView> list() {
    return Page.whole(uploads.list());
  }

  /** Announces files; their room in the store is kept for them. */
  @Answers(value = 201, problems = 507)
  @PostMapping
  ResponseEntity<Upload.UploadView> create(
      @Valid @RequestBody NewUpload body, ServerWebExchange exchange) {
    List<Upload.File> files =
        body.files().stream()
            .map(file -> new Upload.File(file.name(), file.sizeBytes(), file.sha256()))
            .toList();
    Upload.UploadView made = uploads.create(body.model(), files, Actors.of(exchange));
    Audited.change(exchange, null, made);
    return ResponseEntity.created(URI.create("/api/v1/uploads/" + made.id())).body(made);
  }

  /** How many bytes of each file are there: where a client goes on. */
  @GetMapping("/{id}")
  Upload.UploadView one(@PathVariable UUID id) {
    return uploads.require(id);
  }

  /**
   * Takes bytes of a file: all of it, or with {@code Content-Range: bytes FIRST-LAST/SIZE} the part
   * that comes next. Of a request that breaks off, what came is kept.
   */
  @Operation(
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = "application/octet-stream",
                      schema = @Schema(type = "string", format = "binary"))))
  @Answers(value = 200, problems = 416)
  @PutMapping("/{id}/files/{name}")
  Mono<Upload.UploadedFile> receive(
      @PathVariable UUID id,
      @PathVariable String name,
      @RequestHeader(name = "Content-Range", required = false) @Nullable String contentRange,
      ServerWebExchange exchange) {
    return Mono.fromCallable(() -> uploads.part(id, name, contentRange))
        .subscribeOn(blocking)
        .flatMap(
            part -> Mono.using(() -> part, opened -> written(opened, exchange), UploadPart::close));
  }

  private Mono<Upload.UploadedFile> written(UploadPart part, ServerWebExchange exchange) {
    long announced = exchange.getRequest().getHeaders().getContentLength();
    if (announced >= 0 && announced != part.length()) {
      return Mono.error(
          new ProblemException(
              Type.INVALID_REQUEST,
              "Content-Length is %d and the part has %d bytes"
                  .formatted(announced, part.length())));
    }
    return exchange
        .getRequest()
        .getBody()
        .map(UploadsController::copied)
        .timeout(properties.bodyTimeout())
        .publishOn(blocking, AHEAD)
        .doOnNext(part::write)
        .then(Mono.fromCallable(part::ended))
        .doOnNext(after -> Audited.change(exchange, part.before(), after));
  }

  /** The network's buffers are counted, and the operators after this one would drop some. */
  private static ByteBuffer copied(DataBuffer buffer) {
    ByteBuffer bytes = ByteBuffer.allocate(buffer.readableByteCount());
    buffer.toByteBuffer(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /** Throws away what came. */
  @Answers(204)
  @DeleteMapping("/{id}")
  ResponseEntity<Void> delete(@PathVariable UUID id, ServerWebExchange exchange) {
    Upload.UploadView before = uploads.require(id);
    uploads.delete(id);
    Audited.change(exchange, before, null);
    return ResponseEntity.noContent().build();
  }

  /** Verifies and registers what came: 202 with the operation, whose result is the version. */
  @Answers(202)
  @PostMapping("/{id}/complete")
  ResponseEntity<OperationView> complete(@PathVariable UUID id, ServerWebExchange exchange) {
    Upload.UploadView before = uploads.require(id);
    ResponseEntity<OperationView> accepted =
        InstancesController.accepted(operations, uploads.complete(id, Actors.of(exchange)));
    Audited.change(exchange, before, accepted.getBody());
    return accepted;
  }
}
