// Root-mean-square norms (arXiv:1910.07467): a row is read once, summed in float32, scaled and written as bf16.
// x, out, residual [rows, columns] bf16; weight [columns] float32. One block a row, any block of whole warps.
// Launcher: NormKernels. Exports: norm_rms_bf16, norm_add_rms_bf16, norm_heads_bf16.
#include "javelin.cuh"

// ---- device helpers ----

__device__ __forceinline__ void normaliseVectors(bf16* out, bf16* x, const bf16* added, const float* weight, float eps, int columns) {
  float squares = 0;
  for (int i = threadIdx.x * VECTOR; i < columns; i += blockDim.x * VECTOR) {
    Vector v = loadVector(x + i);
    if (added) {
      const Vector more = loadVector(added + i);
#pragma unroll
      for (int j = 0; j < VECTOR / 2; j++) v.set(j, v.pair(j).x + more.pair(j).x, v.pair(j).y + more.pair(j).y);
      storeVector(x + i, v);
    }
#pragma unroll
    for (int j = 0; j < VECTOR / 2; j++) squares += v.pair(j).x * v.pair(j).x + v.pair(j).y * v.pair(j).y;
  }
  const float scale = rsqrtf(blockSum(squares) / columns + eps);
  for (int i = threadIdx.x * VECTOR; i < columns; i += blockDim.x * VECTOR) {
    Vector v = loadVector(x + i);
    const float4 low = *reinterpret_cast<const float4*>(weight + i), high = *reinterpret_cast<const float4*>(weight + i + 4);
    v.set(0, v.pair(0).x * scale * low.x, v.pair(0).y * scale * low.y);
    v.set(1, v.pair(1).x * scale * low.z, v.pair(1).y * scale * low.w);
    v.set(2, v.pair(2).x * scale * high.x, v.pair(2).y * scale * high.y);
    v.set(3, v.pair(3).x * scale * high.z, v.pair(3).y * scale * high.w);
    storeVector(out + i, v);
  }
}

// out = (x + added) / rms * weight; x + added is rounded to bf16 first, as if it had been stored, and stored in x if there is something to add.
__device__ __forceinline__ void normalise(bf16* out, bf16* x, const bf16* added, const float* weight, float eps, int columns) {
  if (columns % VECTOR == 0) {
    normaliseVectors(out, x, added, weight, eps, columns);
    return;
  }
  float squares = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) {
    float value = widen(x[i]);
    if (added) {
      const bf16 sum = narrow<bf16>(value + widen(added[i]));
      x[i] = sum;
      value = widen(sum);
    }
    squares += value * value;
  }
  const float scale = rsqrtf(blockSum(squares) / columns + eps);
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[i] = narrow<bf16>(widen(x[i]) * scale * weight[i]);
}

// ---- exports ----

extern "C" __global__ void norm_rms_bf16(bf16* out, bf16* x, const float* weight, float eps, int columns) {
  const size_t row = (size_t)blockIdx.x * columns;
  normalise(out + row, x + row, nullptr, weight, eps, columns);
}

// residual += x; out = norm(residual)
extern "C" __global__ void norm_add_rms_bf16(bf16* out, bf16* residual, const bf16* x, const float* weight, float eps, int columns) {
  const size_t row = (size_t)blockIdx.x * columns;
  normalise(out + row, residual + row, x + row, weight, eps, columns);
}

// Each query and key head of a fused projection by itself. Grid (rows, numHeads + numKvHeads).
extern "C" __global__ void norm_heads_bf16(bf16* qkv, const float* queryWeight, const float* keyWeight, float eps, int headDim, int numHeads,
                                           int qkvSize) {
  const int head = blockIdx.y;
  bf16* x = qkv + (size_t)blockIdx.x * qkvSize + head * headDim;
  normalise(x, x, nullptr, head < numHeads ? queryWeight : keyWeight, eps, headDim);
}
