// The work of a block of tile.cu, the stages of its ring, and the copies that fill them.
#pragma once

#include "epilogue.cuh"
#include "weight_lanes.cuh"

namespace tile {

using namespace javelin;

constexpr int STEP = 256;                 // columns of a stage
constexpr int X_PITCH = STEP * 2 + 16;    // 16-byte reads of eight tokens lie in different banks
constexpr int MOST_STAGES = 8;
constexpr int RING_AT = 256;              // after the barriers full[8], empty[8] and a flag

struct Tile {
  void* out;
  int out_stride;
  const void* weights;
  const __nv_bfloat16* x;
  const float* bias;
  float* partials;
  unsigned* counters;
  int rows, k, tokens, splits, pair, stages, epilogue, activation;
};

template <class F, int N>
struct Plan {
  static constexpr int COLUMN_WARPS = N > 64 ? 1 : 2;
  static constexpr int ROW_TILES = CONSUMER_WARPS / COLUMN_WARPS;
  static constexpr int UNITS = 2 * ROW_TILES;
  static constexpr int GROUPS = STEP / 32 / COLUMN_WARPS;  // of a warp in a stage
  static constexpr int UNIT_STAGE = F::UNIT_BYTES * (STEP / F::BLOCK_K);
  static constexpr int STAGE_BYTES = UNITS * UNIT_STAGE + N * X_PITCH;
};

// Threads that copy: bulk copies cost about 45 ns each, too much for rows of 512 bytes, so these go by cp.async.
constexpr int producers(int tokens) { return tokens > 32 ? 128 : 64; }
constexpr int threads(int tokens) { return CONSUMER_WARPS * 32 + producers(tokens); }
// Two blocks of few tokens share a multiprocessor and hide each other's latency.
constexpr int blocks(int tokens) { return tokens > 32 ? 1 : 2; }

// A block's pieces of work, one after the other: pass over tokens, tile of rows, split of columns.
template <class F, int N>
struct Work {
  int tiles, steps, per_split, items;
  __device__ explicit Work(const Tile& p) {
    tiles = (p.rows + Plan<F, N>::ROW_TILES * 16 - 1) / (Plan<F, N>::ROW_TILES * 16);
    steps = (p.k + STEP - 1) / STEP;
    per_split = (steps + p.splits - 1) / p.splits;
    items = tiles * p.splits * ((p.tokens + N - 1) / N);
  }
  __device__ int begin(const Tile& p, int item) const { return item % p.splits * per_split; }
  __device__ int end(const Tile& p, int item) const { return min(begin(p, item) + per_split, steps); }
  __device__ int tile(const Tile& p, int item) const { return item / p.splits % tiles; }
  __device__ int pass(const Tile& p, int item) const { return item / p.splits / tiles; }
};

__device__ __forceinline__ int first_unit(const Tile& p, int row_tile) { return row_tile / p.pair * 2 * p.pair + row_tile % p.pair; }

template <class F, int N>
__device__ __forceinline__ int weight_bytes(const Tile& p, int step) {
  const int total = (p.k + F::BLOCK_K - 1) / F::BLOCK_K;
  return min(STEP / F::BLOCK_K, total - step * (STEP / F::BLOCK_K)) * F::UNIT_BYTES;
}

// `count` rows of 256 columns of a row-major matrix, a warp a row. row(i) is the source row.
template <int PRODUCERS, class Row>
__device__ __forceinline__ void copy_rows(uint32_t target, const __nv_bfloat16* source, int k, int step, int count, Row row) {
  const int thread = threadIdx.x - CONSUMER_WARPS * 32, chunk = thread % 32;
  if (step * STEP + chunk * 8 >= k) return;
#pragma unroll 4
  for (int i = thread / 32; i < count; i += PRODUCERS / 32) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(target + i * X_PITCH + chunk * 16),
                 "l"(source + static_cast<size_t>(row(i)) * k + step * STEP + chunk * 8)
                 : "memory");
  }
}

template <class F, int N>
__device__ __forceinline__ void copy_weights(const Tile& p, uint32_t stage, uint32_t full, int tile, int step, uint64_t policy) {
  using P = Plan<F, N>;
  const int thread = threadIdx.x - CONSUMER_WARPS * 32;
  const uint32_t bytes = weight_bytes<F, N>(p, step);
  if (thread == 0) barrier_expect(full, P::UNITS * bytes);
  if (thread < 32) __syncwarp();
  if (thread < P::UNITS) {
    const int units = (p.rows + 15) / 16 * 2, total = (p.k + F::BLOCK_K - 1) / F::BLOCK_K;
    const int unit = min(first_unit(p, tile * P::ROW_TILES + thread / 2) + thread % 2 * p.pair, units - 1);
    const size_t block = static_cast<size_t>(unit) * total + step * (STEP / F::BLOCK_K);
    bulk_copy(stage + thread * P::UNIT_STAGE, static_cast<const char*>(p.weights) + block * F::UNIT_BYTES, bytes, full, policy);
  }
}

// The last copy into a stage: the stage is full once all of the thread's copies have landed.
template <class F, int N>
__device__ __forceinline__ void copy_tokens(const Tile& p, uint32_t stage, uint32_t full, int pass, int step) {
  copy_rows<producers(N)>(stage + Plan<F, N>::UNITS * Plan<F, N>::UNIT_STAGE, p.x, p.k, step, N, [&](int i) { return min(pass * N + i, p.tokens - 1); });
  asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(full) : "memory");
}

}  // namespace tile
