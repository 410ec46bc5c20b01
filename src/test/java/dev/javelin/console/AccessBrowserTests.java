package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;

/** Keys as an administrator handles them in the browser, and what the audit keeps of it. */
@ExtendWith(SharedConsole.class)
class AccessBrowserTests {
  private final TestConsole console;
  private final TestBrowser browser;

  AccessBrowserTests(TestConsole console) {
    this.console = console;
    browser = console.browser();
  }

  @Test
  void aKeyIsMadeShownOnceAndRevokedWithoutAReload() throws IOException {
    browser.view(1440, "light");
    console.as("admin", "en");
    browser.complaints();
    console.open("/console/access");
    browser.driver().executeScript("window.same = true");
    browser.click("details:not([open]) > summary");
    browser.type("[name=tokensPerDay]", "200000");
    browser.type("[name=name]", "nightly batch" + Keys.ENTER);
    assertThat(browser.text("#secret")).startsWith("jvl_");
    browser.assertAccessible();
    browser.screenshot("access-secret");

    browser.click(By.xpath("//tr[contains(., 'nightly batch')]//button[text()='Revoke']"));
    assertThat(browser.text(".confirm:popover-open"))
        .contains("Revoke nightly batch?", "0 requests");
    browser.assertAccessible();
    browser.screenshot("access-revoke");
    browser.click(".confirm:popover-open [type=submit]");
    browser.awaitText("tr.over", "nightly batch");
    assertThat(browser.driver().findElements(By.id("secret"))).isEmpty();
    assertThat(browser.driver().executeScript("return window.same")).isEqualTo(true);

    console.open("/console/audit?action=keys&verify=true");
    browser.click("td a.btn");
    browser.awaitText(".diff", "/revokedAt");
    browser.assertAccessible();
    browser.screenshot("audit-open");
    assertThat(browser.complaints()).isEmpty();
  }
}
