// What the attention kernels share: tiles of keys and values of the paged cache in shared memory and an online softmax (Dao et al.,
// arXiv:2205.14135) with mma.sync. Layout of the cache: [block][kvHead][K, V][1 << blockBits][D] bf16.
#pragma once

#include "hopper.cuh"

namespace flash {

using bf16 = __nv_bfloat16;
using javelin::load_matrices;

constexpr int KEYS = 64;     // of a tile
constexpr int ROWS = 16;     // of the matrix instruction
constexpr float LOG2E = 1.4426950408889634f;
constexpr float LOWEST = -1e30f;  // a maximum before the first key: finite, so that differences are

// Bytes from one row of a tile to the next; 16 more than a row, so that eight rows lie in different banks.
template <int D> constexpr int pitch() { return D * 2 + 16; }
template <int D> constexpr int tileBytes() { return KEYS * pitch<D>(); }

struct Shape {
  int maxBlocks, blockBits, numHeads, numKvHeads;
  float scale;
  int window;
  float softcap;
};

__device__ __forceinline__ void copyAsync(uint32_t target, const void* source) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(target), "l"(source) : "memory");
}
__device__ __forceinline__ void copyAsync(uint32_t target, const void* source, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "r"(bytes) : "memory");
}
__device__ __forceinline__ void commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int N> __device__ __forceinline__ void await() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }

__device__ __forceinline__ void matricesTransposed(uint32_t (&r)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address));
}
__device__ __forceinline__ float power2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Keys [first, first + 64) and their values of one head to a stage; those from `end` on become zeros.
template <int D, int THREADS>
__device__ __forceinline__ void loadTile(uint32_t stage, const bf16* cache, const int* table, int kvHead, const Shape& shape, int first, int end) {
  constexpr int CHUNKS = D / 8;
  const size_t blockSize = (size_t)1 << shape.blockBits;
  for (int i = threadIdx.x; i < KEYS * CHUNKS; i += THREADS) {
    const int row = i / CHUNKS, chunk = i % CHUNKS, key = first + row, inside = key < end ? 16 : 0;
    const int block = table[min(key, end - 1) >> shape.blockBits];
    const bf16* source = cache + (((size_t)block * shape.numKvHeads + kvHead) * 2 * blockSize + (key & (blockSize - 1))) * D + chunk * 8;
    const uint32_t target = stage + row * pitch<D>() + chunk * 16;
    copyAsync(target, source, inside);
    copyAsync(target + tileBytes<D>(), source + blockSize * D, inside);
  }
}

// One warp's running softmax over 16 rows; lane (g, t) has rows g and g + 8.
template <int D>
struct Running {
  float out[D / 8][4] = {};
  float largest[2] = {LOWEST, LOWEST}, total[2] = {0.f, 0.f};

  // Scores of NT * 8 keys become weights, `out` takes the values in. `values` is the lane's address for matricesTransposed.
  template <int NT>
  __device__ __forceinline__ void take(float (&score)[NT][4], uint32_t values) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float best = largest[half];
#pragma unroll
      for (int n = 0; n < NT; n++) best = fmaxf(best, fmaxf(score[n][2 * half], score[n][2 * half + 1]));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 1));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 2));
      const float shrink = power2(largest[half] - best);
      largest[half] = best;
      total[half] *= shrink;
#pragma unroll
      for (int d = 0; d < D / 8; d++) {
        out[d][2 * half] *= shrink;
        out[d][2 * half + 1] *= shrink;
      }
#pragma unroll
      for (int n = 0; n < NT; n++)
#pragma unroll
        for (int i = 2 * half; i < 2 * half + 2; i++) {
          score[n][i] = power2(score[n][i] - best);
          total[half] += score[n][i];
        }
    }
#pragma unroll
    for (int k = 0; k < NT / 2; k++) {
      const uint32_t a0 = javelin::pack_bf16(score[2 * k][0], score[2 * k][1]), a1 = javelin::pack_bf16(score[2 * k][2], score[2 * k][3]);
      const uint32_t a2 = javelin::pack_bf16(score[2 * k + 1][0], score[2 * k + 1][1]), a3 = javelin::pack_bf16(score[2 * k + 1][2], score[2 * k + 1][3]);
#pragma unroll
      for (int d = 0; d < D / 16; d++) {
        uint32_t v[4];
        matricesTransposed(v, values + k * 16 * pitch<D>() + d * 32);
        javelin::mma(out[2 * d], a0, a1, a2, a3, v[0], v[1]);
        javelin::mma(out[2 * d + 1], a0, a1, a2, a3, v[2], v[3]);
      }
    }
  }

  __device__ __forceinline__ void sumTotals() {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
      total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
    }
  }
};

// Lane's address for `matrices` over 16 keys x 16 columns, and for `matricesTransposed` over 16 keys x 16 columns of values.
template <int D> __device__ __forceinline__ uint32_t keyLane(int lane) { return (lane / 16 * 8 + lane % 8) * pitch<D>() + lane / 8 % 2 * 16; }
template <int D> __device__ __forceinline__ uint32_t valueLane(int lane) { return lane % 16 * pitch<D>() + lane / 16 * 16; }

// Query rows g and g + 8 as operands of D / 16 instructions.
template <int D>
__device__ __forceinline__ void loadQueries(uint32_t (&q)[D / 16][4], const bf16* a, const bf16* b, int lane) {
#pragma unroll
  for (int k = 0; k < D / 16; k++)
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const bf16* row = i % 2 ? b : a;
      q[k][i] = row == nullptr ? 0 : *reinterpret_cast<const volatile uint32_t*>(row + k * 16 + lane % 4 * 2 + i / 2 * 8);
    }
}

// A raw product in the exponent's unit: times scale, capped, times log2(e).
__device__ __forceinline__ float toScore(float x, const Shape& shape) {
  x *= shape.scale;
  if (shape.softcap > 0) x = shape.softcap * tanhf(x / shape.softcap);
  return x * LOG2E;
}

}  // namespace flash
