package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium with what tests of pages do in it; the clicks of a person are counted. */
final class TestBrowser implements AutoCloseable {
  /** The elements that make the page scroll sideways; none when it does not. */
  private static final String WIDER_THAN_THE_WINDOW =
      """
      const root = document.documentElement;
      return root.scrollWidth <= root.clientWidth ? [] :
        [...document.querySelectorAll("body *")]
          .filter(element => element.getBoundingClientRect().right > root.clientWidth
            && !element.closest(".scroll *, .rail *, .tabs *"))
          .map(element => element.outerHTML.slice(0, 160) + " @ " + element.getBoundingClientRect().right)
          .concat("the page");
      """;

  private static final String AUDIT =
      """
      const done = arguments[arguments.length - 1];
      const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
      axe.run({ runOnly: rules, resultTypes: ["violations"] }).then((result) =>
        done(result.violations.map((one) => one.id + " " + one.nodes.map((node) => node.html))),
      );
      """;

  /** However slow the machine is, a page is there by then. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ChromeDriver driver;
  private final WebDriverWait wait;
  private int clicks;

  /**
   * Aborts the calling test where there is no Chromium.
   *
   * @param profile an empty folder
   */
  TestBrowser(Path profile) {
    Path executable = onPath("chromedriver");
    ChromeOptions options = new ChromeOptions();
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setBinary(onPath("chromium", "chromium-browser", "google-chrome", "chrome").toFile());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        // A container's is often too small for a page.
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(executable.toFile())
                .usingAnyFreePort()
                .withTimeout(PATIENCE)
                .build(),
            options);
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    wait = new WebDriverWait(driver, PATIENCE, Duration.ofMillis(20));
    wait.ignoring(StaleElementReferenceException.class);
    // What is on its way into view, or under something that is on its way out.
    wait.ignoring(ElementNotInteractableException.class);
  }

  ChromeDriver driver() {
    return driver;
  }

  WebDriverWait await() {
    return wait;
  }

  WebElement awaitElement(String selector) {
    return wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector(selector)));
  }

  void awaitText(String selector, String part) {
    wait.until(ExpectedConditions.textToBePresentInElementLocated(By.cssSelector(selector), part));
  }

  String text(String selector) {
    String text = wait.until(_ -> driver.findElement(By.cssSelector(selector)).getText());
    return text == null ? "" : text;
  }

  /** One click of a person. */
  void click(By target) {
    clicks++;
    wait.until(
        _ -> {
          WebElement element = driver.findElement(target);
          driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
          element.click();
          return true;
        });
  }

  void click(String selector) {
    click(By.cssSelector(selector));
  }

  /** Two clicks: on the list and on the entry. */
  void choose(String selector, String value) {
    clicks += 2;
    wait.until(
        _ -> {
          new Select(driver.findElement(By.cssSelector(selector))).selectByValue(value);
          return true;
        });
  }

  void type(String selector, String text) {
    wait.until(
        _ -> {
          WebElement field = driver.findElement(By.cssSelector(selector));
          field.clear();
          field.sendKeys(text);
          return true;
        });
  }

  int clicks() {
    return clicks;
  }

  void language(String language) {
    driver.manage().addCookie(new Cookie("javelin-language", language));
  }

  /** Sets the viewport itself: Chromium makes no window as narrow as a phone. */
  void view(int width, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                // A colour on its way to another one has the contrast of neither.
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  void assertNothingIsWiderThanTheWindow() {
    assertThat((List<?>) driver.executeScript(WIDER_THAN_THE_WINDOW))
        .as("wider than the window at %s", driver.getCurrentUrl())
        .isEmpty();
  }

  /** What breaks WCAG AA on the page that is open, a line each. */
  void assertAccessible() throws IOException {
    if (!Boolean.TRUE.equals(driver.executeScript("return 'axe' in window"))) {
      try (InputStream axe = TestBrowser.class.getResourceAsStream("/axe.min.js")) {
        driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    assertThat((List<?>) driver.executeAsyncScript(AUDIT))
        .as("against WCAG at %s", driver.getCurrentUrl())
        .isEmpty();
  }

  /** Whether pages that are opened from now on may run scripts. */
  void scripts(boolean run) {
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !run));
  }

  /** What a person presses, one key after the other, wherever the focus is. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** The whole page, however long. */
  void screenshot(String name) throws IOException {
    Number height = (Number) driver.executeScript("return document.documentElement.scrollHeight");
    Number width = (Number) driver.executeScript("return innerWidth");
    if (height != null && width != null) {
      driver.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }
    Path folder = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(folder.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Waits until it complains of something that holds one of these. */
  void awaitComplaint(String... parts) {
    wait.until(
        _ -> complaints().stream().anyMatch(line -> Stream.of(parts).anyMatch(line::contains)));
  }

  /** What the browser complained about since it was asked last. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::toString)
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }

  private static Path onPath(String... names) {
    List<String> folders = List.of(System.getenv("PATH").split(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseGet(
            () -> {
              System.out.println("SKIPPED: no " + names[0] + " on the PATH");
              return abort("the browser tests need " + names[0] + " on the PATH");
            });
  }
}
