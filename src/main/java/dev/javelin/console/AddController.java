package dev.javelin.console;

import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.security.Caller;
import dev.javelin.service.DecodingSettings;
import dev.javelin.service.FitChecks;
import dev.javelin.service.HubName;
import dev.javelin.service.HubPulls;
import dev.javelin.service.Inspections;
import dev.javelin.service.LoadSettings;
import dev.javelin.service.ModelRoots;
import dev.javelin.service.OperationView;
import dev.javelin.service.Operations;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import dev.javelin.service.ProfileChanges;
import dev.javelin.service.Registrations;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.JsonNode;

/** {@code /console/add}: from files to a version that can be loaded, and what is in it. */
@Controller
final class AddController {
  private static final String DEFAULT = "default";
  private static final int FOUND = 50;
  private static final int DEPTH = 4;

  /**
   * @param source {@code path} or {@code hub}
   */
  record AddForm(
      @Size(max = 128) @Nullable String model,
      @Nullable String source,
      @Size(max = 4096) @Nullable String path,
      @Size(max = 300) @Nullable String hub) {}

  /** A file that can be added, and what it takes. */
  record Candidate(String path, String name, long bytes) {}

  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final ProfileChanges profileChanges;
  private final Registrations registrations;
  private final HubPulls pulls;
  private final ModelRoots roots;
  private final Operations operations;
  private final Inspections inspections;
  private final FitChecks fitChecks;
  private final Clock clock;

  AddController(
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      ProfileChanges profileChanges,
      Registrations registrations,
      HubPulls pulls,
      ModelRoots roots,
      Operations operations,
      Inspections inspections,
      FitChecks fitChecks,
      Clock clock) {
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.profileChanges = profileChanges;
    this.registrations = registrations;
    this.pulls = pulls;
    this.roots = roots;
    this.operations = operations;
    this.inspections = inspections;
    this.fitChecks = fitChecks;
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
    return page(new AddForm(model, "path", "", ""), view);
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
    Problem refused = Attempt.refusal(() -> next[0] = register(form, Caller.of(exchange).name()));
    if (refused == null) {
      return "redirect:" + next[0];
    }
    Attempt.explain(refused, view, exchange);
    return page(form, view);
  }

  /** Begins, and returns where to go on. */
  private String register(AddForm form, String actor) {
    String given = form.path() == null ? "" : form.path().strip();
    String hub = form.hub() == null ? "" : form.hub().strip();
    boolean fromHub = "hub".equals(form.source());
    if (fromHub ? hub.isEmpty() : given.isEmpty()) {
      throw new ProblemException(
          Problem.ofField(fromHub ? "/hub" : "/path", "say where the files are"));
    }
    if (fromHub) {
      HubName name = HubName.parse(hub);
      String model = model(form, name.name());
      return "/console/add?operation=" + pulls.start(model, name, actor).id();
    }
    Path path = roots.checked(given);
    String model = model(form, suggested(path.toString()));
    ModelVersion version = registrations.register(model, path, "path:" + path, actor).version();
    return "/console/models/%s/versions/%d".formatted(model, version.number());
  }

  /** The model that a person names, else one of this name; with what a first load needs. */
  private String model(AddForm form, String otherwise) {
    String wanted = form.model() == null ? "" : form.model().strip();
    String model = wanted.isEmpty() ? otherwise : wanted;
    ProfileChanges.requireName(model);
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
      models.create(model, "");
    }
    if (loadProfiles.list(model).isEmpty()) {
      profileChanges.put(model, DEFAULT, LoadSettings.NONE, new Revision.Absent());
    }
    if (decodingProfiles.list(model).isEmpty()) {
      profileChanges.put(model, DEFAULT, DecodingSettings.NONE, new Revision.Absent());
    }
  }

  private String page(AddForm form, Model view) {
    view.addAttribute("page", "add");
    view.addAttribute("form", form);
    view.addAttribute("roots", roots.roots());
    view.addAttribute("candidates", candidates());
    view.addAttribute("known", models.list());
    return "console/add";
  }

  /** What lies in the allowed folders and is not a part of something else. */
  private List<Candidate> candidates() {
    List<Candidate> found = new ArrayList<>();
    for (Path root : roots.roots()) {
      if (!Files.isDirectory(root)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(root, DEPTH, new FileVisitOption[0])) {
        for (Path file : files.filter(AddController::isCheckpoint).limit(FOUND).toList()) {
          boolean folder = file.endsWith("config.json");
          Path target = folder ? file.getParent() : file;
          if (target != null) {
            found.add(
                new Candidate(
                    target.toString(),
                    root.relativize(target).toString(),
                    folder ? 0 : Files.size(file)));
          }
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        // A folder that cannot be read offers nothing; a path in it still says why.
      }
    }
    return found;
  }

  private static boolean isCheckpoint(Path file) {
    String name = String.valueOf(file.getFileName());
    return (name.endsWith(".gguf") && !name.matches(".*-0000[2-9]-of-\\d+\\.gguf"))
        || (name.equals("config.json") && Files.exists(file.resolveSibling("tokenizer.json")));
  }

  /**
   * What is in a version, before it is loaded.
   *
   * @param text whose tokens are to be counted
   */
  @GetMapping("/console/models/{model}/versions/{number}")
  String inspect(
      @PathVariable String model,
      @PathVariable int number,
      @RequestParam(required = false) @Nullable String text,
      Model view,
      ServerWebExchange exchange) {
    view.addAttribute("page", "inspect");
    view.addAttribute("name", model);
    view.addAttribute("number", number);
    view.addAttribute("text", text == null ? "" : text);
    Problem refused =
        Attempt.refusal(
            () -> {
              ModelVersion version = models.version(model, number);
              view.addAttribute("version", version);
              view.addAttribute(
                  "profiles",
                  loadProfiles.list(model).stream().map(profile -> profile.name()).toList());
              view.addAttribute(
                  "inspection",
                  inspections.inspect(version, text == null || text.isEmpty() ? null : text));
              view.addAttribute(
                  "fit",
                  FitView.of(fitChecks.check(version, DEFAULT, LoadSettings.NONE, Set.of())));
            });
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return "console/inspect";
  }
}
