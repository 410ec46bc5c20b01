package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.security.Caller;
import dev.javelin.service.DecodingProfileChanges;
import dev.javelin.service.DecodingSettings;
import dev.javelin.service.HubName;
import dev.javelin.service.HubPulls;
import dev.javelin.service.LoadProfileChanges;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.ModelRoots;
import dev.javelin.service.Names;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Registrations;
import dev.javelin.service.Upload;
import dev.javelin.service.Uploads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.JsonNode;

/** {@code /console/add}: from files to a version that can be loaded. */
@Controller
final class AddController {
  private static final String DEFAULT = "default";

  /**
   * @param source {@code path} or {@code hub}
   */
  record AddForm(
      @Size(max = 128) @Nullable String model,
      @Nullable String source,
      @Size(max = 4096) @Nullable String path,
      @Size(max = 300) @Nullable String hub) {
    static final AddForm NEW = new AddForm(null, "path", "", "");
  }

  record ModelForm(@NotNull String model) {}

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final ModelChanges modelChanges;
  private final LoadProfileChanges loadChanges;
  private final DecodingProfileChanges decodingChanges;
  private final Registrations registrations;
  private final HubPulls pulls;
  private final ModelRoots roots;
  private final Operations operations;
  private final Candidates candidates;
  private final Uploads uploads;
  private final Clock clock;

  AddController(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      ModelChanges modelChanges,
      LoadProfileChanges loadChanges,
      DecodingProfileChanges decodingChanges,
      Registrations registrations,
      HubPulls pulls,
      ModelRoots roots,
      Operations operations,
      Candidates candidates,
      Uploads uploads,
      Clock clock) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.modelChanges = modelChanges;
    this.loadChanges = loadChanges;
    this.decodingChanges = decodingChanges;
    this.registrations = registrations;
    this.pulls = pulls;
    this.roots = roots;
    this.operations = operations;
    this.candidates = candidates;
    this.uploads = uploads;
    this.clock = clock;
  }

  /**
   * @param operation a pull that goes on, to be watched
   */
  @GetMapping("/console/add")
  String add(
      @RequestParam(required = false) @Nullable UUID operation,
      @RequestParam(required = false) @Nullable String model,
      Model view,
      ServerWebExchange exchange) {
    if (operation != null) {
      Problem refused = Attempt.refusal(() -> watch(operation, view));
      if (refused != null) {
        Attempt.explain(refused, view, exchange);
      }
    }
    return page(new AddForm(model, "path", "", ""), view, exchange);
  }

  private void watch(UUID operation, Model view) {
    OperationView pull = operations.require(operation);
    view.addAttribute("pull", RuntimeView.OperationRow.of(pull, clock.instant()));
    JsonNode result = pull.result();
    if (result != null && result.has("number")) {
      view.addAttribute(
          "pulled",
          "/console/models/%s/versions/%d"
              .formatted(result.path("model").asString(), result.path("number").asInt()));
    }
  }

  @PostMapping("/console/add")
  String add(@Valid @ModelAttribute AddForm form, Model view, ServerWebExchange exchange) {
    String[] next = {""};
    Problem refused = Attempt.refusal(() -> next[0] = register(form, exchange));
    if (refused == null) {
      return "redirect:" + next[0];
    }
    Attempt.explain(refused, view, exchange);
    return page(form, view, exchange);
  }

  /** Makes what an upload is for, and answers with its name. */
  @PostMapping(path = "/console/add/models", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseBody
  ResponseEntity<Map<String, Object>> prepare(
      @Valid @ModelAttribute ModelForm form, ServerWebExchange exchange) {
    String model = form.model();
    Problem refused =
        Attempt.refusal(
            () -> {
              Names.require(model);
              ensure(model);
              Audited.change(exchange, null, models.require(model));
            });
    return refused == null
        ? ResponseEntity.ok(Map.of("model", model))
        : ResponseEntity.status(refused.type().status()).body(refused.body());
  }

  /** Throws away what came of an upload. */
  @PostMapping("/console/add/uploads/{id}/delete")
  String discard(@PathVariable UUID id, Model view, ServerWebExchange exchange) {
    Problem refused =
        Attempt.refusal(
            () -> {
              Upload.UploadView before = uploads.require(id);
              uploads.delete(id);
              Audited.change(exchange, before, null);
            });
    if (refused == null) {
      return "redirect:/console/add";
    }
    Attempt.explain(refused, view, exchange);
    return page(AddForm.NEW, view, exchange);
  }

  /** Begins, and returns where to go on. */
  private String register(AddForm form, ServerWebExchange exchange) {
    String actor = Caller.of(exchange).name();
    String given = form.path() == null ? "" : form.path().strip();
    String hub = form.hub() == null ? "" : form.hub().strip();
    boolean fromHub = "hub".equals(form.source());
    if (fromHub ? hub.isEmpty() : given.isEmpty()) {
      throw new ProblemException(
          Problem.ofField(fromHub ? "/hub" : "/path", "say where the files are").said("no-files"));
    }
    if (fromHub) {
      HubName name = HubName.parse(hub);
      String model = model(form, name.name());
      OperationView pull = operations.view(pulls.start(model, name, actor));
      Audited.change(exchange, null, pull);
      return "/console/add?operation=" + pull.id();
    }
    Path path = roots.checked(given);
    String model = model(form, suggested(path.toString()));
    ModelVersion version = registrations.register(model, path, "path:" + path, actor).version();
    Audited.change(exchange, null, version);
    return "/console/models/%s/versions/%d".formatted(model, version.number());
  }

  /** The model that a person names, else one of this name; with what a first load needs. */
  private String model(AddForm form, String otherwise) {
    String wanted = form.model() == null ? "" : form.model().strip();
    String model = wanted.isEmpty() ? otherwise : wanted;
    Names.require(model);
    ensure(model);
    return model;
  }

  /** The file's name in letters that a model may have. */
  static String suggested(String path) {
    String name = String.valueOf(Path.of(path).getFileName());
    String plain =
        name.replaceFirst("(?i)\\.gguf$", "")
            .replaceAll("[^A-Za-z0-9._-]", "-")
            .replaceFirst("^[^A-Za-z0-9]+", "");
    return plain.isEmpty() ? "model" : plain.substring(0, Math.min(plain.length(), 128));
  }

  /** A model with the profiles that a first load needs. */
  private void ensure(String model) {
    if (models.find(model).isEmpty()) {
      modelChanges.create(model, "");
    }
    if (loadProfiles.list(model).isEmpty()) {
      loadChanges.put(model, DEFAULT, LoadSettings.NONE, new Revision.Absent());
    }
    if (decodingProfiles.list(model).isEmpty()) {
      decodingChanges.put(model, DEFAULT, DecodingSettings.NONE, new Revision.Absent());
    }
  }

  private String page(AddForm form, Model view, ServerWebExchange exchange) {
    view.addAttribute("page", "add");
    view.addAttribute("form", form);
    view.addAttribute("origin", origin(exchange.getRequest().getURI()));
    view.addAttribute("roots", roots.roots());
    view.addAttribute("candidates", candidates.list());
    view.addAttribute("uploads", uploads.list().stream().map(UploadRow::of).toList());
    view.addAttribute("known", models.list());
    return "console/add";
  }

  private static String origin(URI asked) {
    return asked.getScheme() + "://" + asked.getAuthority();
  }
}
