package dev.javelin.backend;

import dev.javelin.backend.Conformance.Pair;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.Tensor;
import java.util.List;

/**
 * Attention over a paged cache: sequences of different lengths in one step, each with some tokens
 * cached before and some new, blocks scattered over the cache.
 */
final class AttentionConformance {
  static final String SHAPES =
      "heads 9/3 × 64, 4/4 × 24, 8/1 × 128, 6/2 × 80; windows 0, 20; soft-caps 0, 5; every KV type;"
          + " 4 sequences of 1 to 133 tokens, prompts, chunks and decodes mixed";
  static final String ROPE_SHAPES =
      "heads 9/3 × 64, 4/4 × 24, 8/1 × 128, 6/2 × 80; whole and half rotary; both layouts;"
          + " positions to 132";

  private static final List<AttentionShape> ATTENTION_SHAPES =
      List.of(
          new AttentionShape(9, 3, 64),
          new AttentionShape(4, 4, 24),
          new AttentionShape(8, 1, 128),
          new AttentionShape(6, 2, 80));
  private static final int LAYERS = 2;
  private static final int BLOCK_SIZE = 16;

  /** Of each sequence: tokens cached by an earlier step, then tokens of this one. */
  private static final int[][] SEQUENCES = {{0, 1}, {132, 1}, {0, 53}, {37, 24}};

  private AttentionConformance() {}

  /** writeKv, then attention, in two steps: first what is cached before, then the rest. */
  static void attention(Conformance backends) {
    forEachSpec(
        (spec, dtype) ->
            steps(
                backends,
                spec,
                dtype,
                (backend, qkv, cache, metadata) ->
                    backend.ops().writeKv(cache, 1, qkv, spec.shape(), metadata)));
  }

  /** ropeAndWriteKv instead of writeKv. */
  static void fused(Conformance backends) {
    forEachSpec(
        (spec, dtype) -> {
          RopeSpec rope = ropeSpec(spec.shape().headDim(), RopeSpec.Layout.HALVES);
          RopeTable mine = backends.candidate.ropeTable(rope);
          RopeTable theirs = backends.reference.ropeTable(rope);
          steps(
              // A rotated key may round to the next half.
              switch (dtype) {
                case F32 -> backends;
                case F16 -> backends.within(1e-3);
                case BF16 -> backends.within(1e-2);
              },
              spec,
              dtype,
              (backend, qkv, cache, metadata) ->
                  backend
                      .ops()
                      .ropeAndWriteKv(
                          qkv,
                          spec.shape(),
                          backend == backends.candidate ? mine : theirs,
                          cache,
                          1,
                          metadata));
        });
  }

  static void rope(Conformance backends) {
    for (AttentionShape shape : ATTENTION_SHAPES) {
      for (int rotaryDim : new int[] {shape.headDim(), shape.headDim() / 4 * 2}) {
        for (RopeSpec.Layout layout : RopeSpec.Layout.values()) {
          RopeSpec spec = ropeSpec(rotaryDim, layout);
          AttentionMetadata metadata = metadata(false);
          Pair qkv = backends.activations(metadata.numTokens, shape.qkvSize());
          backends.check(
              "rope %s %d %s".formatted(shape, rotaryDim, layout),
              (backend, of) ->
                  backend.ops().rope(of.apply(qkv), shape, backend.ropeTable(spec), metadata),
              qkv);
        }
      }
    }
  }

  private interface WriteKv {
    void write(Backend backend, Tensor qkv, KvCache cache, AttentionMetadata metadata);
  }

  private static void steps(
      Conformance backends, AttentionSpec spec, KvDType dtype, WriteKv write) {
    AttentionShape shape = spec.shape();
    KvCacheSpec cacheSpec =
        new KvCacheSpec(LAYERS, shape.numKvHeads(), shape.headDim(), BLOCK_SIZE, dtype);
    int blocks = SEQUENCES.length * blocksPerSequence() + 1;
    KvCache mine = backends.candidate.kvCache(cacheSpec, blocks);
    KvCache theirs = backends.reference.kvCache(cacheSpec, blocks);
    for (boolean before : new boolean[] {true, false}) {
      AttentionMetadata metadata = metadata(before);
      Pair qkv = backends.activations(metadata.numTokens, shape.qkvSize());
      Pair out = backends.poisoned(metadata.numTokens, shape.querySize());
      backends.check(
          "%s, %s KV, %s".formatted(spec, dtype, before ? "first step" : "second step"),
          (backend, of) -> {
            KvCache cache = backend == backends.candidate ? mine : theirs;
            write.write(backend, of.apply(qkv), cache, metadata);
            backend.ops().attention(of.apply(out), of.apply(qkv), cache, 1, spec, metadata);
          },
          out);
    }
  }

  private interface SpecCheck {
    void run(AttentionSpec spec, KvDType dtype);
  }

  private static void forEachSpec(SpecCheck check) {
    for (AttentionShape shape : ATTENTION_SHAPES) {
      for (KvDType dtype : KvDType.values()) {
        check.run(new AttentionSpec(shape, 0.3f, 0, 0), dtype);
        check.run(new AttentionSpec(shape, 0.3f, 20, 0), dtype);
        check.run(new AttentionSpec(shape, 0.3f, 0, 5), dtype);
      }
    }
  }

  private static RopeSpec ropeSpec(int rotaryDim, RopeSpec.Layout layout) {
    double[] frequencies = new double[rotaryDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(10_000, -2.0 * i / rotaryDim);
    }
    return new RopeSpec(rotaryDim, layout, 256, 1, length -> frequencies);
  }

  private static int blocksPerSequence() {
    int longest = 0;
    for (int[] sequence : SEQUENCES) {
      longest = Math.max(longest, sequence[0] + sequence[1]);
    }
    return Math.ceilDiv(longest, BLOCK_SIZE);
  }

  /** The step that caches the tokens before, or the one that brings the rest. */
  private static AttentionMetadata metadata(boolean before) {
    int perSequence = blocksPerSequence();
    AttentionMetadata metadata = new AttentionMetadata(1024, SEQUENCES.length, perSequence);
    int row = 0;
    for (int i = 0; i < SEQUENCES.length; i++) {
      int from = before ? 0 : SEQUENCES[i][0];
      int count = before ? SEQUENCES[i][0] : SEQUENCES[i][1];
      if (count == 0) {
        continue;
      }
      int s = metadata.numSequences++;
      metadata.queryStart[s] = row;
      metadata.seqLens[s] = from + count;
      metadata.promptLens[s] = SEQUENCES[i][0] + SEQUENCES[i][1];
      for (int block = 0; block < perSequence; block++) {
        metadata.blockTables[s * perSequence + block] =
            (perSequence - block) * SEQUENCES.length - i;
      }
      for (int position = from; position < from + count; position++, row++) {
        metadata.positions[row] = position;
        metadata.slotMapping[row] =
            metadata.blockTables[s * perSequence + position / BLOCK_SIZE] * BLOCK_SIZE
                + position % BLOCK_SIZE;
      }
    }
    metadata.queryStart[metadata.numSequences] = row;
    metadata.numTokens = row;
    return metadata;
  }
}
