package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.CuttableProxy;
import dev.javelin.service.Registrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a page shows when there is nothing, when something fails and when the server is away. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StatesTests {
  @TempDir static Path directory;
  private static TestConsole console;
  private static TestBrowser browser;

  @BeforeAll
  static void start() throws IOException {
    console = new TestConsole(directory, "none");
    browser = console.browser();
  }

  @AfterAll
  static void end() {
    if (console != null) {
      console.close();
    }
  }

  private static void assertFine(String name) throws IOException {
    assertThat(browser.driver().getPageSource()).doesNotContain("??");
    for (int width : new int[] {1440, 360}) {
      browser.view(width, width == 360 ? "dark" : "light");
      browser.assertNothingIsWiderThanTheWindow();
      browser.assertAccessible();
      browser.screenshot("state-%s-%d".formatted(name, width));
    }
    browser.view(1440, "light");
  }

  @Order(1)
  @ParameterizedTest
  @CsvSource({
    "/, No model answers here yet", "/console/overview, No request has ended yet",
    "/console/requests, Try one in the playground", "/console/models, No model is registered yet",
    "/console/add, Nothing that can be added", "/console/runtime, Nothing is in memory",
    "/console/runtime?plan=load, not there", "/console/access, No keys yet",
    "/console/access/quotas, No tenant has called yet", "/console/audit?actor=nobody, No row fits",
    "/console/settings, Nothing is set here"
  })
  void whereThereIsNothingThePageSaysWhatToDo(String path, String says) throws IOException {
    for (String language : new String[] {"zh", "en"}) {
      console.as("admin", language);
      console.open(path);
      assertFine("empty%s-%s".formatted(path.replaceAll("\\W+", "-"), language));
    }
    browser.awaitText("main", says);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aServerThatIsAwayIsNoticedAndFoundAgain() throws IOException {
    try (CuttableProxy way = new CuttableProxy(console.port())) {
      console.as("admin", "en");
      browser.driver().get("http://127.0.0.1:%d/console/overview".formatted(way.port()));
      browser.awaitElement("#offline[hidden]");
      way.cut();
      browser.awaitElement("#offline:not([hidden])");
      assertThat(browser.text("#offline")).isEqualTo("live updates lost, retrying");
      assertFine("disconnected");
      way.restore();
      browser.awaitElement("#offline[hidden]");
      browser.complaints(); // of the connections that broke
    }
  }

  @Test
  void whatFailsSaysSoAndWhatToDo() throws IOException {
    JdbcTemplate database = console.bean(JdbcTemplate.class);
    console.as("admin", "en");
    database.execute("alter table model rename to gone");
    try {
      console.open("/console/models");
      assertThat(browser.text("main"))
          .contains("Something went wrong", "Its log says why", "500 /console/models");
      assertFine("failure");
    } finally {
      database.execute("alter table gone rename to model");
    }
    browser.complaints(); // the 500
  }

  @Test
  void whoMayNotIsToldWhoMay() throws IOException {
    for (String language : new String[] {"en", "zh"}) {
      console.as("developer", language);
      console.open("/console/add");
      assertFine("forbidden-" + language);
    }
    browser.complaints(); // the 403
  }

  @Test
  void whatSomebodyElseChangedMeanwhileIsNotOverwritten() throws IOException {
    console.session("viewer");
    console.as("admin", "en");
    console.open("/console/access/people");
    console.bean(Accounts.class).changeRole("viewer", Role.OPERATOR, Revision.ANY);
    By form = By.cssSelector("form[action='/console/access/people/viewer/role']");
    browser.driver().findElement(form).findElement(By.tagName("button")).click();
    browser.awaitText("#merge", "Somebody else changed viewer meanwhile");
    assertThat(browser.text("#merge a")).isEqualTo("Take theirs, drop mine");
    assertThat(browser.text("table .theirs")).isEqualTo("theirs: operator");
    assertFine("stale");
    // Those of another test's connections may come as late as now.
    assertThat(browser.complaints())
        .filteredOn(line -> line.contains(":%d/".formatted(console.port())))
        .allMatch(line -> line.contains("status of 4"));
  }

  @Test
  void aLoadThatFailedKeepsItsCauseAndTheNextStep() throws IOException {
    Path file = Files.writeString(directory.resolve("models/later.gguf"), "later");
    console.bean(Models.class).create("later", "");
    console.bean(Registrations.class).register("later", file, "path:later.gguf", "test");
    console.bean(LoadProfiles.class).put("later", "default", "{}", Revision.ANY);
    console.bean(DecodingProfiles.class).put("later", "default", "{}", Revision.ANY);
    console.as("admin", "zh");
    console.open("/console/runtime?plan=load&what=later:1/default");
    Files.writeString(file, "changed");
    browser.click("#plan form[method=post] button");
    browser.awaitText("#operations li:first-child", "文件已变更");
    assertThat(browser.text("#operations li:first-child .problem"))
        .contains("later:1", "自注册后已丢失或被更改");
    assertFine("failed-load");
    browser.complaints();
  }

  @Test
  void whatTakesLessThanAMomentShowsNoSignOfIt() {
    console.as("admin", "en");
    console.open("/console/metrics");
    assertThat(
            browser
                .driver()
                .executeScript(
                    """
                    const page = document.querySelector(".page");
                    page.classList.add("htmx-request");
                    const chart = document.createElementNS("http://www.w3.org/2000/svg", "svg");
                    chart.classList.add("plot");
                    page.append(chart);
                    return [getComputedStyle(page, "::before"), getComputedStyle(chart)]
                      .map((style) => style.animationName + " " + style.animationDelay + " " + style.visibility);
                    """))
        .isEqualTo(List.of("appear 0.3s hidden", "appear 0.3s hidden"));
  }
}
