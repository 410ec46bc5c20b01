package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.service.ConfigFile;
import dev.javelin.service.ConfigTransfer;
import jakarta.validation.Valid;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/config}: the whole catalog in one document, without secrets. */
@RestController
@RequestMapping("/api/v1/config")
final class ConfigController {
  private final ConfigTransfer transfer;

  ConfigController(ConfigTransfer transfer) {
    this.transfer = transfer;
  }

  @GetMapping("/export")
  ConfigFile export() {
    return transfer.export();
  }

  /** Creates and changes what the document has; deletes nothing. Lists what it did, or would do. */
  @PostMapping("/import")
  List<ConfigTransfer.Change> read(
      @Valid @RequestBody ConfigFile body,
      @RequestParam(defaultValue = "false") boolean dryRun,
      ServerWebExchange exchange) {
    if (dryRun) {
      return transfer.read(body, true, Actors.of(exchange));
    }
    ConfigFile before = transfer.export();
    List<ConfigTransfer.Change> changes = transfer.read(body, false, Actors.of(exchange));
    Audited.change(exchange, before, transfer.export());
    return changes;
  }
}
