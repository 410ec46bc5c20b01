package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerTeamTests {
  @Test
  void everyItemRunsExactlyOnceInManyRegions() {
    try (WorkerTeam team = new WorkerTeam(3)) {
      for (int items : new int[] {0, 1, 2, 7, 100, 1001}) {
        for (int chunk : new int[] {1, 3, 64}) {
          for (int repeat = 0; repeat < 200; repeat++) {
            AtomicIntegerArray seen = new AtomicIntegerArray(items);
            team.run(
                (worker, from, to) -> {
                  assertThat(worker).isBetween(0, 2);
                  for (int i = from; i < to; i++) {
                    seen.incrementAndGet(i);
                  }
                },
                items,
                chunk);
            for (int i = 0; i < items; i++) {
              assertThat(seen.get(i)).isEqualTo(1);
            }
          }
        }
      }
    }
  }

  @Test
  void anExceptionOnAnyThreadReachesTheCallerAndTheTeamGoesOn() {
    try (WorkerTeam team = new WorkerTeam(2)) {
      for (int bad = 0; bad < 50; bad++) {
        int failing = bad;
        assertThatThrownBy(
                () ->
                    team.run(
                        (worker, from, to) -> {
                          if (from == failing) {
                            throw new IllegalStateException("item " + failing);
                          }
                        },
                        50,
                        1))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("item " + failing);
        int[] count = new int[1];
        team.run(
            (worker, from, to) -> {
              synchronized (count) {
                count[0] += to - from;
              }
            },
            40,
            1);
        assertThat(count[0]).isEqualTo(40);
      }
    }
  }

  @Test
  void aClosedTeamHasNoThreadsAndRefusesWork() {
    WorkerTeam team = new WorkerTeam(3);
    Thread[] found = new Thread[3];
    team.run((worker, from, to) -> found[worker] = Thread.currentThread(), 1000, 1);
    team.close();
    for (int i = 1; i < 3; i++) {
      assertThat(found[i] == null || !found[i].isAlive()).isTrue();
    }
    assertThatThrownBy(() -> team.run((worker, from, to) -> {}, 1, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new WorkerTeam(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
