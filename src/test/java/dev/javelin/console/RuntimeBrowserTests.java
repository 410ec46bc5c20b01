package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.Revision;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.FakePlanner;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.RunningRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;

/** What is in memory, and what brings it there and takes it away, in a real browser. */
class RuntimeBrowserTests {
  @RegisterExtension static final SharedConsole CONSOLE = SharedConsole.managed();

  private final TestConsole console;
  private final TestBrowser browser;

  RuntimeBrowserTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  @BeforeEach
  void open() {
    console.bean(FakeModelOpener.class).engine.says(FinishReason.STOP, "fine");
    console.asAdministrator();
    console.open("/console/runtime");
    browser.awaitElement("#instances");
  }

  @AfterEach
  void browserReportsNoError() {
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1440, light, en", "1440, dark, zh", "360, dark, en", "360, light, zh"})
  void theRuntimeFitsInEveryLookAndLanguage(int width, String scheme, String language)
      throws IOException {
    browser.language(language);
    browser.view(width, scheme);
    for (String query :
        List.of("", "?plan=load", "?plan=swap&alias=first", "?plan=policy&alias=first")) {
      console.open("/console/runtime" + query);
      browser.awaitElement("#instances .chip.ready");
      browser.assertNothingIsWiderThanTheWindow();
      assertThat(browser.driver().getPageSource()).doesNotContain("??");
      browser.screenshot(
          "runtime%s-%d-%s-%s".formatted(query.replaceAll("\\W+", "-"), width, scheme, language));
    }
  }

  @Test
  void aModelIsLoadedAndUnloadedAfterItsPlan() {
    browser.click(By.linkText("Load a model"));
    browser.awaitText("#plan", "Version and load profile");
    browser.choose("#plan select[name=what]", "first:2/default");
    browser.awaitText("#plan", "Load first:2/default");
    assertThat(browser.text("#plan")).contains("to spare").contains("host takes");
    browser.click("#plan form[method=post] button");
    browser.awaitText("#instances", "first:2/default");
    browser.awaitText("#operations li:first-child", "done");
    assertThat(browser.driver().findElements(By.id("plan"))).isEmpty();

    browser.click(By.xpath("//tr[contains(., 'first:2/default')]//a[text()='Unload']"));
    browser.awaitText("#plan", "No request runs on it.");
    browser.click("#plan form[method=post] button");
    browser.await().until(_ -> !browser.text("#instances").contains("first:2/default"));
  }

  @Test
  void anUnloadNamesTheRequestsItWaitsForAndMayBeCancelled() throws Exception {
    console.bean(FakeModelOpener.class).engine.hangsAfter("so far");
    try (Calls calls = new Calls(console.address(""), "first", 3)) {
      browser
          .await()
          .until(
              _ ->
                  console
                          .bean(RunningRequests.class)
                          .list(RunningRequests.Which.RUNNING, null, 9)
                          .size()
                      == 3);
      browser.click(By.xpath("//tr[contains(., 'first:1/default')]//a[text()='Unload']"));
      browser.awaitText("#plan", "3 requests run on it; those not done in time are cancelled");
      assertThat(browser.text("#plan")).contains("Do not wait: cancels 3 running requests");
      browser.type("#plan [name=drain]", "600");
      browser.click("#plan form[method=post] button");
      browser.awaitText("#instances .drain", "3 left");
      browser.await().until(_ -> browser.text("#instances .countdown").matches("5\\d\\ds"));
      assertThat(browser.driver().findElements(By.cssSelector("#instances .drain a"))).hasSize(3);
      browser.screenshot("runtime-draining");
      browser.click("#operations form button");
      browser.awaitText("#operations li:first-child", "cancelled");
      browser.awaitText("#instances", "ready");
    }
  }

  @Test
  void aSwapShowsItsPlanAndChangesWhatTheAliasStandsFor() {
    browser.click(By.xpath("//tr[@data-key='alias-other']//a[text()='Swap']"));
    browser.awaitText("#plan", "other stands for first:3 from the next request on.");
    browser.choose("#plan [name=version]", "first:2");
    browser.awaitText("#plan", "This is what the alias stands for now");
    browser.choose("#plan [name=loadProfile]", "small");
    browser.awaitText("#plan .difference", "Context");
    browser.type("#plan [name=reason]", "to try it");
    browser.click("#plan form[method=post] button");
    browser.awaitText("tr[data-key=alias-other]", "first:2/small");
    browser.awaitText("#operations li:first-child", "done");
    assertThat(console.bean(Aliases.class).history("other").getFirst().reason())
        .isEqualTo("to try it");
  }

  @Test
  void aFailedLoadKeepsItsCauseItsNextStepAndItsLog() throws IOException {
    console.open("/console/runtime?plan=load&what=first:3/default");
    Files.writeString(console.models().resolve("third.gguf"), "changed");
    browser.click("#plan form[method=post] button");
    browser.awaitText("#operations li:first-child", "files changed");
    assertThat(browser.text("#operations li:first-child"))
        .contains("Register the files as a new version");
    browser.click("#operations li:first-child summary");
    assertThat(browser.text("#operations li:first-child pre")).contains("fit-check", "failed");
    browser.screenshot("runtime-failed");
  }

  @Test
  void whatDoesNotFitCannotBeLoadedAndSaysWhatWould() throws IOException {
    FakePlanner planner = console.bean(FakePlanner.class);
    planner.availableBytes = 180 * FakePlanner.MEGABYTE;
    try {
      console.open("/console/runtime?plan=load&what=first:2/large");
      browser.awaitText("#plan", "are missing");
      assertThat(browser.text("#plan")).contains("Serve a context of at most");
      assertThat(
              browser
                  .driver()
                  .findElement(By.cssSelector("#plan form[method=post] button"))
                  .isEnabled())
          .isFalse();
      browser.screenshot("runtime-does-not-fit");
    } finally {
      planner.availableBytes = 1000 * FakePlanner.MEGABYTE;
    }
  }

  @Test
  void aPolicySomebodyElseChangedFirstIsNotOverwritten() {
    browser.click(By.xpath("//tr[@data-key='alias-first']//a[text()='Policy']"));
    browser.awaitElement("#plan [name=pinned]");
    Alias now = console.bean(Aliases.class).require("first");
    console
        .bean(AliasChanges.class)
        .put(
            "first",
            AliasChanges.target(now),
            new AliasPolicy(AliasPolicy.Loading.MANUAL, false, 600L),
            Revision.ANY,
            "test",
            "first");
    browser.awaitText("tr[data-key=alias-first]", "loaded by a person");
    browser.click("#plan [name=pinned]");
    browser.click("#plan form button");
    browser.awaitText(".problem", "changed meanwhile");
    assertThat(console.bean(Aliases.class).require("first").policy().pinned()).isFalse();
    assertThat(browser.complaints()).allMatch(line -> line.contains("412"));
  }
}
