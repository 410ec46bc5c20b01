package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.service.AliasChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.openqa.selenium.interactions.Actions;

/** The playground in a real browser, over an engine whose answers are known. */
class PlaygroundBrowserTests {
  @TempDir static Path directory;
  private static TestConsole console;
  private static TestBrowser browser;
  private static FakeEngine engine = new FakeEngine();

  @BeforeAll
  static void start() throws IOException {
    Path model = Files.writeString(directory.resolve("first.gguf"), "first");
    console = new TestConsole(directory, model.toString());
    browser = console.browser();
    engine = console.bean(FakeModelOpener.class).engine;
    console
        .bean(DecodingProfiles.class)
        .put("first", "cold", "{\"sampling\":{\"temperature\":0.5}}", Revision.ANY);
    console
        .bean(AliasChanges.class)
        .put(
            "other",
            new AliasTarget("first", 1, "default", "cold"),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            "test",
            "");
  }

  @AfterAll
  static void end() {
    if (console != null) {
      console.close();
    }
  }

  @BeforeEach
  void open() {
    engine.says(FinishReason.STOP, "fine");
    engine.requests.clear();
    browser.view(1440, "light");
    browser.driver().get(console.address("/"));
    browser.language("en");
    browser.driver().executeScript("sessionStorage.clear()");
    browser.driver().get(console.address("/"));
    browser.awaitElement("#models .chip.ready");
    browser.await().until(_ -> browser.text(".pane select").contains("first"));
  }

  @AfterEach
  void browserReportsNoError() {
    assertThat(browser.complaints()).isEmpty();
  }

  private static void ask(String question) {
    browser.type("#message", question + Keys.ENTER);
    browser.await().until(_ -> all(".figures").stream().allMatch(text -> text.contains("TTFT")));
  }

  private static List<String> all(String selector) {
    return browser.driver().findElements(By.cssSelector(selector)).stream()
        .map(element -> element.getText())
        .toList();
  }

  private static String parameter(String name, String attribute) {
    return String.valueOf(
        browser
            .driver()
            .findElement(By.xpath("//label[span='%s']/input".formatted(name)))
            .getDomProperty(attribute));
  }

  @Test
  void valuesThatAreNotSetAreShownWithTheirOriginAndNotSent() throws Exception {
    browser.choose(".pane select", "other");
    browser.await().until(_ -> parameter("temperature", "placeholder").equals("0.5"));
    assertThat(parameter("temperature", "title")).isEqualTo("profile");
    assertThat(parameter("top_k", "placeholder")).isEqualTo("7");
    assertThat(parameter("top_k", "title")).isEqualTo("checkpoint");
    assertThat(parameter("top_p", "placeholder")).isEqualTo("1");
    assertThat(parameter("top_p", "title")).isEqualTo("neutral");
    browser.driver().findElement(By.xpath("//label[span='min_p']/input")).sendKeys("0.1");
    browser.click("#code-open");
    assertThat(browser.text("#code pre")).contains("min_p").doesNotContain("top_k", "temperature");
    browser.click("#code-close");
    ask("hi");
    GenerationRequest request = engine.requests.take();
    assertThat(request.sampling().truncation().minP()).isEqualTo(0.1f);
    assertThat(request.sampling().temperature()).isEqualTo(0.5f);
  }

  @Test
  void eachPaneHasSettingsOfItsOwn() throws Exception {
    browser.driver().findElement(By.xpath("//label[span='temperature']/input")).sendKeys("1.5");
    browser.click("#compare");
    assertThat(browser.text("#comparing")).isEqualTo("comparing 2");
    assertThat(all(".pane .summary")).containsExactly("temperature 1.5", "temperature 1.5");
    browser.type("#parameters label:first-child input", "0.2");
    assertThat(all(".pane .summary")).containsExactly("temperature 1.5", "temperature 0.2");
    browser.click("#scope button:first-child");
    assertThat(parameter("temperature", "value")).isEqualTo("1.5");
    ask("hi");
    List<Float> sent = new ArrayList<>();
    sent.add(engine.requests.take().sampling().temperature());
    sent.add(engine.requests.take().sampling().temperature());
    assertThat(sent).containsExactlyInAnyOrder(1.5f, 0.2f);
  }

  @Test
  void anAnswerIsRegeneratedAndAnyQuestionEdited() {
    ask("one");
    ask("two");
    engine.says(FinishReason.STOP, "better");
    browser.click(".regenerate");
    browser.await().until(_ -> all(".msg.assistant .text").equals(List.of("fine", "better")));
    assertThat(all(".msg.user .text")).containsExactly("one", "two");
    browser.click(".msg.user:first-child .who button");
    assertThat(all(".log .msg")).isEmpty();
    assertThat(browser.awaitElement("#message").getDomProperty("value")).isEqualTo("one");
  }

  @Test
  void aConversationSurvivesALookAtAnotherPage() {
    ask("remember me");
    browser.click("#main .figures a");
    browser.awaitText("h1", "chatcmpl");
    browser.driver().get(console.address("/"));
    browser.await().until(_ -> all(".msg .text").equals(List.of("remember me", "fine")));
    browser.click("#clear");
    browser.driver().get(console.address("/"));
    browser.awaitElement("#panes .pane");
    assertThat(all(".msg .text")).isEmpty();
  }

  @Test
  void everyTokenTellsItsIdAndWhatElseWasLikely() throws IOException {
    engine.plays(
        new GenerationEvent.TextDelta("h", new int[] {'h'}, List.of(token('h', -0.1f, 'h', 'a'))),
        new GenerationEvent.TextDelta(
            "é",
            new int[] {0xc3, 0xa9},
            List.of(token(0xc3, -2f, 'a', 'b'), token(0xa9, -0.2f, 0xa9, 'b'))),
        new GenerationEvent.Finished(FinishReason.STOP, new Usage(2, 3, 0), new Timings(1, 2, 3)));
    browser.click("#tokens");
    ask("hi");
    assertThat(all(".msg.assistant .text")).containsExactly("hé");
    assertThat(browser.driver().findElements(By.cssSelector(".tok.p3"))).hasSize(1);
    new Actions(browser.driver())
        .moveToElement(browser.driver().findElement(By.cssSelector(".tok")))
        .perform();
    browser.awaitText("#alternatives", "104");
    assertThat(browser.text("#alternatives")).contains("\"h\"", "90.5 %", "97", "\"a\"");
    browser.screenshot("playground-tokens");
    browser.awaitElement(".msg.assistant .text").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    browser.awaitText("#alternatives .chosen", "195");
  }

  @Test
  void anAnswerIsCheckedAgainstItsSchema() throws IOException {
    browser.choose("#format", "json_schema");
    browser.awaitText("#schema-problem", "Write a JSON schema first.");
    browser.type("#schema", "{\"type\":\"obj");
    browser.awaitText("#schema-problem", "The schema is not JSON");
    browser.type(
        "#schema",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}");
    assertThat(browser.text("#schema-problem")).isEmpty();
    engine.says(FinishReason.STOP, "{\"a\":\"x\"}");
    ask("hi");
    browser.awaitText(".verdict", "not valid");
    assertThat(browser.text(".figures")).contains("/a: type integer");
    engine.says(FinishReason.STOP, "{\"a\":3}");
    browser.click(".regenerate");
    browser.await().until(_ -> browser.text(".verdict").equals("valid"));
    browser.screenshot("playground-schema");
  }

  @ParameterizedTest
  @CsvSource({"1440, light, en", "1440, dark, zh", "360, dark, en", "360, light, zh"})
  void itFitsInEveryLookAndLanguage(int width, String scheme, String language) throws IOException {
    browser.click("#compare");
    ask("What is a paged KV cache?");
    browser.language(language);
    browser.view(width, scheme);
    browser.driver().get(console.address("/"));
    browser.awaitElement(".msg .text");
    browser.assertNothingIsWiderThanTheWindow();
    assertThat(browser.driver().getPageSource()).doesNotContain("??");
    browser.screenshot("playground-%d-%s-%s".formatted(width, scheme, language));
  }

  private static TokenLogprobs token(int id, float logprob, int... top) {
    return new TokenLogprobs(id, logprob, 3, top, new float[] {-0.1f, -2.5f});
  }
}
