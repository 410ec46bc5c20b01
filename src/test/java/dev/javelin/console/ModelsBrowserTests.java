package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.FakePlanner;
import dev.javelin.service.AliasChanges;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;

/** Models, their profiles and aliases in a real browser. */
class ModelsBrowserTests {
  @RegisterExtension static final SharedConsole CONSOLE = SharedConsole.managed();

  private final TestConsole console;
  private final TestBrowser browser;

  ModelsBrowserTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  @BeforeEach
  void open() {
    console.bean(FakeModelOpener.class).engine.says(FinishReason.STOP, "fine");
    console.asAdministrator();
  }

  @AfterEach
  void browserReportsNoError() {
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1440, light, en", "1440, dark, zh", "360, dark, en", "360, light, zh"})
  void theModelsFitInEveryLookAndLanguage(int width, String scheme, String language)
      throws IOException {
    browser.language(language);
    browser.view(width, scheme);
    for (String path :
        List.of(
            "models",
            "models/first",
            "models/first?tab=profiles&profile=small",
            "models/first?tab=decoding",
            "models/first?tab=activity",
            "models/first?tab=history",
            "models/missing",
            "add")) {
      console.open("/console/" + path);
      browser.awaitElement("#content h1");
      assertThat(browser.driver().getPageSource()).doesNotContain("??");
      browser.assertNothingIsWiderThanTheWindow();
      browser.screenshot(
          "%s-%d-%s-%s".formatted(path.replaceAll("\\W+", "-"), width, scheme, language));
    }
    browser.complaints(); // the missing model's 404
  }

  @Test
  void aProfileShowsWhatFitsBeforeItIsStored() {
    FakePlanner planner = console.bean(FakePlanner.class);
    planner.availableBytes = 180 * FakePlanner.MEGABYTE;
    console.open("/console/models/first?tab=profiles&profile=large");
    browser.awaitText("#fit", "are missing");
    browser.click("#use-most");
    browser.awaitText("#fit", "to spare");
    assertThat(browser.driver().findElements(By.cssSelector(".chip.warn"))).isNotEmpty();
    browser.click("#profile-form button.primary");
    browser.await().until(_ -> !browser.driver().getPageSource().contains("not saved"));
    assertThat(console.bean(LoadProfiles.class).require("first", "large").settings())
        .doesNotContain("200000");
    console
        .bean(LoadProfiles.class)
        .put("first", "large", "{\"contextLength\":200000}", Revision.ANY);
    planner.availableBytes = 1000 * FakePlanner.MEGABYTE;
  }

  @Test
  void aProfileSomebodyElseStoredFirstIsMergedNotOverwritten() throws IOException {
    LoadProfiles profiles = console.bean(LoadProfiles.class);
    profiles.put("first", "merged", "{\"contextLength\":64}", Revision.ANY);
    console.open("/console/models/first?tab=profiles&profile=merged");
    browser.type("[name=maxSequences]", "7");
    profiles.put("first", "merged", "{\"contextLength\":96}", Revision.ANY);
    browser.click("#profile-form button.primary");
    browser.awaitText("#merge", "Somebody else stored this profile");
    assertThat(browser.text("[data-key=contextLength] .theirs")).contains("96");
    browser.screenshot("merge");
    assertThat(profiles.require("first", "merged").settings()).doesNotContain("maxSequences");
    browser.type("[name=contextLength]", "96");
    browser.click("#profile-form button.primary");
    browser
        .await()
        .until(_ -> profiles.require("first", "merged").settings().contains("maxSequences"));
    assertThat(profiles.require("first", "merged").settings())
        .contains("\"contextLength\":96", "\"maxSequences\":7");
    assertThat(browser.complaints()).allMatch(line -> line.contains("412"));
  }

  @Test
  void decodingDefaultsAreStoredAndRefusedByName() {
    console.open("/console/models/first?tab=decoding");
    assertThat(browser.text("[data-key='sampling.top_k'] .origin")).isEqualTo("checkpoint");
    browser.type("[name='sampling.temperature']", "-3");
    browser.click("#profile-form button.primary");
    browser.awaitText(".problem", "temperature");
    browser.type("[name='sampling.temperature']", "0.5");
    browser.click("#profile-form button.primary");
    browser.await().until(_ -> browser.driver().findElements(By.cssSelector(".problem")).isEmpty());
    assertThat(console.bean(DecodingProfiles.class).require("first", "default").settings())
        .contains("0.5");
    assertThat(browser.complaints()).allMatch(line -> line.contains("400"));
  }

  @Test
  void anAliasIsDeletedAfterAQuestionThatSaysWhatItMeans() throws IOException {
    console
        .bean(AliasChanges.class)
        .put(
            "gone",
            new AliasTarget("first", 3, "default", "default"),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            "test",
            "");
    console.open("/console/models/first");
    browser.click("#versions tbody tr:first-child a.danger");
    browser.awaitText("#plan", "Aliases need it");
    browser.screenshot("removal-refused");
    browser.click("#plan .ways a.danger");
    browser.awaitText("#plan", "Clients that call this name are refused");
    browser.click("#plan form button");
    browser.await().until(_ -> !browser.text("#aliases").contains("gone"));
    assertThat(console.bean(Aliases.class).find("gone")).isEmpty();
  }
}
