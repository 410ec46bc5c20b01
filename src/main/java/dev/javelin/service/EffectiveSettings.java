package dev.javelin.service;

import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.Problem.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What a request to an alias gets where it is silent. */
@Service
public final class EffectiveSettings {
  /** Where a value comes from. */
  public enum Origin {
    PROFILE,
    CHECKPOINT
  }

  /**
   * @param sampling in force where a request is silent; a field that is not here has its neutral
   *     value
   * @param origins of each field of {@code sampling}
   * @param requested load settings of the profile as it is now
   * @param effective load settings of what is in memory; null if nothing is
   * @param needsReload whether the load profile was changed since
   */
  public record Effective(
      String alias,
      String model,
      int version,
      SamplingOverrides sampling,
      Map<String, Origin> origins,
      DecodingSettings decoding,
      LoadSettings requested,
      @Nullable LoadSettings effective,
      @Nullable State state,
      boolean needsReload) {}

  private final Routes routes;
  private final Instances instances;
  private final SamplingChoice choice;
  private final ProfileDocuments documents;

  EffectiveSettings(
      Routes routes, Instances instances, SamplingChoice choice, ProfileDocuments documents) {
    this.routes = routes;
    this.instances = instances;
    this.choice = choice;
    this.documents = documents;
  }

  /**
   * @throws ProblemException NOT_FOUND
   */
  public Effective of(String alias) {
    Route route = routes.find(alias);
    if (route == null) {
      throw new ProblemException(Type.NOT_FOUND, "there is no alias '%s'".formatted(alias));
    }
    var version = route.alias().version();
    var profile = route.alias().loadProfile();
    Instance instance = instances.find(version.id(), profile.id());
    LoadedModel model = instance == null ? null : instance.model();
    SamplingOverrides sampling =
        choice.defaults(route.decoding(), model == null ? Map.of() : model.generationDefaults());
    var own = documents.fields(route.decoding().samplingOrNone());
    Map<String, Origin> origins = new LinkedHashMap<>();
    for (String field : documents.fields(sampling)) {
      origins.put(field, own.contains(field) ? Origin.PROFILE : Origin.CHECKPOINT);
    }
    return new Effective(
        alias,
        version.model(),
        version.number(),
        sampling,
        origins,
        route.decoding(),
        documents.load(profile.settings()),
        model == null ? null : LoadSettings.of(model.effective()),
        instance == null ? null : instance.state(),
        instance != null && !instance.profile().settings().equals(profile.settings()));
  }
}
