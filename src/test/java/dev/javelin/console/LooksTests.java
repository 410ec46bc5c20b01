package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page fits its window, keeps to WCAG AA, speaks its reader's language and logs no error. */
@ExtendWith(SharedConsole.class)
class LooksTests {
  /** A window and a theme. */
  private record Look(int width, String scheme) {}

  /**
   * Any two of language, width and theme meet on every page; each is opened once a language, for an
   * administrator and for another visitor.
   */
  private static final List<Look> ENGLISH = List.of(new Look(1440, "light"), new Look(360, "dark"));

  private static final List<Look> CHINESE = List.of(new Look(360, "light"), new Look(1440, "dark"));

  private static final List<Look> ALL = Stream.concat(ENGLISH.stream(), CHINESE.stream()).toList();

  /** Texts that are shown, in three words or more, outside what is English by itself. */
  private static final String ENGLISH_SENTENCES =
      """
      const words = /[A-Za-z]{2,}(?:[,;:]? [A-Za-z]{2,}){2,}/;
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { data, parentElement: element } = walker.currentNode;
        if (words.test(data) && element.checkVisibility()
            && !element.closest("[lang=en], code, pre, .mono, noscript, script, textarea")) found.push(data);
      }
      for (const name of ["aria-label", "placeholder", "title"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
          const text = element.getAttribute(name);
          if (words.test(text) && !element.closest("[lang=en], .mono")) found.push(`${name}: ${text}`);
        }
      }
      return found;
      """;

  private final TestConsole console;
  private final TestBrowser browser;

  LooksTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  static Stream<ConsolePage> pages() {
    return ConsolePage.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void anyTwoOfLanguageWidthAndThemeMeetOnEveryPage(ConsolePage page) throws IOException {
    List<String> visitors = page.visitors();
    // An administrator sees all that there is; the others take turns.
    int turn = ConsolePage.ALL.indexOf(page);
    String other = visitors.get(turn % visitors.size());
    check(page, turn % 2 == 0 ? "admin" : other, "en", ENGLISH);
    check(page, turn % 2 == 0 ? other : "admin", "zh", CHINESE);
  }

  @Tag("soak")
  @ParameterizedTest
  @MethodSource("pages")
  void everyRoleSeesEveryPageInEveryLook(ConsolePage page) throws IOException {
    for (String visitor : page.visitors()) {
      check(page, visitor, "en", ALL);
      check(page, visitor, "zh", ALL);
    }
  }

  private void check(ConsolePage page, String visitor, String language, List<Look> looks)
      throws IOException {
    console.as(visitor, language);
    browser.complaints();
    console.open(page.path());
    String where = "%s as %s".formatted(page, visitor);
    assertThat(browser.driver().getPageSource()).as(where).doesNotContain("??");
    for (Look look : looks) {
      browser.view(look.width(), look.scheme());
      browser.assertNothingIsWiderThanTheWindow();
      browser.assertAccessible();
      browser.screenshot(
          "%s-%s-%d-%s-%s".formatted(page.slug(), visitor, look.width(), look.scheme(), language));
    }
    if (language.equals("zh")) {
      assertThat((List<?>) browser.driver().executeScript(ENGLISH_SENTENCES)).as(where).isEmpty();
    }
    assertThat(browser.complaints())
        .as(where)
        .allMatch(line -> page.status() >= 400 && line.contains("status of " + page.status()));
  }
}
