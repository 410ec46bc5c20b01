// Matrix products of any size where no faster kernel and no cuBLASLt serves: out = x wT (+ out). x [rows, in], w [outs, in], out [rows, stride], bf16 or
// float32, of which this call writes outs columns. Tiles of 64 rows by 64 outputs, 32 inputs a step, tensor cores through wmma, float32 sums.
// Launcher: LinearKernels. Exports: linear_tile_{bf16, f32}.
#include <mma.h>

#include "javelin.cuh"

// ---- device helpers ----

constexpr int TILE = 64;
constexpr int STEP = 32;
constexpr int PAD = 8;  // keeps rows of a tile in different banks

__device__ __forceinline__ void loadTile(bf16 (*tile)[STEP + PAD], const bf16* source, int firstRow, int numRows, int firstColumn, int numColumns) {
  for (int i = threadIdx.x; i < TILE * STEP; i += blockDim.x) {
    const int row = firstRow + i / STEP, column = firstColumn + i % STEP;
    tile[i / STEP][i % STEP] = row < numRows && column < numColumns ? source[(size_t)row * numColumns + column] : narrow<bf16>(0);
  }
}

template <typename T> __device__ __forceinline__ void product(T* out, const bf16* x, const bf16* w, int rows, int outs, int in, int stride, int add) {
  using namespace nvcuda::wmma;
  __shared__ alignas(32) bf16 xTile[TILE][STEP + PAD], wTile[TILE][STEP + PAD];
  __shared__ alignas(32) float sums[TILE][TILE + 4];
  const int firstRow = blockIdx.y * TILE, firstOut = blockIdx.x * TILE, warp = threadIdx.x / WARP;
  fragment<accumulator, 16, 16, 16, float> sum[TILE / 16];
  for (int j = 0; j < TILE / 16; j++) fill_fragment(sum[j], 0.0f);
  for (int k = 0; k < in; k += STEP) {
    __syncthreads();
    loadTile(xTile, x, firstRow, rows, k, in);
    loadTile(wTile, w, firstOut, outs, k, in);
    __syncthreads();
    for (int step = 0; step < STEP; step += 16) {
      fragment<matrix_a, 16, 16, 16, bf16, row_major> a;
      load_matrix_sync(a, &xTile[warp * 16][step], STEP + PAD);
      for (int j = 0; j < TILE / 16; j++) {
        fragment<matrix_b, 16, 16, 16, bf16, col_major> b;
        load_matrix_sync(b, &wTile[j * 16][step], STEP + PAD);
        mma_sync(sum[j], a, b, sum[j]);
      }
    }
  }
  for (int j = 0; j < TILE / 16; j++) store_matrix_sync(&sums[warp * 16][j * 16], sum[j], TILE + 4, mem_row_major);
  __syncthreads();
  for (int i = threadIdx.x; i < TILE * TILE; i += blockDim.x) {
    const int row = firstRow + i / TILE, column = firstOut + i % TILE;
    if (row >= rows || column >= outs) continue;
    T* target = out + (size_t)row * stride + column;
    *target = narrow<T>(sums[i / TILE][i % TILE] + (add ? widen(*target) : 0));
  }
}

// ---- exports ----

// Grid (outs / 64, rows / 64) rounded up, block 128.
extern "C" __global__ void linear_tile_bf16(bf16* out, const bf16* x, const bf16* w, int rows, int outs, int in, int stride, int add) {
  product(out, x, w, rows, outs, in, stride, add);
}

extern "C" __global__ void linear_tile_f32(float* out, const bf16* x, const bf16* w, int rows, int outs, int in, int stride, int add) {
  product(out, x, w, rows, outs, in, stride, add);
}
