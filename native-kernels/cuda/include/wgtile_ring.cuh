// The work of a block of wgtile.cu, the stages of its ring, and the warps that fill them.
#pragma once

#include "epilogue.cuh"
#include "weight_lanes.cuh"
#include "wgmma.cuh"

namespace wgtile {

using namespace javelin;

constexpr int STEP = 256;  // columns of a stage
constexpr int COPIERS = 128, COPY_WARPS = COPIERS / 32;
constexpr int ROWS = CONSUMER_WARPS * 16;
constexpr int UNITS = ROWS / 8;
constexpr int MOST_STAGES = 8;
[[maybe_unused]] constexpr int RING_AT = 1024;  // after the barriers full[8], empty[8] and a flag
[[maybe_unused]] constexpr int EARLY = 3;       // stages whose weights are copied before the wait: the first is full when all of them are

struct Tile {
  void* out;
  int out_stride;
  const void* weights;
  const __nv_bfloat16* x;
  const float* bias;
  float* partials;
  unsigned* counters;
  int rows, k, tokens, pair, stages, epilogue, activation;
};

// A stage: tokens in four tiles of 64 columns, then the weights of 16 units.
template <class F, int N>
struct Plan {
  static constexpr int BLOCKS = STEP / F::BLOCK_K;
  static constexpr int UNIT_STAGE = F::UNIT_BYTES * BLOCKS;
  static constexpr int X_BYTES = N * STEP * 2;
  static constexpr int STAGE_BYTES = (X_BYTES + UNITS * UNIT_STAGE + 1023) / 1024 * 1024;
};

// A block's steps, of all tiles and passes in order. Steps of an item are those of one tile and pass.
template <int N>
struct Work {
  int tiles, steps, begin, end;
  long long total;
  __device__ explicit Work(const Tile& p) {
    tiles = (p.rows + ROWS - 1) / ROWS;
    steps = (p.k + STEP - 1) / STEP;
    total = static_cast<long long>(tiles) * ((p.tokens + N - 1) / N) * steps;
    begin = first(blockIdx.x);
    end = first(blockIdx.x + 1);
  }
  __device__ int first(int block) const { return static_cast<int>(block * total / gridDim.x); }
  __device__ int block(int step) const { return static_cast<int>(((step + 1ll) * gridDim.x - 1) / total); }
  __device__ int tile(int step) const { return step / steps % tiles; }
  __device__ int pass(int step) const { return step / steps / tiles; }
};

__device__ __forceinline__ int first_unit(const Tile& p, int row_tile) { return row_tile / p.pair * 2 * p.pair + row_tile % p.pair; }

__device__ __forceinline__ void copy_16(uint32_t target, const void* source, uint64_t policy) {
  asm volatile("cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "l"(policy) : "memory");
}

// The weights of a block's steps, one after the other. Each copying warp has four units; addresses are made once a tile, because the copiers'
// instructions are what limits few tokens.
template <class F, int N>
struct Weights {
  using P = Plan<F, N>;
  static constexpr int EACH = UNITS / COPY_WARPS, PIECES = P::UNIT_STAGE / 16;
  const char* units[EACH];
  int step, inside, blocks;

  __device__ explicit Weights(const Tile& p, const Work<N>& work) : step(work.begin), inside(work.begin % work.steps) { start(p, work); }

  __device__ __forceinline__ void start(const Tile& p, const Work<N>& work) {
    const int warp = threadIdx.x / 32 - CONSUMER_WARPS, lane = threadIdx.x % 32, last = (p.rows + 15) / 16 * 2 - 1, total = (p.k + F::BLOCK_K - 1) / F::BLOCK_K;
    blocks = total - inside * P::BLOCKS;
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      const int at = warp * EACH + i, unit = min(first_unit(p, work.tile(step) * CONSUMER_WARPS + at / 2) + at % 2 * p.pair, last);
      units[i] = static_cast<const char*>(p.weights) + (static_cast<size_t>(unit) * total + inside * P::BLOCKS) * F::UNIT_BYTES + lane * 16;
    }
  }

  __device__ __forceinline__ void copy(const Tile& p, const Work<N>& work, uint32_t stage, uint64_t policy) {
    const int warp = threadIdx.x / 32 - CONSUMER_WARPS, lane = threadIdx.x % 32;
    const int pieces = P::BLOCKS == 1 ? PIECES : min(P::BLOCKS, blocks) * (F::UNIT_BYTES / 16);
    const uint32_t target = stage + P::X_BYTES + warp * EACH * P::UNIT_STAGE + lane * 16;
#pragma unroll
    for (int piece = 0; piece < PIECES; piece += 32)
      if (piece + lane < pieces)
#pragma unroll
        for (int i = 0; i < EACH; i++) copy_16(target + i * P::UNIT_STAGE + piece * 16, units[i] + piece * 16, policy);
#pragma unroll
    for (int i = 0; i < EACH; i++) units[i] += P::UNIT_STAGE;
    blocks -= P::BLOCKS;
    step++;
    if (++inside == work.steps) {
      inside = 0;
      if (step < work.end) start(p, work);
    }
  }
};

// The tokens of the same steps; a warp copies a token at a time.
template <int N>
struct Tokens {
  const __nv_bfloat16* source;
  int step, inside, count;

  __device__ explicit Tokens(const Tile& p, const Work<N>& work) : step(work.begin), inside(work.begin % work.steps) { start(p, work); }

  __device__ __forceinline__ void start(const Tile& p, const Work<N>& work) {
    const int warp = threadIdx.x / 32 - CONSUMER_WARPS, lane = threadIdx.x % 32, first = work.pass(step) * N;
    count = p.tokens - first - warp;
    source = p.x + static_cast<size_t>(first + warp) * p.k + inside * STEP + lane * 8;
  }

  // The last copy into a stage: it is full once all of the thread's copies have landed.
  __device__ __forceinline__ void copy(const Tile& p, const Work<N>& work, uint32_t stage, uint32_t full) {
    const int warp = threadIdx.x / 32 - CONSUMER_WARPS, lane = threadIdx.x % 32, most = inside * STEP + lane * 8 < p.k ? count : 0;
    const uint32_t target = stage + lane / 8 * (N * 128);
    const uint32_t targets[2] = {target + swizzled(warp, lane), target + swizzled(warp + COPY_WARPS, lane)};
    const __nv_bfloat16* from = source;
#pragma unroll 8
    for (int i = 0; i < N / COPY_WARPS; i++) {
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(targets[i % 2] + i / 2 * 1024), "l"(from), "r"(i * COPY_WARPS < most ? 16 : 0) : "memory");
      from += COPY_WARPS * p.k;
    }
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(full) : "memory");
    source += STEP;
    step++;
    if (++inside == work.steps) {
      inside = 0;
      if (step < work.end) start(p, work);
    }
  }
};

template <class F, int N>
__device__ void copy(const Tile& p, const Work<N>& work, uint32_t base) {
  using P = Plan<F, N>;
  const uint64_t policy = evict_first();
  const int early = min(work.end - work.begin, min(EARLY, p.stages));
  // Weights of the first stages before the wait, their tokens after it.
  Weights<F, N> weights(p, work);
#pragma unroll 1
  for (int i = 0; i < early; i++) weights.copy(p, work, base + RING_AT + i * P::STAGE_BYTES, policy);
  wait_for_inputs();
  Tokens<N> tokens(p, work);
#pragma unroll 1
  for (int i = 0; i < early; i++) tokens.copy(p, work, base + RING_AT + i * P::STAGE_BYTES, base + i * 8);
  int at = early % p.stages;
  uint32_t parity = early == p.stages ? 0 : 1;
#pragma unroll 1
  for (int step = work.begin + early; step < work.end; step++) {
    barrier_wait(base + 8 * MOST_STAGES + at * 8, parity);
    const uint32_t stage = base + RING_AT + at * P::STAGE_BYTES;
    weights.copy(p, work, stage, policy);
    tokens.copy(p, work, stage, base + at * 8);
    if (++at == p.stages) {
      at = 0;
      parity ^= 1;
    }
  }
  asm volatile("cp.async.wait_all;" ::: "memory");
}

}  // namespace wgtile
