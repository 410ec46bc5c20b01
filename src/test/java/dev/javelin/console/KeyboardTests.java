package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openqa.selenium.support.ui.ExpectedConditions.urlContains;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The console without a mouse. */
@ExtendWith(SharedConsole.class)
class KeyboardTests {
  private static final int MOST_STOPS = 400;

  /** Notes each place that the keyboard comes to, and whether one can see that it is there. */
  private static final String WATCH =
      """
      window.stops = new Set();
      window.unseen = [];
      document.addEventListener("focusin", ({ target }) => {
        const style = getComputedStyle(target);
        stops.add(target);
        const box = target.getBoundingClientRect();
        const away = box.bottom < 0 || box.right < 0 || box.top > innerHeight || box.left > innerWidth;
        if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1 || away)
          unseen.push(target.outerHTML.slice(0, 120));
      });
      """;

  /** What can be used and is shown, but was no stop. */
  private static final String MISSED =
      """
      const usable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
      return [...document.querySelectorAll(usable)]
        .filter((element) => !element.disabled && element.tabIndex >= 0 && element.type !== "hidden"
            && element.checkVisibility({ visibilityProperty: true }) && !stops.has(element))
        .map((element) => element.outerHTML.slice(0, 120));
      """;

  private final TestConsole console;
  private final TestBrowser browser;

  KeyboardTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  static Stream<ConsolePage> pages() {
    return ConsolePage.ALL.stream();
  }

  @BeforeEach
  void asAdministrator() {
    browser.view(1440, "light");
    console.as("admin", "en");
  }

  private WebElement active() {
    return browser.driver().switchTo().activeElement();
  }

  /** Goes on with the tabulator until it is there. */
  private void tabTo(String selector) {
    for (int i = 0; i < MOST_STOPS; i++) {
      browser.press(Keys.TAB);
      Object there =
          browser
              .driver()
              .executeScript("return document.activeElement.matches(arguments[0])", selector);
      if (Boolean.TRUE.equals(there)) {
        return;
      }
    }
    throw new AssertionError("the keyboard does not come to " + selector);
  }

  private void chord(CharSequence key) {
    new Actions(browser.driver()).keyDown(Keys.CONTROL).sendKeys(key).keyUp(Keys.CONTROL).perform();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void theKeyboardComesToAllOfAPageAndIsSeenThere(ConsolePage page) {
    console.open(page.path());
    browser.driver().executeScript(WATCH);
    Number usable =
        (Number)
            browser
                .driver()
                .executeScript("return document.querySelectorAll('a, button, input').length");
    int stops = Math.min(MOST_STOPS, usable.intValue() + 40);
    browser.press(Collections.nCopies(stops, Keys.TAB).toArray(CharSequence[]::new));
    assertThat((List<?>) browser.driver().executeScript(MISSED)).as("no stop").isEmpty();
    assertThat((List<?>) browser.driver().executeScript("return unseen")).as("unseen").isEmpty();
  }

  @Test
  void theFirstStopSkipsToTheContent() {
    console.open("/console/models");
    browser.press(Keys.TAB);
    assertThat(active().getText()).isEqualTo("Skip to the content");
    browser.press(Keys.ENTER, Keys.TAB);
    assertThat(
            browser.driver().executeScript("return document.activeElement.closest('main') != null"))
        .isEqualTo(true);
  }

  @Test
  void thePaletteJumpsToAPageAModelAndARequest() {
    console.open("/console/overview");
    browser.awaitElement("tr[data-model=first]");
    chord("k");
    browser.press("runt", Keys.ENTER);
    browser.await().until(urlContains("/console/runtime"));

    console.open("/console/overview");
    browser.awaitElement("tr[data-model=first]");
    chord("k");
    browser.press("oth");
    browser.awaitText("#palette-list", "other");
    browser.press(Keys.ENTER);
    browser.await().until(urlContains("model=other"));

    console.open("/console/requests");
    String id = browser.awaitElement("#requests tr[data-id]").getDomAttribute("data-id");
    chord("k");
    browser.press(id, Keys.ENTER);
    browser.await().until(urlContains("/console/requests/" + id));
    assertThat(browser.text("h1")).isEqualTo(id);
  }

  @Test
  void theArrowsChooseInThePaletteAndAScreenReaderHearsIt() {
    console.open("/console/overview");
    chord("k");
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP);
    WebElement query = browser.awaitElement("#palette input");
    assertThat(query.getDomAttribute("aria-activedescendant")).isEqualTo("palette-1");
    assertThat(browser.awaitElement("#palette-1").getDomAttribute("aria-selected"))
        .isEqualTo("true");
  }

  @Test
  void whateverOpensGivesTheFocusBack() {
    console.open("/console/access");
    tabTo("#palette-open");
    browser.press(Keys.ENTER);
    browser.awaitElement("#palette[open]");
    browser.press(Keys.ESCAPE);
    assertThat(active().getDomAttribute("id")).isEqualTo("palette-open");

    tabTo("[popovertarget^=revoke]");
    browser.press(Keys.ENTER);
    browser.awaitElement(".confirm:popover-open");
    assertThat(active().getText()).as("the safe answer").isEqualTo("Keep");
    browser.press(Keys.ENTER);
    assertThat(active().getDomAttribute("popovertarget")).startsWith("revoke");

    console.open("/");
    tabTo("#code-open");
    browser.press(Keys.ENTER);
    browser.awaitElement("#code[open]");
    browser.press(Keys.ESCAPE);
    assertThat(active().getDomAttribute("id")).isEqualTo("code-open");
  }

  @Test
  void aModelIsLoadedAndUnloaded() {
    console.open("/console/runtime");
    browser.awaitElement("#instances .chip.ready");
    tabTo("main a[href='/console/runtime?plan=load']");
    browser.press(Keys.ENTER);
    browser.awaitElement("#plan:focus");
    tabTo("#plan select[name=what]");
    browser.press("first:2/small");
    browser.awaitText("#plan", "Load first:2/small");
    tabTo("#plan form[method=post] button");
    browser.press(Keys.ENTER);
    browser.awaitText("#instances", "first:2/small");
    browser.await().until(_ -> browser.driver().findElements(By.id("plan")).isEmpty());
    assertThat(active().getTagName()).as("the focus is not lost").isEqualTo("main");

    By row = By.xpath("//tr[contains(., 'first:2/small')]//a[text()='Unload']");
    browser.await().until(_ -> !browser.driver().findElements(row).isEmpty());
    browser.driver().executeScript("arguments[0].id = 'it'", browser.driver().findElement(row));
    tabTo("#it");
    browser.press(Keys.ENTER);
    browser.awaitText("#plan", "No request runs on it.");
    tabTo("#plan form[method=post] button");
    browser.press(Keys.ENTER);
    browser.await().until(_ -> !browser.text("#instances").contains("first:2/small"));
  }
}
