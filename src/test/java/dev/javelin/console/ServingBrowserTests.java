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
import org.openqa.selenium.Keys;
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

  private static final String PAINTED =
      """
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = `var(--${arguments[0]})`;
      const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      probe.remove();
      return [...document.querySelectorAll(".plot canvas")].filter((canvas) => {
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, width, height);
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3] > 100 && wanted.every((part, i) => Math.abs(data[at + i] - part) < 6)) return true;
        return false;
      }).length;
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
      WebElement first = browser.awaitElement("#live tr:first-child [data-field=tokens]");
      WebElement tokens = browser.awaitElement("#live tr:nth-child(250) [data-field=tokens]");
      bringIntoSight(tokens);
      for (int generated = 6; generated <= 8; generated++) {
        engine.generatedTokens = generated;
        String wanted = "→ " + generated + " /";
        browser.await().until(_ -> tokens.getText().contains(wanted));
      }
      // What was out of sight tells the newest as soon as it is looked at.
      bringIntoSight(first);
      browser.await().until(_ -> first.getText().contains("→ 8 /"));
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
    browser.await().until(_ -> rows("#requests") == RequestRows.PAGE);
    String last = browser.awaitElement("#requests tr:last-child").getDomAttribute("data-id");
    browser.click("#older:not([hidden])");
    browser.await().until(_ -> !browser.text("#requests").contains(String.valueOf(last)));
    assertThat(rows("#requests")).isEqualTo(RequestRows.PAGE);
  }

  private static void bringIntoSight(WebElement element) {
    browser.driver().executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
  }

  @Test
  void aSwapMarksEveryChartAtOnceAndSaysWhatItWas() throws IOException {
    Aliases aliases = console.bean(Aliases.class);
    AliasTarget now = AliasChanges.target(aliases.require("first"));
    console
        .bean(LoadProfiles.class)
        .put(now.model(), "small", "{\"contextLength\":128}", Revision.ANY);
    int charts = openMetrics();
    assertThat(painted("warn")).isZero();
    console
        .bean(AliasChanges.class)
        .put(
            "first",
            new AliasTarget(now.model(), now.version(), "small", now.decodingProfile()),
            aliases.require("first").policy(),
            Revision.ANY,
            "ada",
            "smaller");
    browser.await().until(_ -> painted("warn") == charts);

    WebElement link = browser.awaitElement("#swaps tbody a");
    new Actions(browser.driver()).moveToElement(link).perform();
    String swap = "first: first:1/default → first:1/small";
    browser.await().until(_ -> count(".plot[aria-valuetext*='" + swap + "']") == charts);
    assertThat(browser.text(".chart .tip")).contains(swap);
    browser.screenshot("metrics-swap-1440-light-en");

    // What the server did not see has another ground.
    assertThat(painted("base")).isEqualTo(charts);
    browser.click("#theme");
    browser.await().until(_ -> painted("warn") == charts);
    browser.screenshot("metrics-swap-1440-dark-en");
    browser.click("#theme");
  }

  @Test
  void theCrosshairIsAtOneTimeInAllCharts() {
    int charts = openMetrics();
    WebElement plot = browser.awaitElement(".chart.w6 .plot");
    new Actions(browser.driver()).moveToElement(plot).perform();
    browser.await().until(_ -> count(".tip:not([hidden])") == charts);
    assertThat(distinctTips()).hasSize(1);

    // The charts go on with the time: a key is pressed again where one did so meanwhile.
    browser.driver().executeScript("document.querySelector('.chart.w2 .plot').focus()");
    pressUntilAllAreAt(0, Keys.HOME);
    pressUntilAllAreAt(2, Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(browser.awaitElement(".chart.w2 .plot").getDomAttribute("aria-valuetext"))
        .contains("p50 –, p95 –, p99 –");
  }

  @Test
  void aTimeIsDraggedOverAndAllOfItComesBack() {
    int charts = openMetrics();
    WebElement plot = browser.awaitElement(".chart.w6 .plot .u-over");
    new Actions(browser.driver())
        .moveToElement(plot, -100, 0)
        .clickAndHold()
        .moveByOffset(100, 0)
        .moveByOffset(100, 0)
        .release()
        .perform();
    browser.awaitElement("#unzoom:not([hidden])");
    browser.driver().executeScript("document.querySelector('.chart.w3 .plot').focus()");
    browser.press(Keys.HOME);
    assertThat(count(".plot[aria-valuenow='0']")).isZero();
    pressUntilAllAreAt(0, Keys.ESCAPE, Keys.HOME);
    assertThat(count("#unzoom:not([hidden])")).isZero();

    browser.press("+");
    browser.click("#unzoom:not([hidden])");
    browser.awaitElement("#unzoom[hidden]");
  }

  @Test
  void aChartsValuesAreATableThatOpensInPlace() throws IOException {
    openMetrics();
    browser.driver().executeScript("document.getElementById('values-of-ttft').focus()");
    browser.press(Keys.ENTER);
    browser.await().until(_ -> count("#values-ttft tbody tr") == 15);
    assertThat(browser.text("#values-ttft thead")).isEqualTo("From p50 p95 p99");
    browser.await().until(_ -> !browser.text("#values-ttft td").contains("UTC"));
    browser.assertAccessible();
    browser.click("#spans [data-span=week]");
    browser.await().until(_ -> count("#values-ttft tbody tr") == 28);
    browser.click("#values-of-ttft[aria-expanded=true]");
    browser.await().until(_ -> count(".values table") == 0);
    assertThat(browser.driver().switchTo().activeElement().getDomAttribute("id"))
        .isEqualTo("values-of-ttft");
  }

  private static void pressUntilAllAreAt(int point, CharSequence... keys) {
    browser
        .await()
        .until(
            _ -> {
              browser.press(keys);
              return count(".plot[aria-valuenow='" + point + "']") == count(".plot");
            });
  }

  /** Returns how many charts there are, when all are drawn. */
  private static int openMetrics() {
    browser.driver().get(console.address("/console/metrics"));
    int charts = count(".chart");
    assertThat(charts).isGreaterThan(10);
    browser.await().until(_ -> painted("line") == charts);
    return charts;
  }

  /** Charts that show something in the colour of a design token. */
  private static long painted(String token) {
    Number charts = (Number) browser.driver().executeScript(PAINTED, token);
    return charts == null ? 0 : charts.longValue();
  }

  private static List<String> distinctTips() {
    return browser.driver().findElements(By.cssSelector(".tip")).stream()
        .map(tip -> String.valueOf(tip.getDomProperty("textContent")))
        .distinct()
        .toList();
  }

  @Test
  void theSpanChangesWithoutAReloadAndHasAnAddress() {
    browser.driver().get(console.address("/console/metrics"));
    browser.await().until(_ -> count(".plot canvas") > 0);
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
