package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Settings;
import dev.javelin.service.Events;
import dev.javelin.service.Names;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/settings}: what pages and people keep here. */
@RestController
@RequestMapping("/api/v1/settings")
final class SettingsController {
  record SettingBody(@NotNull @Size(max = 4096) String value) {}

  private final Settings settings;
  private final Events events;

  SettingsController(Settings settings, Events events) {
    this.settings = settings;
    this.events = events;
  }

  @GetMapping
  Map<String, String> all() {
    return settings.all();
  }

  @PutMapping("/{key}")
  @Answers(204)
  ResponseEntity<Void> put(
      @PathVariable @Pattern(regexp = Names.PATTERN, message = Names.MESSAGE) String key,
      @Valid @RequestBody SettingBody body,
      ServerWebExchange exchange) {
    SettingBody before = stored(key);
    settings.put(key, body.value());
    events.publish("setting", key, body.value());
    Audited.change(exchange, before, body);
    return ResponseEntity.noContent().build();
  }

  @DeleteMapping("/{key}")
  @Answers(204)
  ResponseEntity<Void> delete(@PathVariable String key, ServerWebExchange exchange) {
    SettingBody before = stored(key);
    settings.delete(key);
    events.publish("setting", key, null);
    Audited.change(exchange, before, null);
    return ResponseEntity.noContent().build();
  }

  private @Nullable SettingBody stored(String key) {
    return settings.find(key).map(SettingBody::new).orElse(null);
  }
}
