package dev.javelin.console;

import dev.javelin.service.EffectiveSettings;
import dev.javelin.service.EffectiveSettings.Effective;
import dev.javelin.service.EffectiveSettings.Origin;
import dev.javelin.service.ProfileDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What a request gets where it is silent, for whoever may call models. */
@RestController
final class InheritedController {
  /**
   * @param origin {@code profile}, {@code checkpoint} or {@code neutral}
   */
  record Inherited(String name, String value, String origin) {}

  private final EffectiveSettings effective;
  private final ProfileDocuments documents;

  InheritedController(EffectiveSettings effective, ProfileDocuments documents) {
    this.effective = effective;
    this.documents = documents;
  }

  /** Of the fields that a request may set; nothing else of the alias's profile is told. */
  @GetMapping(path = "/console/inherited", produces = MediaType.APPLICATION_JSON_VALUE)
  List<Inherited> inherited(@RequestParam String model) {
    Effective now = effective.of(model);
    JsonNode sampling = documents.tree(documents.write(now.sampling()));
    List<Inherited> found = new ArrayList<>();
    for (Map.Entry<String, Origin> field : now.origins().entrySet()) {
      JsonNode value = sampling.path(field.getKey());
      found.add(
          new Inherited(
              field.getKey(),
              value.isValueNode() ? value.asString() : value.toString(),
              field.getValue().name().toLowerCase(Locale.ROOT)));
    }
    NeutralValues.SAMPLING.forEach(
        (name, value) -> {
          if (!now.origins().containsKey(name)) {
            found.add(new Inherited(name, value, "neutral"));
          }
        });
    return found;
  }
}
