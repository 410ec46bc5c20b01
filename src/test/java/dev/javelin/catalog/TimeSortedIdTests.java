package dev.javelin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimeSortedIdTests {
  private static final long NOON = 1_700_000_000_000L;

  private final AtomicLong last = new AtomicLong();

  @Test
  void idsOfOneMillisecondSortByTheOrderTheyWereMadeIn() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      UUID id = TimeSortedId.after(last, NOON);
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      ids.add(id.toString());
    }
    assertThat(ids).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aLaterMillisecondSortsAfterAnEarlierOneAndIsWrittenInTheId() {
    UUID early = TimeSortedId.after(last, NOON);
    UUID late = TimeSortedId.after(last, NOON + 1);
    assertThat(early.toString()).isLessThan(late.toString());
    assertThat(late.getMostSignificantBits() >>> 16).isEqualTo(NOON + 1);
  }

  @Test
  void aClockSetBackDoesNotReorder() {
    UUID before = TimeSortedId.after(last, NOON);
    UUID after = TimeSortedId.after(last, NOON - 60_000);
    assertThat(before.toString()).isLessThan(after.toString());
  }
}
