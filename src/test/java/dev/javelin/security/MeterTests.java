package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.catalog.account.Limits;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MeterTests {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
  private final Meter meter = new Meter("the key k");

  @Test
  void aMinuteHoldsSoManyRequestsAndFreesThemAfterSixtySeconds() {
    Limits limits = new Limits(2L, null, null, null);
    run(limits, 1, NOON);
    run(limits, 1, NOON.plusSeconds(30));
    QuotaExceededException full = refused(limits, 1, NOON.plusMillis(59_999));
    assertThat(full.quota()).isEqualTo(Quota.REQUESTS_PER_MINUTE);
    assertThat(full).hasMessageContaining("the key k").hasMessageContaining("2 requests");
    Duration wait = full.retryAfter().orElseThrow();
    run(limits, 1, NOON.plusMillis(59_999).plus(wait));
    refused(limits, 1, NOON.plusMillis(59_999).plus(wait));
  }

  @Test
  void tokensAreCountedAtTheirMostAndCorrectedAtTheEnd() {
    Limits limits = new Limits(null, 100L, null, null);
    meter.check(limits, 80, NOON);
    meter.begin(80, NOON);
    assertThat(refused(limits, 21, NOON).quota()).isEqualTo(Quota.TOKENS_PER_MINUTE);
    meter.end(NOON, 70, NOON.plusSeconds(3));
    assertThat(meter.usage(NOON.plusSeconds(3))).isEqualTo(new QuotaUsage(1, 10, 10, 0));
    meter.check(limits, 90, NOON.plusSeconds(3));
    refused(limits, 91, NOON.plusSeconds(3));
  }

  @Test
  void whatCanNeverFitIsToldSo() {
    Limits limits = new Limits(null, 100L, null, null);
    QuotaExceededException never = refused(limits, 101, NOON);
    assertThat(never.retryAfter()).isEmpty();
    assertThat(never).hasMessageContaining("101").hasMessageContaining("max_tokens");
  }

  @Test
  void aDayEndsAtMidnight() {
    Limits limits = new Limits(null, null, 100L, null);
    run(limits, 100, NOON);
    QuotaExceededException full = refused(limits, 1, NOON.plusSeconds(3600));
    assertThat(full.quota()).isEqualTo(Quota.TOKENS_PER_DAY);
    assertThat(full.retryAfter()).contains(Duration.ofHours(11));
    run(limits, 100, NOON.plus(Duration.ofHours(12)));
  }

  @Test
  void aRequestThatEndsAfterMidnightGivesNothingBackToTheNewDay() {
    Limits limits = new Limits(null, null, 100L, null);
    Instant late = Instant.parse("2026-03-04T23:59:59Z");
    meter.check(limits, 100, late);
    meter.begin(100, late);
    meter.end(late, 100, late.plusSeconds(2));
    assertThat(meter.usage(late.plusSeconds(2)).tokensInDay()).isZero();
  }

  @Test
  void soManyRunAtTheSameTime() {
    Limits limits = new Limits(null, null, null, 1L);
    meter.check(limits, 1, NOON);
    meter.begin(1, NOON);
    assertThat(refused(limits, 1, NOON).quota()).isEqualTo(Quota.CONCURRENT_REQUESTS);
    meter.end(NOON, 0, NOON);
    meter.check(limits, 1, NOON);
  }

  @Test
  void aRefusedRequestIsNotCounted() {
    Limits limits = new Limits(1L, 10L, null, null);
    assertThatThrownBy(() -> meter.check(limits, 11, NOON))
        .isInstanceOf(QuotaExceededException.class);
    assertThat(meter.usage(NOON)).isEqualTo(QuotaUsage.NONE);
  }

  private void run(Limits limits, long tokens, Instant at) {
    meter.check(limits, tokens, at);
    meter.begin(tokens, at);
    meter.end(at, 0, at);
  }

  private QuotaExceededException refused(Limits limits, long tokens, Instant at) {
    return catchThrowableOfType(
        QuotaExceededException.class, () -> meter.check(limits, tokens, at));
  }
}
