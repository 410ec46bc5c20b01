package dev.javelin.backend.cuda;

import dev.javelin.backend.Activation;
import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.Linear;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RopeTable;
import dev.javelin.backend.Workspace;
import dev.javelin.backend.cuda.kernel.AttentionKernels;
import dev.javelin.backend.cuda.kernel.ElementwiseKernels;
import dev.javelin.backend.cuda.kernel.KernelModules;
import dev.javelin.backend.cuda.kernel.Launcher;
import dev.javelin.backend.cuda.kernel.NormKernels;
import dev.javelin.backend.cuda.kernel.RopeKernels;
import dev.javelin.backend.cuda.kernel.SampleKernels;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;

/** Checks shapes, then launches. Activations are bf16, sums float32. */
final class CudaOps implements Ops {
  private final CudaInputs inputs;
  private final VariantAngles variants;
  private final NormKernels norm;
  private final ElementwiseKernels elementwise;
  private final RopeKernels rope;
  private final AttentionKernels attention;
  private final SampleKernels sample;
  private final FlashAttention flash;

  CudaOps(
      KernelModules modules,
      Launcher launcher,
      ElementwiseKernels elementwise,
      RopeKernels rope,
      FlashAttention flash,
      CudaInputs inputs,
      VariantAngles variants) {
    this.inputs = inputs;
    this.variants = variants;
    this.elementwise = elementwise;
    this.rope = rope;
    this.flash = flash;
    norm = new NormKernels(modules, launcher);
    attention = new AttentionKernels(modules, launcher);
    sample = new SampleKernels(modules, launcher);
  }

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    CudaBuffer.checkShape("rmsNorm output", out, x.rows(), x.columns());
    checkElements(weight, x.columns());
    norm.rms(
        CudaBuffer.address(out, DType.BF16),
        CudaBuffer.address(x, DType.BF16),
        CudaBuffer.address(weight, DType.F32),
        eps,
        x.rows(),
        x.columns());
  }

  @Override
  public void addRmsNorm(Tensor out, Tensor residual, Tensor x, Tensor weight, float eps) {
    CudaBuffer.checkShape("addRmsNorm output", out, x.rows(), x.columns());
    CudaBuffer.checkShape("residual", residual, x.rows(), x.columns());
    checkElements(weight, x.columns());
    norm.addRms(
        CudaBuffer.address(out, DType.BF16),
        CudaBuffer.address(residual, DType.BF16),
        CudaBuffer.address(x, DType.BF16),
        CudaBuffer.address(weight, DType.F32),
        eps,
        x.rows(),
        x.columns());
  }

  @Override
  public void add(Tensor out, Tensor x) {
    CudaBuffer.checkShape("add output", out, x.rows(), x.columns());
    elementwise.add(
        CudaBuffer.address(out, DType.BF16), CudaBuffer.address(x, DType.BF16), x.elements());
  }

  @Override
  public void scale(Tensor x, float factor) {
    elementwise.scale(CudaBuffer.floats(x), CudaBuffer.addressOfEither(x), factor, x.elements());
  }

  @Override
  public void softcap(Tensor x, float cap) {
    elementwise.softcap(CudaBuffer.floats(x), CudaBuffer.addressOfEither(x), cap, x.elements());
  }

  @Override
  public void gatherRows(Tensor out, Tensor x, int[] rows, int count) {
    CudaBuffer.checkShape("gatherRows output", out, count, x.columns());
    for (int i = 0; i < count; i++) {
      if (rows[i] < 0 || rows[i] >= x.rows()) {
        throw new IndexOutOfBoundsException("row %d of %s".formatted(rows[i], x));
      }
    }
    elementwise.gather(
        CudaBuffer.address(out, DType.BF16),
        CudaBuffer.address(x, DType.BF16),
        inputs.indices(rows, count),
        count,
        x.columns());
  }

  @Override
  public void headNorm(
      Tensor qkv, AttentionShape shape, Tensor queryWeight, Tensor keyWeight, float eps) {
    CudaBuffer.checkShape("qkv", qkv, qkv.rows(), shape.qkvSize());
    checkElements(queryWeight, shape.headDim());
    checkElements(keyWeight, shape.headDim());
    norm.heads(
        CudaBuffer.address(qkv, DType.BF16),
        CudaBuffer.address(queryWeight, DType.F32),
        CudaBuffer.address(keyWeight, DType.F32),
        eps,
        qkv.rows(),
        shape.headDim(),
        shape.numHeads(),
        shape.numKvHeads());
  }

  @Override
  public void rope(Tensor qkv, AttentionShape shape, RopeTable table, AttentionMetadata metadata) {
    CudaBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    CudaRopeTable own = checked(table);
    VariantAngles.Angles angles = angles(own, metadata);
    rope.rotate(
        CudaBuffer.address(qkv, DType.BF16),
        angles.table(),
        angles.rows(),
        metadata.numTokens,
        own.half(),
        interleaved(own),
        shape.numHeads(),
        shape.numKvHeads(),
        shape.headDim());
  }

  private static CudaRopeTable checked(RopeTable table) {
    if (table instanceof CudaRopeTable own) {
      return own;
    }
    throw new IllegalArgumentException("not a rope table of the CUDA backend");
  }

  private VariantAngles.Angles angles(CudaRopeTable table, AttentionMetadata metadata) {
    return table.fixed()
        ? new VariantAngles.Angles(table.address(), inputs.of(metadata).positions())
        : variants.make(table, metadata);
  }

  private static boolean interleaved(CudaRopeTable table) {
    return switch (table.spec().layout()) {
      case HALVES -> false;
      case INTERLEAVED -> true;
    };
  }

  @Override
  public void ropeAndWriteKv(
      Tensor qkv,
      AttentionShape shape,
      RopeTable table,
      KvCache cache,
      int layer,
      AttentionMetadata metadata) {
    CudaKvCache own = checked(cache, layer, shape);
    if (!flash.serves(own.spec())) {
      rope(qkv, shape, table, metadata);
      writeKv(cache, layer, qkv, shape, metadata);
      return;
    }
    CudaBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    CudaRopeTable angles = checked(table);
    flash.ropeAndStore(
        CudaBuffer.address(qkv, DType.BF16),
        angles(angles, metadata),
        angles,
        own.layer(layer),
        inputs.of(metadata).slots(),
        metadata.numTokens,
        interleaved(angles),
        shape,
        own.spec().blockSize());
  }

  @Override
  public void normLinear(
      Tensor out, Tensor x, Tensor weight, float eps, Linear linear, Workspace workspace) {
    checkElements(weight, x.columns());
    if (!(linear instanceof CudaLinear own
        && own.normed(out, x, CudaBuffer.address(weight, DType.F32), eps))) {
      Ops.super.normLinear(out, x, weight, eps, linear, workspace);
    }
  }

  @Override
  public void gatedMlpAdd(
      Tensor out,
      Tensor x,
      Linear gateUp,
      Linear down,
      Activation activation,
      Workspace workspace) {
    if (!gated(out, x, 0, 0, gateUp, down, activation, workspace)) {
      Ops.super.gatedMlpAdd(out, x, gateUp, down, activation, workspace);
    }
  }

  @Override
  public void normGatedMlpAdd(
      Tensor out,
      Tensor x,
      Tensor weight,
      float eps,
      Linear gateUp,
      Linear down,
      Activation activation,
      Workspace workspace) {
    checkElements(weight, x.columns());
    long norm = CudaBuffer.address(weight, DType.F32);
    if (!gated(out, x, norm, eps, gateUp, down, activation, workspace)) {
      Ops.super.normGatedMlpAdd(out, x, weight, eps, gateUp, down, activation, workspace);
    }
  }

  private static boolean gated(
      Tensor out,
      Tensor x,
      long norm,
      float eps,
      Linear gateUp,
      Linear down,
      Activation activation,
      Workspace workspace) {
    int mark = workspace.mark();
    Tensor inner = workspace.activations(x.rows(), down.in());
    boolean done = gateUp instanceof CudaLinear own && own.gated(inner, x, norm, eps, activation);
    if (done) {
      down.forwardAdd(out, inner);
    }
    workspace.release(mark);
    return done;
  }

  @Override
  public void writeKv(
      KvCache cache, int layer, Tensor qkv, AttentionShape shape, AttentionMetadata metadata) {
    CudaBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    CudaKvCache own = checked(cache, layer, shape);
    rope.store(
        own.spec().dtype(),
        own.layer(layer),
        CudaBuffer.address(qkv, DType.BF16),
        inputs.of(metadata).slots(),
        metadata.numTokens,
        shape.numHeads(),
        shape.numKvHeads(),
        shape.headDim(),
        own.spec().blockSize());
  }

  @Override
  public void attention(
      Tensor out,
      Tensor qkv,
      KvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata) {
    AttentionShape shape = spec.shape();
    CudaBuffer.checkShape("attention output", out, metadata.numTokens, shape.querySize());
    CudaBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    CudaKvCache own = checked(cache, layer, shape);
    CudaInputs of = inputs.of(metadata);
    if (flash.serves(own.spec())) {
      flash.attend(
          CudaBuffer.address(out, DType.BF16),
          CudaBuffer.address(qkv, DType.BF16),
          own.layer(layer),
          of,
          own.spec().blockSize(),
          spec,
          metadata);
      return;
    }
    attention.paged(
        own.spec().dtype(),
        CudaBuffer.address(out, DType.BF16),
        CudaBuffer.address(qkv, DType.BF16),
        own.layer(layer),
        of.positions(),
        of.slots(),
        of.rowSequence(),
        of.blockTables(),
        metadata.numTokens,
        metadata.maxBlocksPerSequence,
        own.spec().blockSize(),
        spec);
  }

  private static CudaKvCache checked(KvCache cache, int layer, AttentionShape shape) {
    if (!(cache instanceof CudaKvCache own)) {
      throw new IllegalArgumentException("not a cache of the CUDA backend");
    }
    cache.spec().check(layer, shape);
    return own;
  }

  @Override
  public void gatedActivation(Tensor out, Tensor gateUp, Activation activation) {
    CudaBuffer.checkShape("gate and up", gateUp, out.rows(), 2 * out.columns());
    elementwise.gated(
        CudaBuffer.address(out, DType.BF16),
        CudaBuffer.address(gateUp, DType.BF16),
        activation,
        out.rows(),
        out.columns());
  }

  @Override
  public void argmax(Tensor out, Tensor x) {
    CudaBuffer.checkShape("argmax output", out, x.rows(), 1);
    sample.argmax(
        CudaBuffer.address(out, DType.F32),
        CudaBuffer.address(x, DType.F32),
        x.rows(),
        x.columns());
  }

  private static void checkElements(Tensor weight, int count) {
    if (weight.elements() != count) {
      throw new IllegalArgumentException("a weight of %d, got %s".formatted(count, weight));
    }
  }
}
