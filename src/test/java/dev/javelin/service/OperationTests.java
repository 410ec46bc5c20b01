package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.OperationRecord.State;
import dev.javelin.catalog.TimeSortedId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationTests {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final List<String> told = new ArrayList<>();
  private Duration passed = Duration.ZERO;
  private final Operation operation =
      new Operation(
          OperationRecord.first(TimeSortedId.next(), "pull", "it", "ann", null, null, START),
          new Passing(),
          at -> told.add(at.snapshot().stage() + " " + at.snapshot().progress()));

  /** A clock that goes on when the test says so. */
  private final class Passing extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return START.plus(passed);
    }
  }

  @Test
  void theTimeLeftOfAStageFollowsFromWhatOfItIsDone() {
    assertThat(operation.eta()).isNull();
    operation.stage("listing");
    passed = Duration.ofSeconds(100);
    operation.stage("downloading");
    assertThat(operation.eta()).as("nothing of it is done").isNull();
    passed = Duration.ofSeconds(110);
    operation.progress(0.25);
    assertThat(operation.eta()).isEqualTo(Duration.ofSeconds(30));
    operation.end(State.SUCCEEDED, null, null);
    assertThat(operation.eta()).isNull();
    assertThat(operation.snapshot().log()).contains("listing\n", "downloading\n", "succeeded\n");
  }

  @Test
  void progressIsToldAFewTimesASecondAndItsEndAlways() {
    operation.stage("downloading");
    told.clear();
    operation.progress(0.5);
    assertThat(told).isEmpty();
    assertThat(operation.snapshot().progress()).as("for who asks").isEqualTo(0.5);
    for (int i = 1; i <= 1000; i++) {
      passed = Duration.ofMillis(i);
      operation.progress(i / 1000.0);
    }
    assertThat(told).hasSize(4).last().isEqualTo("downloading 1.0");
  }

  @Test
  void workHearsThatItWasCancelledWhereverItReports() {
    operation.stage("downloading");
    assertThat(operation.cancel("ann")).isTrue();
    assertThat(operation.snapshot().state()).isEqualTo(State.CANCELLING);
    assertThatThrownBy(() -> operation.progress(0.5)).isInstanceOf(ProblemException.class);
    assertThatThrownBy(() -> operation.stage("next")).isInstanceOf(ProblemException.class);
    assertThatThrownBy(operation::checkCancelled).hasMessageContaining("everything is as before");
    operation.end(State.CANCELLED, null, null);
    assertThat(operation.cancel("ann")).as("it has ended").isFalse();
  }
}
