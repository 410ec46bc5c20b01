package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cuda.driver.CudaException;
import dev.javelin.backend.cuda.driver.CudaUnavailableException;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class CudaFaultTests {
  /** In a process of its own, because the fault costs the whole process its GPU. */
  @Test
  void aKernelsFaultIsTypedAndLaterLoadsSayWhatToDo() throws Exception {
    Gpu.device();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CudaFaultTests.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("sticky: true").contains("restart the server").contains("closed");
  }

  public static void main(String[] arguments) {
    CudaBackend broken = Gpu.backend(false);
    fault(broken);
    try {
      broken.read(broken.floats(new float[] {1}, 1), new float[1]);
    } catch (CudaException e) {
      System.out.println("sticky: " + e.sticky());
    }
    try {
      Gpu.backend(false);
    } catch (CudaUnavailableException e) {
      System.out.println(e.getMessage());
    }
    broken.close();
    System.out.println("closed");
  }

  /** Attention over a block that no memory belongs to. */
  private static void fault(CudaBackend backend) {
    AttentionShape shape = new AttentionShape(1, 1, 64);
    KvCache cache = backend.kvCache(new KvCacheSpec(1, 1, 64, 16, KvDType.F32), 1);
    AttentionMetadata metadata = new AttentionMetadata(1, 1, 1);
    metadata.numTokens = 1;
    metadata.numSequences = 1;
    metadata.queryStart[1] = 1;
    metadata.seqLens[0] = 1;
    metadata.blockTables[0] = Integer.MAX_VALUE / 2;
    Tensor qkv = backend.allocate(DType.BF16, 1, shape.qkvSize());
    Tensor out = backend.allocate(DType.BF16, 1, shape.querySize());
    backend.ops().attention(out, qkv, cache, 0, new AttentionSpec(shape, 1, 0, 0), metadata);
  }
}
