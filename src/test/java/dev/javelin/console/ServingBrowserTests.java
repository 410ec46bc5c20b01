package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.service.AliasChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The pages of requests and metrics in a real browser, over a fake engine. */
class ServingBrowserTests {
  private static final int MANY = 500;

  /** Notes every row that comes, goes or moves. */
  private static final String WATCH =
      """
      window.moved = 0;
      window.same = true;
      new MutationObserver((changes) => {
        for (const change of changes) window.moved += change.addedNodes.length + change.removedNodes.length;
      }).observe(document.getElementById("live"), { childList: true });
      """;

  @TempDir static Path directory;
  private static TestConsole console;
  private static TestBrowser browser;
  private static FakeEngine engine;

  @BeforeAll
  static void start() throws IOException {
    Path model = Files.writeString(directory.resolve("first.gguf"), "first");
    console = new TestConsole(directory, model.toString());
    browser = console.browser();
    engine = console.bean(FakeModelOpener.class).engine;
    console.as("admin", "en");
  }

  @AfterAll
  static void end() {
    if (console != null) {
      console.close();
    }
  }

  @BeforeEach
  void look() {
    browser.view(1440, "light");
    browser.language("en");
  }

  @AfterEach
  void browserReportsNoError() {
    assertThat(browser.complaints()).isEmpty();
  }

  private static int rows(String body) {
    return browser.driver().findElements(By.cssSelector(body + " tr[data-id]")).size();
  }

  @Test
  void ofManyThatRunOnlyWhatChangedIsWrittenAndOneIsCancelledInPlace() throws IOException {
    engine.hangsAfter("once");
    engine.generatedTokens = 5;
    browser.driver().get(console.address("/console/requests"));
    try (Calls calls = new Calls(console.address(""), "first", MANY)) {
      browser.await().until(_ -> rows("#live") == MANY);
      assertThat(browser.text("#live-count")).isEqualTo("500");
      browser.driver().executeScript(WATCH);
      WebElement tokens = browser.awaitElement("#live tr:nth-child(250) [data-field=tokens]");
      for (int generated = 6; generated <= 8; generated++) {
        engine.generatedTokens = generated;
        String wanted = "→ " + generated + " /";
        browser.await().until(_ -> tokens.getText().contains(wanted));
      }
      assertThat(browser.driver().executeScript("return window.moved")).isEqualTo(0L);
      browser.screenshot("requests-500-1440-light-en");

      WebElement row = browser.awaitElement("#live tr:nth-child(250)");
      String id = row.getDomAttribute("data-id");
      browser.click(By.cssSelector("#live tr[data-id='" + id + "'] button"));
      browser.await().until(_ -> rows("#live") == MANY - 1);
      browser.awaitElement("#requests tr[data-id='" + id + "'] .chip.cancelled");
      browser.awaitText("#cancel-says", id);
      assertThat(browser.driver().executeScript("return window.moved")).isEqualTo(1L);
      assertThat(browser.driver().executeScript("return window.same")).isEqualTo(true);

      browser.view(360, "dark");
      browser.assertNothingIsWiderThanTheWindow();
    }
    browser.await().until(_ -> rows("#live") == 0);
    assertThat(browser.driver().findElement(By.id("live-none")).isDisplayed()).isTrue();
  }

  @Test
  void aSwapMarksEveryChartAtOnceAndSaysWhatItWas() throws IOException {
    Aliases aliases = console.bean(Aliases.class);
    AliasTarget now = AliasChanges.target(aliases.require("first"));
    console
        .bean(LoadProfiles.class)
        .put(now.model(), "small", "{\"contextLength\":128}", Revision.ANY);
    browser.driver().get(console.address("/console/metrics"));
    int charts = browser.driver().findElements(By.cssSelector(".chart")).size();
    browser.await().until(_ -> count(".plot path.c0") == charts);
    assertThat(count(".plot .mark")).isZero();
    console
        .bean(AliasChanges.class)
        .put(
            "first",
            new AliasTarget(now.model(), now.version(), "small", now.decodingProfile()),
            aliases.require("first").policy(),
            Revision.ANY,
            "ada",
            "smaller");
    browser.await().until(_ -> count(".plot .mark") == charts);

    WebElement link = browser.awaitElement("#swaps tbody a");
    new Actions(browser.driver()).moveToElement(link).perform();
    browser.await().until(_ -> count(".plot .cross") == charts);
    assertThat(browser.text(".chart .tip")).contains("first: first:1/default → first:1/small");
    browser.screenshot("metrics-swap-1440-light-en");

    WebElement plot = browser.awaitElement(".chart.w6 .plot");
    new Actions(browser.driver()).moveToElement(plot).perform();
    browser.await().until(_ -> count(".plot .cross") == charts);
    List<?> places =
        (List<?>)
            browser
                .driver()
                .executeScript(
                    "return [...document.querySelectorAll('.plot .cross')].map((c) =>"
                        + " c.getAttribute('x1'))");
    assertThat(places.stream().distinct()).hasSize(1);
  }

  @Test
  void theSpanChangesWithoutAReloadAndHasAnAddress() {
    browser.driver().get(console.address("/console/metrics"));
    browser.await().until(_ -> count(".plot path.c0") > 0);
    browser.driver().executeScript("window.same = true");
    for (String span : List.of("day", "week", "month")) {
      browser.click("#spans [data-span=" + span + "]");
      browser.await().until(_ -> browser.driver().getCurrentUrl().endsWith("span=" + span));
      browser.awaitElement("#spans [data-span=" + span + "][aria-current]");
      assertThat(count("#spans [aria-current]")).isEqualTo(1);
    }
    assertThat(browser.driver().executeScript("return window.same")).isEqualTo(true);
    browser.driver().navigate().refresh();
    browser.awaitElement("#spans [data-span=month][aria-current]");
  }

  private static int count(String selector) {
    return browser.driver().findElements(By.cssSelector(selector)).size();
  }
}
