// What a block of stream.cu works on, its shared memory, and the warp that fills the ring.
#pragma once

#include "epilogue.cuh"
#include "stream_formats.cuh"

namespace javelin {

constexpr int MAX_STAGES = 16;
constexpr int CONSUMER_THREADS = CONSUMER_WARPS * 32;
[[maybe_unused]] constexpr int PRODUCER_WARP = CONSUMER_WARPS, EPILOGUE_WARP = CONSUMER_WARPS + 1;
constexpr int STREAM_THREADS = CONSUMER_THREADS + 64;

// Shared memory: barriers u64 (full[16], empty[16], sums ready[2], sums free[2]), mask of tiles to merge | squares [8 tokens][8 warps] |
// sums [2][8 warps][32 lanes] x 4 floats | ring | activations | their sums.
[[maybe_unused]] constexpr int FULL = 0, EMPTY = 8 * MAX_STAGES, READY = 16 * MAX_STAGES, FREE = READY + 16;
[[maybe_unused]] constexpr int MERGE_AT = FREE + 16, SQUARES_AT = MERGE_AT + 16;
[[maybe_unused]] constexpr int SUMS_AT = (SQUARES_AT + 8 * CONSUMER_WARPS * 4 + 127) / 128 * 128;
[[maybe_unused]] constexpr int RING_AT = SUMS_AT + 2 * CONSUMER_WARPS * 32 * 16;

__host__ __device__ constexpr int divide_up(int a, int b) { return (a + b - 1) / b; }

// Bytes of one sum of x, for all tokens, as the accumulators start with it.
__host__ __device__ constexpr int starts_stride(int tokens) { return (tokens + 1) / 2 * 16; }

// Bytes of 32 columns of x, for all tokens.
template <class F> __host__ __device__ constexpr int values_stride(int tokens) { return 64 * tokens + (F::PACKED ? Activations::PAD : 0); }

// Blocks of BLOCK_K columns in one segment; a segment is a whole number of 256 columns.
template <class F>
__host__ __device__ constexpr int segment_blocks(int k, int segments) {
  return divide_up(divide_up(k, 256), segments) * (256 / F::BLOCK_K);
}

template <class F>
__host__ __device__ constexpr int stream_shared_bytes(int k, int tokens, int segments, int splits, int stages) {
  int columns = segment_blocks<F>(k, segments) * F::BLOCK_K * (splits > 1 ? 1 : segments);
  return RING_AT + stages * F::STAGE_BYTES + columns / 32 * (values_stride<F>(tokens) + F::SUMS_PER_GROUP * starts_stride(tokens));
}

// Read again by each role: kept over all of them it costs a register that the product needs.
__device__ __forceinline__ int lane_id() {
  int lane;
  asm volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
  return lane;
}

struct Stream {
  void* out;
  int out_stride;
  const void* weights;
  const __nv_bfloat16* x;
  const float* norm;
  float eps;
  const float* bias;
  float* partials;
  unsigned* counters;
  int rows, k, tokens, segments, splits, pair, stages, epilogue, activation;
};

// What one block works on: tiles tile_begin, + tile_step, ...; of each, segments [segment_begin, segment_end).
template <class F>
struct Share {
  int total_blocks, per_segment, segment_begin, segment_end, tiles, tile_begin, tile_step;

  __device__ explicit Share(const Stream& p) {
    total_blocks = divide_up(p.k, F::BLOCK_K);
    per_segment = segment_blocks<F>(p.k, p.segments);
    int split = blockIdx.x % p.splits;
    segment_begin = p.splits > 1 ? split : 0;
    segment_end = p.splits > 1 ? split + 1 : p.segments;
    tiles = divide_up(p.rows, 16);
    tile_begin = blockIdx.x / p.splits;
    tile_step = gridDim.x / p.splits;
  }

  __device__ int block_begin(int segment) const { return segment * per_segment; }
  __device__ int block_end(int segment) const { return min((segment + 1) * per_segment, total_blocks); }
};

__device__ __forceinline__ int first_unit(const Stream& p, int tile) { return tile / p.pair * 2 * p.pair + tile % p.pair; }

// Position in a ring: index and the parity of its barriers' phase.
struct Cursor {
  int at;
  uint32_t parity;
  __device__ __forceinline__ void next(int count) {
    if (++at == count) {
      at = 0;
      parity ^= 1;
    }
  }
};

// --- producer --------------------------------------------------------------------------------

// Copies one stage: up to eight blocks of both units. All lanes of the producer warp take part.
template <class F>
__device__ __forceinline__ void produce(
    const Stream& p, const Share<F>& share, uint32_t stage, uint32_t full, int lane, int unit_a, int unit_b, int block, int count, uint64_t policy) {
  if constexpr (F::PACKED) {
    if (lane == 0) {
      const char* weights = static_cast<const char*>(p.weights);
      uint32_t bytes = count * F::UNIT_BYTES;
      barrier_expect(full, 2 * bytes);
      bulk_copy(stage, weights + (static_cast<size_t>(unit_a) * share.total_blocks + block) * F::UNIT_BYTES, bytes, full, policy);
      bulk_copy(stage + CONSUMER_WARPS * F::UNIT_BYTES, weights + (static_cast<size_t>(unit_b) * share.total_blocks + block) * F::UNIT_BYTES, bytes, full, policy);
    }
  } else {
    int k = block * F::BLOCK_K;
    uint32_t bytes = min(count * F::BLOCK_K, p.k - k) * 2;
    if (lane == 0) barrier_expect(full, 16 * bytes);
    __syncwarp();
    if (lane < 16) {
      int row = min((lane < 8 ? unit_a * 8 : unit_b * 8 - 8) + lane, p.rows - 1);
      bulk_copy(stage + lane * F::PITCH, static_cast<const __nv_bfloat16*>(p.weights) + static_cast<size_t>(row) * p.k + k, bytes, full, policy);
    }
  }
}

}  // namespace javelin
