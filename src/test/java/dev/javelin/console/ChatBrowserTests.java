package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openqa.selenium.support.ui.ExpectedConditions.elementToBeClickable;
import static org.openqa.selenium.support.ui.ExpectedConditions.invisibilityOfElementLocated;
import static org.openqa.selenium.support.ui.ExpectedConditions.textToBe;

import dev.javelin.JavelinApplication;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.fake.TestServer;
import dev.javelin.service.Routes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Chatting as a person does: the real server, the built-in model and a real browser. */
class ChatBrowserTests {
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

  @TempDir static Path directory;
  private static ConfigurableApplicationContext server;
  private static TestBrowser page;
  private static ChromeDriver browser;

  @BeforeAll
  static void start() throws IOException {
    page = new TestBrowser(Files.createDirectory(directory.resolve("profile")));
    browser = page.driver();
    server =
        new SpringApplication(JavelinApplication.class, TestServer.class)
            .run(
                "--server.port=0",
                "--javelin.home=" + Path.of("").toAbsolutePath(),
                "--javelin.data-dir=" + directory.resolve("data"));
    // Answers are drawn alike in each run.
    server
        .getBean(DecodingProfiles.class)
        .put("dart", "default", "{\"sampling\":{\"seed\":7}}", Revision.ANY);
    server.getBean(Routes.class).refresh();
  }

  @AfterAll
  static void end() {
    if (page != null) {
      page.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() {
    page.view(1280, "light");
    browser.get(address());
    browser.executeScript("sessionStorage.clear()");
    browser.get(address());
    page.awaitElement("#models .chip.ready");
    page.await().until(elementToBeClickable(SEND));
  }

  @AfterEach
  void browserReportsNoError() {
    browser.manage().deleteAllCookies();
    assertThat(page.complaints()).isEmpty();
  }

  @Test
  void aQuestionIsAnsweredWithFigures() {
    assertThat(page.text("#models")).contains("dart", "ready");
    ask("What is the capital of France?");
    waitForAnswers(1);
    assertThat(answer(0)).isNotBlank();
    assertThat(browser.findElements(By.cssSelector(".msg.error"))).isEmpty();
    assertThat(page.text(".figures"))
        .matches(Pattern.compile("TTFT \\d+ ms .* tokens · cached \\d+ · stop · .*"));
  }

  @Test
  void aStoppedAnswerIsKeptFreesItsMemoryAndLeavesTheChatUsable() {
    browser.executeScript(STOP_AT_FIRST_TEXT);
    ask("Write a long story about a lighthouse keeper and the sea.");
    page.await().until(textToBe(By.cssSelector(".log .msg:nth-child(2) > .who > span"), "stopped"));
    waitForAnswers(1);
    assertThat(answer(0)).isNotBlank();
    page.await().until(textToBe(By.cssSelector("#models td:nth-child(4)"), "0"));

    ask("Say hello.");
    waitForAnswers(2);
    assertThat(answer(1)).isNotBlank();
    assertThat(browser.findElements(By.cssSelector(".msg.error"))).isEmpty();
  }

  @Test
  void clearEmptiesTheConversation() {
    ask("Say hello.");
    waitForAnswers(1);
    page.click("#clear");
    assertThat(browser.findElements(By.cssSelector(".log .msg"))).isEmpty();
    assertThat(page.text(".figures")).isEmpty();
  }

  @Test
  void twoAnswersAreComparedAndTheirFirstDifferenceMarked() throws IOException {
    page.click("#compare");
    assertThat(browser.findElements(By.cssSelector(".pane"))).hasSize(2);
    browser.findElement(By.xpath("//label[span='temperature']/input")).sendKeys("2");
    assertThat(page.text("#set-count")).isEqualTo("1 of 9 set");
    ask("Write a short poem about the sea.");
    page.await().until(invisibilityOfElementLocated(STOP));
    page.await().until(elementToBeClickable(SEND));
    assertThat(browser.findElements(ANSWERS)).hasSize(2).noneMatch(it -> it.getText().isBlank());
    assertThat(browser.findElements(By.cssSelector(".diverge"))).hasSize(2);
    page.assertAccessible();
    page.screenshot("compare-1280-light");
  }

  @Test
  void anEditedQuestionReplacesTheOldOne() {
    ask("Say hello.");
    waitForAnswers(1);
    page.click(".msg .who button");
    assertThat(browser.findElements(By.cssSelector(".log .msg"))).isEmpty();
    WebElement message = browser.findElement(By.id("message"));
    assertThat(message.getDomProperty("value")).isEqualTo("Say hello.");
    message.clear();
    ask("What is 2 + 3?");
    waitForAnswers(1);
  }

  @Test
  void theRequestAppearsAsCode() {
    page.type("#message", "It's a \"test\"");
    page.click("#code-open");
    assertThat(page.text("#code pre")).startsWith("curl http://127.0.0.1:").contains("\"dart\"");
    page.click("[data-language=python]");
    assertThat(page.text("#code pre")).contains("from openai import OpenAI");
    page.click("[data-language=java]");
    assertThat(page.text("#code pre")).contains("HttpClient");
  }

  @Test
  void aRequestExplainsItsTime() throws IOException {
    ask("What is 17 + 25?");
    waitForAnswers(1);
    browser.get(address() + "/console/requests");
    page.click("#requests tr[data-id] a");
    page.awaitElement("#time-title");
    assertThat(page.text("#main"))
        .contains("Prefill", "prompt tokens computed in", "It waited for", "Settings in force");
    for (int width : new int[] {1440, 360}) {
      page.view(width, width == 360 ? "dark" : "light");
      page.assertNothingIsWiderThanTheWindow();
      page.assertAccessible();
      page.screenshot("request-" + width);
    }
  }

  @ParameterizedTest
  @CsvSource({"1440, light", "360, dark"})
  void aConversationFitsItsWindow(int width, String scheme) throws IOException {
    page.view(width, scheme);
    page.assertNothingIsWiderThanTheWindow();
    ask("Name three colours, then explain " + "a".repeat(80));
    waitForAnswers(1);
    page.assertNothingIsWiderThanTheWindow();
    page.assertAccessible();
    page.screenshot("chat-%d-%s".formatted(width, scheme));
  }

  private static String address() {
    return "http://127.0.0.1:" + server.getEnvironment().getRequiredProperty("local.server.port");
  }

  private static void ask(String question) {
    WebElement message = browser.findElement(By.id("message"));
    message.sendKeys(question);
    message.sendKeys(Keys.ENTER);
    page.await().until(_ -> "".equals(message.getDomProperty("value")));
  }

  private static void waitForAnswers(int count) {
    page.await().until(invisibilityOfElementLocated(STOP));
    page.await().until(elementToBeClickable(SEND));
    assertThat(browser.findElements(ANSWERS)).hasSize(count);
  }

  private static String answer(int index) {
    return browser.findElements(ANSWERS).get(index).getText();
  }
}
