package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.openqa.selenium.support.ui.ExpectedConditions.elementToBeClickable;
import static org.openqa.selenium.support.ui.ExpectedConditions.invisibilityOfElementLocated;
import static org.openqa.selenium.support.ui.ExpectedConditions.presenceOfElementLocated;
import static org.openqa.selenium.support.ui.ExpectedConditions.textToBe;
import static org.openqa.selenium.support.ui.ExpectedConditions.urlContains;

import dev.javelin.JavelinApplication;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The page as a person uses it: the real server, the built-in model and a real browser. */
class ConsoleBrowserTests {
  /** The elements that make the page scroll sideways; none when it does not. */
  private static final String WIDER_THAN_THE_WINDOW =
      """
      const root = document.documentElement;
      return root.scrollWidth <= root.clientWidth ? [] :
        [...document.querySelectorAll("main *")]
          .filter(element => element.getBoundingClientRect().right > root.clientWidth)
          .map(element => element.outerHTML.slice(0, 160) + " @ " + element.getBoundingClientRect().right);
      """;

  private static final By READY = By.cssSelector("#models .chip.ready");
  private static final By ANSWERS = By.cssSelector(".log .msg:nth-child(even) > .text");
  private static final By STOP = By.id("stop");
  private static final By SEND = By.id("send");

  /** Stops as soon as a part of the answer is there: a remote click may come after its end. */
  private static final String STOP_AT_FIRST_TEXT =
      """
      const log = document.querySelector(".log");
      const observer = new MutationObserver(() => {
        if (log.querySelector(".msg.busy > .text")?.textContent) {
          observer.disconnect();
          document.getElementById("stop").click();
        }
      });
      observer.observe(log, { childList: true, subtree: true, characterData: true });
      """;

  private static final String PASSWORD = "correct horse battery";

  private static final List<String> PAGES =
      List.of(
          "/",
          "/console/overview",
          "/console/requests",
          "/console/requests/missing",
          "/console/metrics",
          "/console/runtime",
          "/console/access",
          "/console/access/people",
          "/console/access/quotas",
          "/console/audit",
          "/console/settings",
          "/console/settings/transfer",
          "/console/settings/about",
          "/console/styleguide");

  /** What breaks WCAG AA on the page that is open, a line each. */
  private static final String AUDIT =
      """
      const done = arguments[arguments.length - 1];
      axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }).then((result) =>
        done(result.violations.map((one) => one.id + " " + one.nodes.map((node) => node.html))),
      );
      """;

  @TempDir static Path directory;
  private static ConfigurableApplicationContext server;
  private static ChromeDriver browser;
  private static WebDriverWait wait;

  @BeforeAll
  static void start() throws IOException {
    Path driver = onPath("chromedriver");
    Path chromium = onPath("chromium", "chromium-browser", "google-chrome", "chrome");
    server =
        SpringApplication.run(
            JavelinApplication.class,
            "--server.port=0",
            "--javelin.home=" + Path.of("").toAbsolutePath(),
            "--javelin.admin.password=" + PASSWORD,
            "--javelin.data-dir=" + directory.resolve("data"));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + Files.createDirectory(directory.resolve("profile")));
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.toFile())
                .usingAnyFreePort()
                .build(),
            options);
    wait = new WebDriverWait(browser, Duration.ofSeconds(15), Duration.ofMillis(20));
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() {
    view(1280, "light");
    browser.get(address());
    browser.executeScript("sessionStorage.clear()");
    browser.get(address());
    wait.until(presenceOfElementLocated(READY));
    wait.until(elementToBeClickable(SEND));
  }

  @AfterEach
  void browserReportsNoError() {
    browser.manage().deleteAllCookies();
    List<String> errors =
        browser.manage().logs().get(LogType.BROWSER).getAll().stream()
            .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
            .map(LogEntry::toString)
            .toList();
    assertThat(errors).isEmpty();
  }

  @Test
  void aQuestionIsAnsweredWithFigures() {
    assertThat(browser.findElement(By.id("models")).getText()).contains("dart", "ready");
    ask("What is the capital of France?");
    waitForAnswers(1);
    assertThat(answer(0)).isNotBlank();
    assertThat(browser.findElements(By.cssSelector(".msg.error"))).isEmpty();
    assertThat(browser.findElement(By.cssSelector(".figures")).getText())
        .matches(Pattern.compile("TTFT \\d+ ms .* tokens · cached \\d+ · stop · .*"));
  }

  @Test
  void aStoppedAnswerIsKeptFreesItsMemoryAndLeavesTheChatUsable() {
    browser.executeScript(STOP_AT_FIRST_TEXT);
    ask("Write a long story about a lighthouse keeper and the sea.");
    wait.until(textToBe(By.cssSelector(".log .msg:nth-child(2) > .who > span"), "stopped"));
    waitForAnswers(1);
    assertThat(answer(0)).isNotBlank();
    wait.until(textToBe(By.cssSelector("#models td:nth-child(4)"), "0"));

    ask("Say hello.");
    waitForAnswers(2);
    assertThat(answer(1)).isNotBlank();
    assertThat(browser.findElements(By.cssSelector(".msg.error"))).isEmpty();
  }

  @Test
  void clearEmptiesTheConversation() {
    ask("Say hello.");
    waitForAnswers(1);
    browser.findElement(By.id("clear")).click();
    assertThat(browser.findElements(By.cssSelector(".log .msg"))).isEmpty();
    assertThat(browser.findElement(By.cssSelector(".figures")).getText()).isEmpty();
  }

  @Test
  void twoAnswersAreComparedAndTheirFirstDifferenceMarked() {
    browser.findElement(By.id("compare")).click();
    assertThat(browser.findElements(By.cssSelector(".pane"))).hasSize(2);
    browser.findElement(By.xpath("//label[span='temperature']/input")).sendKeys("2");
    assertThat(browser.findElement(By.id("set-count")).getText()).isEqualTo("1 of 9 set");
    ask("Write a short poem about the sea.");
    wait.until(invisibilityOfElementLocated(STOP));
    wait.until(elementToBeClickable(SEND));
    assertThat(browser.findElements(ANSWERS)).hasSize(2).noneMatch(it -> it.getText().isBlank());
    assertThat(browser.findElements(By.cssSelector(".diverge"))).hasSize(2);
  }

  @Test
  void anEditedQuestionReplacesTheOldOne() {
    ask("Say hello.");
    waitForAnswers(1);
    browser.findElement(By.cssSelector(".msg .who button")).click();
    assertThat(browser.findElements(By.cssSelector(".log .msg"))).isEmpty();
    WebElement message = browser.findElement(By.id("message"));
    assertThat(message.getDomProperty("value")).isEqualTo("Say hello.");
    message.clear();
    ask("What is 2 + 3?");
    waitForAnswers(1);
  }

  @Test
  void theRequestAppearsAsCode() {
    browser.findElement(By.id("message")).sendKeys("It's a \"test\"");
    browser.findElement(By.id("code-open")).click();
    WebElement code = browser.findElement(By.cssSelector("#code pre"));
    assertThat(code.getText()).startsWith("curl http://127.0.0.1:").contains("\"dart\"");
    browser.findElement(By.cssSelector("[data-language=python]")).click();
    assertThat(code.getText()).contains("from openai import OpenAI");
    browser.findElement(By.cssSelector("[data-language=java]")).click();
    assertThat(code.getText()).contains("HttpClient");
  }

  @ParameterizedTest
  @CsvSource({
    "overview, 1440, light, en", "overview, 360, dark, zh", "requests, 1440, dark, en",
    "requests, 360, light, en", "metrics, 1440, light, zh", "metrics, 360, dark, en",
    "styleguide, 1440, dark, en", "styleguide, 360, light, zh"
  })
  void everyPageFitsInEveryLookAndLanguage(String page, int width, String scheme, String language)
      throws IOException {
    ask("What is the capital of Japan?");
    waitForAnswers(1);
    browser.manage().addCookie(new Cookie("javelin-language", language));
    view(width, scheme);
    browser.get(address() + "/console/" + page);
    assertThat(browser.findElement(By.tagName("html")).getDomAttribute("lang")).isEqualTo(language);
    if (page.equals("overview")) {
      wait.until(presenceOfElementLocated(By.cssSelector(".sparkline path")));
    } else if (page.equals("metrics")) {
      wait.until(presenceOfElementLocated(By.cssSelector(".plot path")));
    } else if (page.equals("requests")) {
      wait.until(presenceOfElementLocated(By.cssSelector("#requests tr[data-id]")));
    }
    assertNoOverflow();
    screenshot("%s-%d-%s-%s".formatted(page, width, scheme, language));
  }

  @Test
  void aRequestExplainsItsTime() throws IOException {
    ask("What is 17 + 25?");
    waitForAnswers(1);
    browser.get(address() + "/console/requests");
    browser.findElement(By.cssSelector("#requests tr[data-id] a")).click();
    wait.until(presenceOfElementLocated(By.id("time-title")));
    assertThat(browser.findElement(By.id("main")).getText())
        .contains("Prefill", "Batch mates", "For KV blocks", "0 steps");
    screenshot("request-1280-light-en");
  }

  @Test
  void thePaletteJumpsToAPage() {
    new Actions(browser).keyDown(Keys.CONTROL).sendKeys("k").keyUp(Keys.CONTROL).perform();
    WebElement query = browser.findElement(By.cssSelector("#palette input"));
    query.sendKeys("metr", Keys.ENTER);
    wait.until(urlContains("/console/metrics"));
  }

  @ParameterizedTest
  @CsvSource({"1280, light", "1280, dark", "360, light", "360, dark"})
  void nothingIsWiderThanTheWindow(int width, String scheme) throws IOException {
    view(width, scheme);
    screenshot("empty-%d-%s".formatted(width, scheme));
    assertNoOverflow();
    ask("Name three colours, then explain " + "a".repeat(80));
    waitForAnswers(1);
    assertNoOverflow();
    screenshot("chat-%d-%s".formatted(width, scheme));
  }

  @ParameterizedTest
  @CsvSource({"light, en", "dark, zh"})
  void everyPageIsOpenToEverybodyWhoeverLooks(String scheme, String language) throws IOException {
    browser.manage().addCookie(new Cookie("javelin-language", language));
    for (boolean inside : new boolean[] {false, true}) {
      if (inside) {
        logIn();
        view(1440, scheme);
      }
      for (String page : PAGES) {
        view(1440, scheme);
        browser.get(address() + page);
        assertThat(violations()).as("%s inside: %s", page, inside).isEmpty();
        assertNoOverflow();
        String name = page.equals("/") ? "playground" : page.substring("/console/".length());
        screenshot(
            "%s-%s-1440-%s-%s"
                .formatted(name.replace('/', '-'), inside ? "admin" : "nobody", scheme, language));
        view(360, scheme);
        assertNoOverflow();
        screenshot(
            "%s-%s-360-%s-%s"
                .formatted(name.replace('/', '-'), inside ? "admin" : "nobody", scheme, language));
      }
    }
    for (String page : List.of("/login", "/login?error", "/password")) {
      view(360, scheme);
      browser.get(address() + page);
      assertThat(violations()).as(page).isEmpty();
      assertNoOverflow();
      screenshot("%s-360-%s-%s".formatted(page.substring(1).replace('?', '-'), scheme, language));
    }
  }

  @Test
  void aKeyIsMadeShownOnceAndRevokedWithoutAReload() throws IOException {
    logIn();
    browser.get(address() + "/console/access");
    browser.executeScript("window.same = true");
    if (browser.findElement(By.tagName("details")).getDomAttribute("open") == null) {
      browser.findElement(By.tagName("summary")).click();
    }
    browser.findElement(By.name("name")).sendKeys("nightly batch");
    browser.findElement(By.name("tokensPerDay")).sendKeys("200000");
    browser.findElement(By.name("name")).sendKeys(Keys.ENTER);
    wait.until(presenceOfElementLocated(By.id("secret")));
    assertThat(browser.findElement(By.id("secret")).getText()).startsWith("jvl_");
    assertThat(violations()).isEmpty();
    screenshot("access-secret-1280-light-en");

    browser.findElement(By.cssSelector("[popovertarget^=revoke]")).click();
    WebElement sure = browser.findElement(By.cssSelector(".confirm:popover-open"));
    assertThat(sure.getText()).contains("Revoke nightly batch?", "0 requests");
    assertThat(violations()).isEmpty();
    screenshot("access-revoke-1280-light-en");
    sure.findElement(By.cssSelector("[type=submit]")).click();
    wait.until(presenceOfElementLocated(By.cssSelector("tr.over .chip.bad")));
    assertThat(browser.findElements(By.id("secret"))).isEmpty();
    assertThat(browser.executeScript("return window.same")).isEqualTo(true);

    browser.get(address() + "/console/audit?action=keys&verify=true");
    browser.findElement(By.cssSelector("td a.btn")).click();
    wait.until(presenceOfElementLocated(By.cssSelector(".diff .is")));
    assertThat(browser.findElement(By.cssSelector(".diff")).getText()).contains("/revokedAt");
    assertThat(violations()).isEmpty();
    screenshot("audit-open-1280-light-en");
  }

  private static void logIn() {
    browser.get(address() + "/login");
    browser.findElement(By.name("username")).sendKeys("admin");
    browser.findElement(By.name("password")).sendKeys(PASSWORD, Keys.ENTER);
    wait.until(presenceOfElementLocated(By.cssSelector(".rail form[action='/logout']")));
  }

  private static List<?> violations() throws IOException {
    try (InputStream axe = ConsoleBrowserTests.class.getResourceAsStream("/axe.min.js")) {
      browser.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    return (List<?>) browser.executeAsyncScript(AUDIT);
  }

  private static String address() {
    return "http://127.0.0.1:" + server.getEnvironment().getRequiredProperty("local.server.port");
  }

  private static void ask(String question) {
    WebElement message = browser.findElement(By.id("message"));
    message.sendKeys(question);
    message.sendKeys(Keys.ENTER);
    wait.until(ignored -> "".equals(message.getDomProperty("value")));
  }

  private static void waitForAnswers(int count) {
    wait.until(invisibilityOfElementLocated(STOP));
    wait.until(elementToBeClickable(SEND));
    assertThat(browser.findElements(ANSWERS)).hasSize(count);
  }

  private static String answer(int index) {
    return browser.findElements(ANSWERS).get(index).getText();
  }

  private static void assertNoOverflow() {
    assertThat((List<?>) browser.executeScript(WIDER_THAN_THE_WINDOW))
        .as("wider than the window at %s", browser.getCurrentUrl())
        .isEmpty();
  }

  /** Sets the viewport itself: Chromium makes no window as narrow as a phone. */
  private static void view(int width, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private static void screenshot(String name) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
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
