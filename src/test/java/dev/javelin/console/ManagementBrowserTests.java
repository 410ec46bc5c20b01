package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.JavelinApplication;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeBackend;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.ServerTest;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.Registrations;
import dev.javelin.service.RunningRequests;
import dev.javelin.service.Upload;
import dev.javelin.service.Uploads;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The pages of the management in a real browser, over fake engines on a device of 1000 MB. */
class ManagementBrowserTests {
  @TempDir static Path directory;
  private static ConfigurableApplicationContext server;
  private static TestBrowser browser;
  private static Path models;

  @BeforeAll
  static void start() throws IOException {
    models = Files.createDirectory(directory.resolve("models"));
    for (String name : new String[] {"first.gguf", "second.gguf", "third.gguf"}) {
      Files.writeString(models.resolve(name), name);
    }
    Path profile = Files.createDirectory(directory.resolve("profile"));
    browser = new TestBrowser(profile);
    server =
        new SpringApplication(JavelinApplication.class, FakeBackend.class)
            .run(
                "--server.port=0",
                "--javelin.model=" + models.resolve("first.gguf"),
                "--javelin.serving.model-roots=" + models,
                "--javelin.data-dir=" + directory.resolve("data"),
                "--javelin.database-url=jdbc:h2:mem:pages;DB_CLOSE_DELAY=-1",
                "--javelin.admin.password=" + ServerTest.ADMIN_PASSWORD,
                "--spring.main.allow-bean-definition-overriding=true");
    browser.driver().get(address("/login"));
    browser.type("[name=username]", "admin");
    browser.type("[name=password]", ServerTest.ADMIN_PASSWORD);
    browser.click("form button[type=submit]");
    browser.awaitElement("#panes");
    browser.driver().get(address("/console/runtime"));
    browser.awaitElement("#instances .chip.ready");
    Registrations registrations = server.getBean(Registrations.class);
    for (String name : List.of("second.gguf", "third.gguf")) {
      registrations.register("first", models.resolve(name), "path:" + name, "test");
    }
    LoadProfiles profiles = server.getBean(LoadProfiles.class);
    profiles.put("first", "small", "{\"contextLength\":128}", Revision.ANY);
    profiles.put("first", "large", "{\"contextLength\":200000}", Revision.ANY);
    server
        .getBean(AliasChanges.class)
        .put(
            "other",
            new AliasTarget("first", 2, "default", "default"),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            "test",
            "");
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() {
    server.getBean(FakeModelOpener.class).engine.says(FinishReason.STOP, "fine");
    browser.view(1440, "light");
    browser.language("en");
    browser.driver().get(address("/console/runtime"));
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
      browser.driver().get(address("/console/runtime" + query));
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
    server.getBean(FakeModelOpener.class).engine.hangsAfter("so far");
    try (Calls calls = new Calls(address(""), "first", 3)) {
      browser
          .await()
          .until(
              _ ->
                  server
                          .getBean(RunningRequests.class)
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
    assertThat(server.getBean(Aliases.class).history("other").getFirst().reason())
        .isEqualTo("to try it");
  }

  @Test
  void aFailedLoadKeepsItsCauseItsNextStepAndItsLog() throws IOException {
    browser.driver().get(address("/console/runtime?plan=load&what=first:3/default"));
    Files.writeString(models.resolve("third.gguf"), "changed");
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
    FakePlanner planner = server.getBean(FakePlanner.class);
    planner.availableBytes = 180 * FakePlanner.MEGABYTE;
    try {
      browser.driver().get(address("/console/runtime?plan=load&what=first:2/large"));
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
    Alias now = server.getBean(Aliases.class).require("first");
    server
        .getBean(AliasChanges.class)
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
    assertThat(server.getBean(Aliases.class).require("first").policy().pinned()).isFalse();
    assertThat(browser.complaints()).allMatch(line -> line.contains("412"));
  }

  @ParameterizedTest
  @CsvSource({"1440, light, en", "1440, dark, zh", "360, dark, en", "360, light, zh"})
  void theModelsFitInEveryLookAndLanguage(int width, String scheme, String language)
      throws IOException {
    browser.language(language);
    browser.view(width, scheme);
    for (String path :
        List.of(
            "models",
            "models/first",
            "models/first?tab=profiles&profile=small",
            "models/first?tab=decoding",
            "models/first?tab=activity",
            "models/first?tab=history",
            "models/missing",
            "add")) {
      browser.driver().get(address("/console/" + path));
      browser.awaitElement("#content h1");
      assertThat(browser.driver().getPageSource()).doesNotContain("??");
      browser.assertNothingIsWiderThanTheWindow();
      browser.screenshot(
          "%s-%d-%s-%s".formatted(path.replaceAll("\\W+", "-"), width, scheme, language));
    }
    browser.complaints(); // the missing model's 404
  }

  @Test
  void aProfileShowsWhatFitsBeforeItIsStored() {
    FakePlanner planner = server.getBean(FakePlanner.class);
    planner.availableBytes = 180 * FakePlanner.MEGABYTE;
    browser.driver().get(address("/console/models/first?tab=profiles&profile=large"));
    browser.awaitText("#fit", "are missing");
    browser.click("#use-most");
    browser.awaitText("#fit", "to spare");
    assertThat(browser.driver().findElements(By.cssSelector(".chip.warn"))).isNotEmpty();
    browser.click("#profile-form button.primary");
    browser.await().until(_ -> !browser.driver().getPageSource().contains("not saved"));
    assertThat(server.getBean(LoadProfiles.class).require("first", "large").settings())
        .doesNotContain("200000");
    server
        .getBean(LoadProfiles.class)
        .put("first", "large", "{\"contextLength\":200000}", Revision.ANY);
    planner.availableBytes = 1000 * FakePlanner.MEGABYTE;
  }

  @Test
  void aProfileSomebodyElseStoredFirstIsMergedNotOverwritten() throws IOException {
    LoadProfiles profiles = server.getBean(LoadProfiles.class);
    profiles.put("first", "merged", "{\"contextLength\":64}", Revision.ANY);
    browser.driver().get(address("/console/models/first?tab=profiles&profile=merged"));
    browser.type("[name=maxSequences]", "7");
    profiles.put("first", "merged", "{\"contextLength\":96}", Revision.ANY);
    browser.click("#profile-form button.primary");
    browser.awaitText("#merge", "Somebody else stored this profile");
    assertThat(browser.text("[data-key=contextLength] .theirs")).contains("96");
    browser.screenshot("merge");
    assertThat(profiles.require("first", "merged").settings()).doesNotContain("maxSequences");
    browser.type("[name=contextLength]", "96");
    browser.click("#profile-form button.primary");
    browser
        .await()
        .until(_ -> profiles.require("first", "merged").settings().contains("maxSequences"));
    assertThat(profiles.require("first", "merged").settings())
        .contains("\"contextLength\":96", "\"maxSequences\":7");
    assertThat(browser.complaints()).allMatch(line -> line.contains("412"));
  }

  @Test
  void decodingDefaultsAreStoredAndRefusedByName() {
    browser.driver().get(address("/console/models/first?tab=decoding"));
    assertThat(browser.text("[data-key='sampling.top_k'] .origin")).isEqualTo("checkpoint");
    browser.type("[name='sampling.temperature']", "-3");
    browser.click("#profile-form button.primary");
    browser.awaitText(".problem", "temperature");
    browser.type("[name='sampling.temperature']", "0.5");
    browser.click("#profile-form button.primary");
    browser.await().until(_ -> browser.driver().findElements(By.cssSelector(".problem")).isEmpty());
    assertThat(server.getBean(DecodingProfiles.class).require("first", "default").settings())
        .contains("0.5");
    assertThat(browser.complaints()).allMatch(line -> line.contains("400"));
  }

  @Test
  void aFileIsAddedUnderItsOwnName() throws IOException {
    Files.writeString(models.resolve("fourth <b>.gguf"), "fourth");
    browser.driver().get(address("/console/add"));
    browser.click(By.xpath("//tr[contains(., 'fourth')]//button"));
    browser
        .await()
        .until(_ -> String.valueOf(browser.driver().getCurrentUrl()).contains("/versions/1"));
    assertThat(server.getBean(Models.class).versions("fourth--b-")).hasSize(1);
    browser.awaitText(".problem", "not usable");
    browser.complaints(); // it is no real GGUF file: the page says so with a 422
  }

  @Test
  void aFileIsUploadedInPartsAndGoesOnAfterACut() throws IOException {
    byte[] content = new byte[3 << 20];
    Path file = Files.write(directory.resolve("sent.gguf"), content);
    browser.driver().get(address("/console/add"));
    // The first part is cut off on its way.
    browser
        .driver()
        .executeScript(
            """
            const send = XMLHttpRequest.prototype.send;
            window.parts = 0;
            XMLHttpRequest.prototype.send = function (body) {
              if (body instanceof Blob && window.parts++ === 0) this.upload.onloadstart = () => this.abort();
              send.call(this, body);
            };
            """);
    browser.driver().findElement(By.name("files")).sendKeys(file.toString());
    browser.click("#upload-form button");
    browser.awaitText("#pull", "done");
    assertThat(browser.driver().executeScript("return window.parts")).isEqualTo(2L);
    browser.screenshot("uploaded");
    browser.click("#go-on");
    browser.awaitText("h1", "1");
    assertThat(server.getBean(Models.class).version("sent", 1).sizeBytes())
        .isEqualTo(content.length);
    browser.complaints(); // it is no real GGUF file: the page says so with a 422
  }

  @Test
  void anUploadThatWasLeftGoesOnWithTheSameFileAndMayBeThrownAway() throws IOException {
    Path file = Files.writeString(directory.resolve("left.gguf"), "left alone");
    var uploads = server.getBean(Uploads.class);
    server.getBean(ModelChanges.class).create("left", "");
    List<Upload.File> announced = List.of(new Upload.File("left.gguf", 10, null));
    uploads.create("left", announced, "test");
    browser.driver().get(address("/console/add"));
    browser.awaitText("#uploads", "0 B of 10 B");
    browser.screenshot("upload-left");
    browser.driver().findElement(By.cssSelector("#uploads [type=file]")).sendKeys(file.toString());
    browser.awaitText("#pull", "done");
    assertThat(uploads.list()).isEmpty();

    uploads.create("left", announced, "test");
    browser.driver().get(address("/console/add"));
    browser.click("#uploads form button");
    browser.await().until(_ -> browser.driver().findElements(By.id("uploads")).isEmpty());
    assertThat(uploads.list()).isEmpty();
  }

  @Test
  void anAliasIsDeletedAfterAQuestionThatSaysWhatItMeans() throws IOException {
    server
        .getBean(AliasChanges.class)
        .put(
            "gone",
            new AliasTarget("first", 3, "default", "default"),
            AliasPolicy.DEFAULT,
            Revision.ANY,
            "test",
            "");
    browser.driver().get(address("/console/models/first"));
    browser.click("#versions tbody tr:first-child a.danger");
    browser.awaitText("#plan", "Aliases need it");
    browser.screenshot("removal-refused");
    browser.click("#plan .ways a.danger");
    browser.awaitText("#plan", "Clients that call this name are refused");
    browser.click("#plan form button");
    browser.await().until(_ -> !browser.text("#aliases").contains("gone"));
    assertThat(server.getBean(Aliases.class).find("gone")).isEmpty();
  }

  private static String address(String path) {
    return "http://127.0.0.1:"
        + server.getEnvironment().getRequiredProperty("local.server.port")
        + path;
  }
}
