package dev.javelin.catalog;

import java.time.Clock;
import org.springframework.stereotype.Service;

/** Stored decoding profiles. */
@Service
public class DecodingProfiles extends Profiles<DecodingProfile, DecodingProfileEntity> {
  DecodingProfiles(
      DecodingProfileRepository profiles,
      ModelRepository models,
      AliasRepository aliases,
      Clock clock) {
    super(
        "decoding profile",
        profiles,
        DecodingProfileEntity::new,
        aliases::findByDecodingProfile,
        models,
        clock);
  }
}
