package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.JavelinApplication;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.springframework.boot.SpringApplication;

/**
 * An operator's way through the pages of the real server, its clicks counted: log in, add a GGUF
 * file, see what fits, load it, name it, chat, swap it under load, roll back, find a request's
 * wait, revoke a key.
 */
class OperatorPathTests {
  private static final int MOST_CLICKS = 35;

  @TempDir Path directory;

  @Test
  void fromAFileToAnAnsweredRequestAndBackInFewClicks() throws IOException {
    Path models = Files.createDirectory(directory.resolve("models"));
    Path built = Path.of("models", "dart", "dart-20m-chat-q8_0.gguf");
    Files.copy(built, models.resolve("fresh.gguf"));
    Files.copy(built, models.resolve("fresh-2.gguf"));
    try (TestBrowser browser =
            new TestBrowser(Files.createDirectory(directory.resolve("profile")));
        var server =
            new SpringApplication(JavelinApplication.class, TestServer.class)
                .run(
                    "--server.port=0",
                    "--javelin.home=" + Path.of("").toAbsolutePath(),
                    "--javelin.serving.model-roots=" + models,
                    "--javelin.data-dir=" + directory.resolve("data"),
                    "--javelin.admin.password=" + ServerTest.ADMIN_PASSWORD)) {
      String address =
          "http://127.0.0.1:" + server.getEnvironment().getRequiredProperty("local.server.port");
      browser.view(1440, "light");
      browser.driver().get(address);
      browser.click(By.linkText("Log in"));
      browser.type("[name=username]", "admin");
      browser.type("[name=password]", ServerTest.ADMIN_PASSWORD);
      browser.click("main form button[type=submit], .card form button[type=submit]");
      browser.awaitElement("#panes");

      // add two versions of one model; the second is what it is swapped to
      browser.click(By.linkText("Models"));
      browser.click(By.linkText("Add a model"));
      browser.type("#path-form [name=path]", models.resolve("fresh.gguf").toString());
      browser.click("#path-form button");
      browser.awaitText("#fit-title", "Fit");
      assertThat(browser.text("#content")).contains("Q8_0", "to spare");
      browser.click("#to-load");
      browser.awaitText("#plan", "to spare");
      browser.click("#plan form[method=post] button");
      browser.awaitText("#instances", "fresh:1/default");
      browser.awaitText("#operations li:first-child", "done");

      browser.click(By.linkText("Models"));
      browser.click(By.linkText("fresh"));
      browser.type("#name-form [name=name]", "chat");
      browser.click("#name-form button");
      browser.awaitText("#aliases", "chat");
      browser.click(By.linkText("Add a version"));
      browser.type("#path-form [name=path]", models.resolve("fresh-2.gguf").toString());
      browser.click("#path-form button");
      browser.awaitText("#content", "fresh-2.gguf");

      // chat with it
      browser.click(By.linkText("Playground"));
      browser.await().until(_ -> browser.text(".pane select").contains("chat"));
      browser.choose(".pane select", "chat");
      browser.type("#message", "What is a volcano?" + Keys.ENTER);
      browser.awaitText(".figures", "TTFT");

      // swap under load, then roll back
      try (Calls calls = new Calls(address, "chat", 3)) {
        browser.click(By.linkText("Runtime"));
        browser.click(By.xpath("//tr[@data-key='alias-chat']//a[text()='Swap']"));
        browser.awaitText("#plan", "chat stands for fresh:2 from the next request on.");
        browser.click("#plan form[method=post] button");
        browser.awaitText("tr[data-key=alias-chat]", "fresh:2/default");
        browser.awaitText("#operations li:first-child", "done");
        assertThat(calls.statuses()).containsOnly(200);
      }
      browser.click(By.linkText("Models"));
      browser.click(By.linkText("fresh"));
      browser.click(By.partialLinkText("Roll back to fresh:1"));
      browser.awaitText("#plan", "chat stands for fresh:1 from the next request on.");
      browser.click("#plan form[method=post] button");
      browser.awaitText("tr[data-key=alias-chat]", "fresh:1/default");
      browser.awaitText("#operations li:first-child", "done");

      // why did a request wait?
      browser.click(By.linkText("Playground"));
      browser.await().until(_ -> browser.text(".pane select").contains("chat"));
      browser.choose(".pane select", "chat");
      browser.type("#message", "Name one." + Keys.ENTER);
      browser.awaitText(".figures", "TTFT");
      browser.click(By.linkText("Requests"));
      browser.click("#requests tr[data-id] a");
      browser.awaitText("#content", "It waited for");

      // a key is made for a program, works, and is revoked
      browser.click(By.linkText("Access"));
      browser.type("[name=name]", "robot");
      browser.click("form[action='/console/access/keys'] button[type=submit]");
      String secret = browser.text("#secret");
      assertThat(status(address, secret)).isEqualTo(200);
      browser.click("[popovertarget^=revoke]");
      browser.click(".confirm:popover-open button[type=submit]");
      browser.awaitText("#content table", "revoked");
      assertThat(status(address, secret)).isEqualTo(401);

      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.clicks()).as("clicks").isLessThanOrEqualTo(MOST_CLICKS);
      System.out.println("OperatorPathTests: " + browser.clicks() + " clicks");
    }
  }

  private static int status(String address, String key) throws IOException {
    HttpURLConnection call =
        (HttpURLConnection) URI.create(address + "/v1/models").toURL().openConnection();
    call.setRequestProperty("Authorization", "Bearer " + key);
    return call.getResponseCode();
  }
}
