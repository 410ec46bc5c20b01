package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.fake.ServerTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What another server changes in the database reaches the routes of this one. */
@ServerTest
class RoutesTests {
  private static final String NAME = "routed";

  @Autowired Routes routes;
  @Autowired Aliases aliases;
  @Autowired LoadProfiles loadProfiles;
  @Autowired DecodingProfiles decodingProfiles;

  @Test
  void everyChangeOfWhatAnAliasStandsForIsReadAndWithoutOneNothingIs() {
    AliasTarget target = AliasChanges.target(aliases.require("pom.xml"));
    AliasPolicy manual = new AliasPolicy(AliasPolicy.Loading.MANUAL, false, null);
    AliasPolicy pinned = new AliasPolicy(AliasPolicy.Loading.MANUAL, true, null);
    aliases.put(NAME, target, manual, Revision.ANY, "ada", "");
    assertRead();

    aliases.put(NAME, target, pinned, Revision.ANY, "ada", "");
    assertRead();

    loadProfiles.put(target.model(), "routed", "{\"contextLength\":64}", Revision.ANY);
    AliasTarget smaller =
        new AliasTarget(target.model(), target.version(), "routed", target.decodingProfile());
    aliases.put(NAME, smaller, manual, Revision.ANY, "ada", "");
    assertRead();

    loadProfiles.put(target.model(), "routed", "{\"contextLength\":128}", Revision.ANY);
    assertRead();

    decodingProfiles.put(target.model(), "routed", "{\"maxTokensCap\":5}", Revision.ANY);
    AliasTarget cooler = new AliasTarget(target.model(), target.version(), "routed", "routed");
    aliases.put(NAME, cooler, manual, Revision.ANY, "ada", "");
    assertRead();

    decodingProfiles.put(target.model(), "routed", "{\"maxTokensCap\":6}", Revision.ANY);
    assertRead();

    aliases.delete(NAME, Revision.ANY);
    routes.refresh();
    assertThat(routes.find(NAME)).isNull();
  }

  private void assertRead() {
    Alias now = aliases.require(NAME);
    routes.refresh();
    Route read = routes.find(NAME);
    assertThat(read).isNotNull();
    assertThat(read.alias()).isEqualTo(now);
    routes.refresh();
    assertThat(routes.find(NAME)).isSameAs(read);
  }
}
