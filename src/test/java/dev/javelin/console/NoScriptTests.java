package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** The console in a browser that runs no scripts: reading, and whatever plain forms do. */
@ExtendWith(SharedConsole.class)
class NoScriptTests {
  private final TestConsole console;
  private final TestBrowser browser;

  NoScriptTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  /** All but the one that shows every component, whatever it does. */
  static Stream<ConsolePage> pages() {
    return ConsolePage.ALL.stream().filter(page -> !page.path().equals("/console/styleguide"));
  }

  @BeforeEach
  void withoutScripts() {
    console.as("admin", "en");
    browser.view(1440, "light");
    browser.scripts(false);
  }

  @AfterEach
  void withScripts() {
    browser.scripts(true);
  }

  private void open(String path) {
    browser.driver().get(console.address(path));
  }

  private boolean shown(String selector) {
    return browser.driver().findElements(By.cssSelector(selector)).stream()
        .anyMatch(WebElement::isDisplayed);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyPageCanBeReadAndOffersNothingThatDoesNothing(ConsolePage page) {
    open(page.path());
    assertThat(browser.text("h1")).isNotBlank();
    for (WebElement cell : browser.driver().findElements(By.cssSelector(".time, time, .value"))) {
      assertThat(cell.getText()).as("a time or figure").isNotBlank();
    }
    List<WebElement> idle =
        browser.driver().findElements(By.cssSelector("button[type=button]:not([popovertarget])"));
    assertThat(idle).filteredOn(WebElement::isDisplayed).extracting(WebElement::getText).isEmpty();
  }

  @Test
  void figuresAreTablesWithoutScripts() {
    open("/console/metrics?span=day");
    assertThat(shown(".plot")).isFalse();
    browser.click(By.linkText("All values as tables"));
    int charts = browser.driver().findElements(By.className("chart")).size();
    assertThat(browser.driver().findElements(By.cssSelector(".values tbody tr")))
        .hasSize(charts * 24);
    browser.click("#values-of-ttft");
    assertThat(shown("#values-ttft table")).isFalse();
  }

  @Test
  void thePlaygroundSaysHowToAskWithoutScripts() {
    open("/");
    assertThat(browser.text("noscript pre"))
        .contains("curl " + console.address("/v1/chat/completions"), "\"first\"");
    assertThat(shown("#form")).isFalse();
  }

  @Test
  void aModelIsLoadedAndUnloadedByPlainForms() {
    open("/console/runtime");
    browser.click(By.linkText("Load a model"));
    browser.choose("#plan select[name=what]", "first:2/small");
    browser.click("#plan form[method=get] button");
    browser.awaitText("#plan", "Load first:2/small");
    confirmPlan();
    By unload = By.xpath("//tr[contains(., 'first:2/small')]//a[text()='Unload']");
    browser
        .await()
        .until(
            _ -> {
              open("/console/runtime");
              return !browser.driver().findElements(unload).isEmpty();
            });
    browser.click(unload);
    browser.awaitText("#plan", "No request runs on it.");
    confirmPlan();
    browser
        .await()
        .until(
            _ -> {
              open("/console/runtime");
              return !browser.text("#instances").contains("first:2/small");
            });
  }

  /** Returns once the answer is there: to go elsewhere before it would cancel the sending. */
  private void confirmPlan() {
    WebElement plan = browser.awaitElement("#plan form[method=post]");
    browser.click("#plan form[method=post] button");
    browser.await().until(ExpectedConditions.stalenessOf(plan));
  }

  @Test
  void aKeyIsRevokedAfterAQuestionThatNeedsNoScript() {
    open("/console/access");
    browser.click("details > summary");
    browser.type("form[action='/console/access/keys'] [name=name]", "plain");
    browser.click("form[action='/console/access/keys'] [type=submit]");
    assertThat(browser.text("#secret")).startsWith("jvl_");
    browser.click(By.xpath("//tr[contains(., 'plain')]//button[text()='Revoke']"));
    browser.click(".confirm:popover-open [type=submit]");
    browser.awaitText("tr.over", "plain");
  }
}
