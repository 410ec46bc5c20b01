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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken headers end in {@link CheckpointException} and never in a large allocation. */
class HeaderFuzzTests {
  private static final int MUTATIONS = 12_000;

  /** Fewer: closing a shared arena stops every thread for a moment. */
  private static final int MODEL_MUTATIONS = 600;

  private static final long MAX_ALLOCATION = 16L << 20;
  private static final long[] NASTY = {
    0, 1, 0x7f, 0xff, 0xffff, 0x7fffffffL, 0xffffffffL, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };

  @Test
  void mutatedGgufHeaders() throws IOException {
    fuzz("goldens/gguf_files/valid", 11, MUTATIONS, GgufFile::parse);
  }

  @Test
  void mutatedSafetensorsHeaders() throws IOException {
    fuzz("goldens/safetensors_files/valid", 12, MUTATIONS, SafetensorsFile::parse);
  }

  @Test
  @Tag("soak")
  void aMillionMutatedHeaders() throws IOException {
    fuzz("goldens/gguf_files/valid", 21, 1_000_000, GgufFile::parse);
    fuzz("goldens/safetensors_files/valid", 22, 1_000_000, SafetensorsFile::parse);
  }

  /** Behind the header: config, names, row orders, and every weight. */
  @Test
  void mutatedModels(@TempDir Path temp) throws IOException {
    GgufWriter writer =
        new GgufWriter()
            .meta("general.architecture", "smollm3")
            .meta("smollm3.attention.head_count", 2)
            .meta("smollm3.attention.head_count_kv", 1)
            .meta("smollm3.embedding_length", 8)
            .meta("smollm3.block_count", 4)
            .meta("smollm3.rope.scaling.type", "linear")
            .meta("smollm3.rope.scaling.factor", 2f)
            .meta("tokenizer.ggml.eos_token_id", 2)
            .tensor("blk.0.attn_q.weight", new float[8], 8, 1)
            .tensor("blk.0.attn_q.bias", new float[8], 8)
            .tensor("blk.0.attn_k.weight", new float[4], 4, 1);
    byte[] bytes = Files.readAllBytes(writer.write(temp.resolve("model.gguf")));
    Path mutated = temp.resolve("mutated.gguf");
    Random random = new Random(13);
    int opened = 0;
    for (int i = 0; i < MODEL_MUTATIONS; i++) {
      Files.write(mutated, mutate(bytes.clone(), random));
      try (Checkpoint checkpoint = Checkpoints.open(mutated)) {
        for (String name : List.of("q_proj.weight", "q_proj.bias", "k_proj.weight")) {
          WeightSource attention = checkpoint.weights().scope("model.layers.0.self_attn");
          if (attention.has(name)) {
            assertThat(attention.get(name).columns()).isPositive();
            assertThat(attention.floats(name)).isNotEmpty();
          }
        }
        opened++;
      } catch (CheckpointException e) {
        assertThat(e).hasMessageContaining("mutated.gguf");
      } catch (RuntimeException | Error e) {
        fail("mutation " + i + " with seed 13", e);
      }
    }
    assertThat(opened).isBetween(1, MODEL_MUTATIONS - 1);
  }

  private static void fuzz(
      String folder, long seed, int mutations, BiConsumer<Path, MemorySegment> parse)
      throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(Shared.require(folder))) {
      files = list.filter(Files::isRegularFile).sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      contents.add(Files.readAllBytes(file));
    }
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < mutations; i++) {
      Path file = files.get(i % files.size());
      byte[] bytes = mutate(contents.get(i % files.size()).clone(), random);
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
    assertThat(refused).isBetween(mutations / 4, mutations - 1);
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
