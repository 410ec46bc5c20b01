// Causal attention of many queries over the paged bf16 cache with the matrix instructions of warpgroups: what prefill.cu computes, for compute
// capability 9.0.
//
// Why: mma.sync reaches about 60 % of what these instructions do. After FlashAttention-3 (Shah et al., arXiv:2407.08608): one warpgroup copies keys and
// values to rings of two stages, two others take 64 rows of (query, head of the group) each. A group starts the scores of the next
// keys and the values of the last ones together and turns scores into weights while values run; the two groups take turns, so that one's
// exponentials run under the other's products. Blocks are persistent: the next item's queries and keys are copied while the last one ends.
//
// Shapes, parameters: as prefill.cu with `sequences` (int) before maxBlocks; at most 1,024 of them.
// Launch: grid any (one block a multiprocessor), block 384, shared wgprefill::shared(D) bytes; blocks of the cache hold a multiple of 16 keys.
// Launcher: PrefillKernels. Exports: wgprefill_bf16_{64, 128}: the last number is D.
#include "wgprefill_ring.cuh"

namespace wgprefill {

// ---- device helpers ----

// cap * tanh(x * scale / cap) = cap - 2 cap / (e^(2 x scale / cap) + 1); twice: 2 log2(e) scale / cap.
__device__ __forceinline__ float capped(float x, float twice, float cap) { return cap - __fdividef(2 * cap, flash::power2(x * twice) + 1.f); }

// The softmax of a thread's two rows so far.
struct Softmax {
  float largest[2], total[2];

  // Scores become weights; returns in `shrink` what earlier sums are to be multiplied with. unit: of a score, in powers of two.
  __device__ __forceinline__ void take(float (&score)[KEYS / 2], float unit, float (&shrink)[2]) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float best = largest[half];
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++) best = fmaxf(best, fmaxf(score[4 * n + 2 * half], score[4 * n + 2 * half + 1]));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 1));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 2));
      shrink[half] = flash::power2((largest[half] - best) * unit);
      largest[half] = best;
      const float offset = -best * unit;
      float sum = 0.f;
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
        for (int i = 4 * n + 2 * half; i < 4 * n + 2 * half + 2; i++) {
          score[i] = flash::power2(fmaf(score[i], unit, offset));
          sum += score[i];
        }
      total[half] = fmaf(total[half], shrink[half], sum);
    }
  }
};

template <int D>
__device__ __forceinline__ void startScores(float (&score)[KEYS / 2], uint32_t queries, uint32_t keys) {
  const uint64_t a = swizzled_tile(queries), b = swizzled_tile(keys);
#pragma unroll
  for (int k = 0; k < D / 16; k++)
    wgmma_shared<KEYS>(score, further(a, k / 4 * (TILE_ROWS * 128) + k % 4 * 32), further(b, k / 4 * (KEYS * 128) + k % 4 * 32), k > 0);
  wgmma_commit();
}

template <int D>
__device__ __forceinline__ void startValues(float (&sum)[D / 2], const uint32_t (&weight)[KEYS / 4], uint32_t values) {
  const uint64_t b = swizzled_tile(values, KEYS * 128);
#pragma unroll
  for (int k = 0; k < KEYS / 16; k++) wgmma_columns<D>(sum, weight[4 * k], weight[4 * k + 1], weight[4 * k + 2], weight[4 * k + 3], further(b, k * 16 * 128));
  wgmma_commit();
}

__device__ __forceinline__ void pack(uint32_t (&weight)[KEYS / 4], const float (&score)[KEYS / 2]) {
#pragma unroll
  for (int i = 0; i < KEYS / 4; i++) weight[i] = pack_bf16(score[2 * i], score[2 * i + 1]);
}

// Two groups take turns to start products.
struct Turns {
  int mine, other;
  bool both;
  __device__ __forceinline__ void wait() const {
    if (both) named_barrier(mine, GROUPS * 128);
  }
  __device__ __forceinline__ void pass() const {
    if (both) asm volatile("bar.arrive %0, %1;" ::"r"(other), "n"(GROUPS * 128) : "memory");
  }
};

template <int D>
__device__ void attend(const Inputs& in, const int* firstItem, uint32_t base, const Barriers& barriers) {
  const int groupIndex = threadIdx.x / 128 - 1, warp = threadIdx.x / 32 % 4, lane = threadIdx.x % 32, items = firstItem[in.sequences];
  const uint32_t queries = base + groupIndex * (GROUP_ROWS * 128), keysAt = base + queryBytes<D>(), valuesAt = keysAt + STAGES * stageBytes<D>();
  Place keys, values;
  uint32_t queriesParity = 0;
  Turns turns{1 + groupIndex, 2 - groupIndex, true};
  if (groupIndex == 1) turns.pass();
#pragma unroll 1
  for (int round = 0; round * static_cast<int>(gridDim.x) < items; round++) {
    const int at = itemOf(round);
    if (at >= items) continue;
    const Item item(in, firstItem, at);
    const int rowA = item.tile * TILE_ROWS + groupIndex * GROUP_ROWS + warp * 16 + lane / 4, rowB = rowA + 8;
    auto outRow = [&](int row) {
      return in.out + (static_cast<size_t>(item.firstRow + row / item.group) * in.shape.numHeads + item.kvHead * item.group + row % item.group) * D + lane % 4 * 2;
    };
    if (item.length == 0) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        const int row = half ? rowB : rowA;
        if (row < item.rows)
          for (int d = 0; d < D; d += 8) *reinterpret_cast<uint32_t*>(outRow(row) + d) = 0;
      }
      continue;
    }
    barrier_wait(barriers.queriesFull(), queriesParity);
    queriesParity ^= 1;
    const int firstRow = item.tile * TILE_ROWS + groupIndex * GROUP_ROWS;
    if (firstRow >= item.rows) {
      // Nothing to do, but the rings go on for the other group.
      if (lane == 0) barrier_arrive(barriers.queriesEmpty());
      for (int t = item.begin; t < item.end; t++) {
        barrier_wait(barriers.keysFull(keys.stage), keys.parity);
        if (lane == 0) barrier_arrive(barriers.keysEmpty(keys.stage));
        keys.advance();
        barrier_wait(barriers.valuesFull(values.stage), values.parity);
        if (lane == 0) barrier_arrive(barriers.valuesEmpty(values.stage));
        values.advance();
      }
      continue;
    }
    turns.both = item.tile * TILE_ROWS + GROUP_ROWS < item.rows;
    const int positionA = item.past + rowA / item.group, positionB = item.past + rowB / item.group;
    const int firstPosition = item.past + firstRow / item.group, lastPosition = item.past + min(item.rows - 1, firstRow + GROUP_ROWS - 1) / item.group;
    const float unit = in.shape.softcap > 0 ? LOG2E : in.shape.scale * LOG2E, twice = 2 * LOG2E * in.shape.scale / in.shape.softcap;
    auto mask = [&](float(&score)[KEYS / 2], int t) {
      if (in.shape.softcap > 0)
#pragma unroll
        for (int i = 0; i < KEYS / 2; i++) score[i] = capped(score[i], twice, in.shape.softcap);
      if ((t + 1) * KEYS > firstPosition + 1 || (in.shape.window > 0 && t * KEYS < lastPosition - in.shape.window + 1)) {
#pragma unroll
        for (int i = 0; i < KEYS / 2; i++) {
          const int key = t * KEYS + i / 4 * 8 + lane % 4 * 2 + i % 2, position = i % 4 < 2 ? positionA : positionB;
          if (key > position || (in.shape.window > 0 && key <= position - in.shape.window)) score[i] = -INFINITY;
        }
      }
    };

    float sum[D / 2], score[KEYS / 2], shrink[2];
    uint32_t weight[KEYS / 4];
    Softmax softmax{{LOWEST, LOWEST}, {0.f, 0.f}};
#pragma unroll
    for (int i = 0; i < D / 2; i++) sum[i] = 0.f;

    barrier_wait(barriers.keysFull(keys.stage), keys.parity);
    shared_to_matrix();
    wgmma_begin();
    startScores<D>(score, queries, keysAt + keys.stage * stageBytes<D>());
    wgmma_wait<0>();
    hold(score);
    if (lane == 0) barrier_arrive(barriers.keysEmpty(keys.stage));
    keys.advance();
    mask(score, item.begin);
    softmax.take(score, unit, shrink);
    pack(weight, score);
#pragma unroll 1
    for (int t = item.begin + 1; t < item.end; t++) {
      barrier_wait(barriers.keysFull(keys.stage), keys.parity);
      turns.wait();
      shared_to_matrix();
      hold(sum);
      hold(score);
      hold(weight);
      wgmma_begin();
      startScores<D>(score, queries, keysAt + keys.stage * stageBytes<D>());
      barrier_wait(barriers.valuesFull(values.stage), values.parity);
      shared_to_matrix();
      wgmma_begin();
      startValues<D>(sum, weight, valuesAt + values.stage * stageBytes<D>());
      turns.pass();
      wgmma_wait<1>();
      hold(score);
      if (lane == 0) barrier_arrive(barriers.keysEmpty(keys.stage));
      keys.advance();
      mask(score, t);
      softmax.take(score, unit, shrink);
      wgmma_wait<0>();
      hold(sum);
      hold(weight);
      if (lane == 0) barrier_arrive(barriers.valuesEmpty(values.stage));
      values.advance();
#pragma unroll
      for (int i = 0; i < D / 2; i++) sum[i] *= shrink[i / 2 % 2];
      pack(weight, score);
    }
    if (lane == 0) barrier_arrive(barriers.queriesEmpty());
    barrier_wait(barriers.valuesFull(values.stage), values.parity);
    shared_to_matrix();
    hold(sum);
    hold(weight);
    wgmma_begin();
    startValues<D>(sum, weight, valuesAt + values.stage * stageBytes<D>());
#pragma unroll
    for (int half = 0; half < 2; half++) {
      softmax.total[half] += __shfl_xor_sync(0xffffffffu, softmax.total[half], 1);
      softmax.total[half] += __shfl_xor_sync(0xffffffffu, softmax.total[half], 2);
    }
    wgmma_wait<0>();
    hold(sum);
    if (lane == 0) barrier_arrive(barriers.valuesEmpty(values.stage));
    values.advance();
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const int row = half ? rowB : rowA;
      if (row >= item.rows) continue;
      const float inverse = 1.f / softmax.total[half];
      bf16* target = outRow(row);
#pragma unroll
      for (int n = 0; n < D / 8; n++)
        *reinterpret_cast<uint32_t*>(target + n * 8) = pack_bf16(sum[4 * n + 2 * half] * inverse, sum[4 * n + 2 * half + 1] * inverse);
    }
  }
}

// ---- kernel ----

template <int D>
__device__ void prefill(const Inputs& in) {
#ifndef JAVELIN_WGMMA
  __trap();
#else
  extern __shared__ unsigned char raw[];
  unsigned char* memory = raw + (1024 - shared_address(raw) % 1024) % 1024;
  const uint32_t base = shared_address(memory);
  int* firstItem = reinterpret_cast<int*>(memory + itemsAt<D>());
  const Barriers barriers{base + barriersAt<D>()};
  allow_next_kernel();
  wait_for_inputs();
  if (threadIdx.x == 32) {
    barrier_init(barriers.queriesFull(), COPIERS);
    barrier_init(barriers.queriesEmpty(), GROUPS * 4);
    for (int s = 0; s < STAGES; s++) {
      barrier_init(barriers.keysFull(s), COPIERS);
      barrier_init(barriers.keysEmpty(s), GROUPS * 4);
      barrier_init(barriers.valuesFull(s), COPIERS);
      barrier_init(barriers.valuesEmpty(s), GROUPS * 4);
    }
    barrier_init_visible();
  }
  if (threadIdx.x < 32) countItems(firstItem, in);
  __syncthreads();
  if (threadIdx.x < COPIERS) {
    fewer_registers<40>();
    copy<D>(in, firstItem, base, barriers);
  } else {
    more_registers<232>();
    attend<D>(in, firstItem, base, barriers);
  }
#endif
}

}  // namespace wgprefill

// ---- exports ----

extern "C" __global__ void __launch_bounds__(384, 1) wgprefill_bf16_64(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int sequences, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  wgprefill::prefill<64>({out, qkv, cache, seqLens, queryStart, blockTables, sequences, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap}});
}

extern "C" __global__ void __launch_bounds__(384, 1) wgprefill_bf16_128(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int sequences, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  wgprefill::prefill<128>({out, qkv, cache, seqLens, queryStart, blockTables, sequences, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap}});
}
