package dev.javelin.catalog;

import java.time.Clock;
import org.springframework.stereotype.Service;

/** Stored load profiles. */
@Service
public class LoadProfiles extends Profiles<LoadProfile, LoadProfileEntity> {
  LoadProfiles(
      LoadProfileRepository profiles,
      ModelRepository models,
      AliasRepository aliases,
      Clock clock) {
    super(
        "load profile",
        profiles,
        LoadProfileEntity::new,
        aliases::findByLoadProfile,
        models,
        clock);
  }
}
