package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Models;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.service.ModelChanges;
import dev.javelin.service.Upload;
import dev.javelin.service.Uploads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** The ways of a model to the server in a real browser. */
class AddBrowserTests {
  @RegisterExtension static final SharedConsole CONSOLE = SharedConsole.managed();
  @TempDir static Path directory;

  private final TestConsole console;
  private final TestBrowser browser;

  AddBrowserTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  @BeforeEach
  void open() {
    console.bean(FakeModelOpener.class).engine.says(FinishReason.STOP, "fine");
    console.asAdministrator();
  }

  @AfterEach
  void browserReportsNoError() {
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aFileIsAddedUnderItsOwnName() throws IOException {
    Files.writeString(console.models().resolve("fourth <b>.gguf"), "fourth");
    console.open("/console/add");
    browser.click(By.xpath("//tr[contains(., 'fourth')]//button"));
    browser
        .await()
        .until(_ -> String.valueOf(browser.driver().getCurrentUrl()).contains("/versions/1"));
    assertThat(console.bean(Models.class).versions("fourth--b-")).hasSize(1);
    browser.awaitText(".problem", "not usable");
    browser.complaints(); // it is no real GGUF file: the page says so with a 422
  }

  @Test
  void aFileIsUploadedInPartsAndGoesOnAfterACut() throws IOException {
    byte[] content = new byte[3 << 20];
    Path file = Files.write(directory.resolve("sent.gguf"), content);
    console.open("/console/add");
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
    assertThat(console.bean(Models.class).version("sent", 1).sizeBytes()).isEqualTo(content.length);
    browser.complaints(); // it is no real GGUF file: the page says so with a 422
  }

  @Test
  void anUploadThatWasLeftGoesOnWithTheSameFileAndMayBeThrownAway() throws IOException {
    Path file = Files.writeString(directory.resolve("left.gguf"), "left alone");
    var uploads = console.bean(Uploads.class);
    console.bean(ModelChanges.class).create("left", "");
    List<Upload.File> announced = List.of(new Upload.File("left.gguf", 10, null));
    uploads.create("left", announced, "test");
    console.open("/console/add");
    browser.awaitText("#uploads", "0 B of 10 B");
    browser.screenshot("upload-left");
    browser.driver().findElement(By.cssSelector("#uploads [type=file]")).sendKeys(file.toString());
    browser.awaitText("#pull", "done");
    assertThat(uploads.list()).isEmpty();

    uploads.create("left", announced, "test");
    console.open("/console/add");
    browser.click("#uploads form button");
    browser.await().until(_ -> browser.driver().findElements(By.id("uploads")).isEmpty());
    assertThat(uploads.list()).isEmpty();
  }
}
