package dev.javelin.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.javelin.Shared;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Broken headers end in {@link CheckpointException} and never in a large allocation. */
class HeaderFuzzTests {
  private static final int MUTATIONS = 12_000;
  private static final long MAX_ALLOCATION = 16L << 20;
  private static final long[] NASTY = {
    0, 1, 0x7f, 0xff, 0xffff, 0x7fffffffL, 0xffffffffL, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };

  @Test
  void mutatedGgufHeaders() throws IOException {
    fuzz("goldens/gguf_files/valid", 11, GgufFile::parse);
  }

  @Test
  void mutatedSafetensorsHeaders() throws IOException {
    fuzz("goldens/safetensors_files/valid", 12, SafetensorsFile::parse);
  }

  private static void fuzz(String folder, long seed, BiConsumer<Path, MemorySegment> parse)
      throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(Shared.require(folder))) {
      files = list.filter(Files::isRegularFile).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      Path file = files.get(i % files.size());
      byte[] bytes = mutate(Files.readAllBytes(file), random);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        parse.accept(file, MemorySegment.ofArray(bytes));
      } catch (CheckpointException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        fail("mutation " + i + " of " + file.getFileName() + " with seed " + seed, e);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_ALLOCATION);
    }
    assertThat(refused).isBetween(MUTATIONS / 4, MUTATIONS - 1);
  }

  private static byte[] mutate(byte[] bytes, Random random) {
    int header = Math.min(bytes.length, 600);
    if (random.nextInt(8) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(header);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default -> {
          long value = NASTY[random.nextInt(NASTY.length)];
          int width = random.nextBoolean() ? 4 : 8;
          for (int j = 0; j < width && at + j < bytes.length; j++) {
            bytes[at + j] = (byte) (value >>> (8 * j));
          }
        }
      }
    }
    return bytes;
  }
}
