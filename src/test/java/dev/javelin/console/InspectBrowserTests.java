package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A version is looked into, and its load profile written, before it is loaded. */
@ExtendWith(SharedConsole.class)
class InspectBrowserTests {
  private static final String PAGE = "/console/models/dart/versions/1";

  private final TestConsole console;
  private final TestBrowser browser;
  private final LoadProfiles profiles;

  InspectBrowserTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
    profiles = console.bean(LoadProfiles.class);
  }

  @BeforeEach
  void open() {
    console.asAdministrator();
    console.open(PAGE);
  }

  @AfterEach
  void leaveAsFound() {
    profiles.put("dart", "default", "{}", Revision.ANY);
  }

  private String stored() {
    return profiles.require("dart", "default").settings();
  }

  @Test
  void theLoadProfileIsWrittenBesideWhatFits() throws IOException {
    browser.awaitText("#fit", "to spare");
    browser.type("[name=maxSequences]", "7");
    browser.click("#profile-form button.primary");
    browser.await().until(_ -> stored().contains("\"maxSequences\":7"));
    // The page comes back with what is stored, and is still that of the version.
    browser.awaitElement("#profile-form [name=maxSequences][value='7']");
    assertThat(browser.driver().getCurrentUrl()).contains(PAGE);
    assertThat(browser.text("#fit #to-load")).contains("dart:1");
    browser.assertAccessible();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aProfileSomebodyElseStoredFirstIsMergedHereToo() throws IOException {
    browser.type("[name=maxSequences]", "7");
    profiles.put("dart", "default", "{\"maxSequences\":9}", Revision.ANY);
    browser.click("#profile-form button.primary");
    browser.awaitText("#merge", "Somebody else stored this profile");
    assertThat(browser.text("[data-key=maxSequences] .theirs")).contains("9");
    assertThat(stored()).contains("9").doesNotContain("7");
    browser.assertAccessible();
    assertThat(browser.complaints()).allMatch(line -> line.contains("412"));
  }
}
