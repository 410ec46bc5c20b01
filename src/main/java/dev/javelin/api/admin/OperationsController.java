package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/operations}: long work of every server that shares the database. */
@RestController
@RequestMapping("/api/v1/operations")
final class OperationsController {
  private final Operations operations;

  OperationsController(Operations operations) {
    this.operations = operations;
  }

  /** Newest first. */
  @GetMapping
  Page<OperationView> list(
      @RequestParam(defaultValue = "50") @Min(1) @Max(Page.MOST) int limit,
      @RequestParam(required = false) @Nullable UUID cursor) {
    return Page.of(
        operations.list(cursor == null ? Page.END : cursor, limit + 1), limit, OperationView::id);
  }

  @GetMapping("/{id}")
  OperationView one(@PathVariable UUID id) {
    return operations.require(id);
  }

  /** Asks it to end and to leave everything as it was. */
  @PostMapping("/{id}/cancel")
  @Answers(202)
  ResponseEntity<OperationView> cancel(@PathVariable UUID id, ServerWebExchange exchange) {
    OperationView before = operations.require(id);
    OperationView after = operations.cancel(id, Actors.of(exchange));
    Audited.change(exchange, before, after);
    return ResponseEntity.accepted().body(after);
  }
}
