// What every kernel family shares: bf16 arithmetic in float32, reductions over a warp and a block.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <stdint.h>

using bf16 = __nv_bfloat16;

constexpr int WARP = 32;

// Eight bf16 as one 16-byte word: what a thread should load at a time.
constexpr int VECTOR = 8;

union Vector {
  uint4 word;
  __nv_bfloat162 pairs[VECTOR / 2];

  __device__ __forceinline__ float2 pair(int i) const { return __bfloat1622float2(pairs[i]); }
  __device__ __forceinline__ void set(int i, float low, float high) { pairs[i] = __floats2bfloat162_rn(low, high); }
};

__device__ __forceinline__ Vector loadVector(const bf16* p) { return {*reinterpret_cast<const uint4*>(p)}; }
__device__ __forceinline__ void storeVector(bf16* p, const Vector& v) { *reinterpret_cast<uint4*>(p) = v.word; }

__device__ __forceinline__ float widen(bf16 x) { return __bfloat162float(x); }
__device__ __forceinline__ float widen(float x) { return x; }

template <typename T> __device__ __forceinline__ T narrow(float x);
template <> __device__ __forceinline__ bf16 narrow<bf16>(float x) { return __float2bfloat16_rn(x); }
template <> __device__ __forceinline__ float narrow<float>(float x) { return x; }

__device__ __forceinline__ float warpSum(float x) {
#pragma unroll
  for (int offset = WARP / 2; offset > 0; offset /= 2) x += __shfl_xor_sync(0xffffffffu, x, offset);
  return x;
}

__device__ __forceinline__ float warpMax(float x) {
#pragma unroll
  for (int offset = WARP / 2; offset > 0; offset /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, offset));
  return x;
}

// The sum over a block of whole warps, the same value in every thread. Warps are added in order: the result does not depend on timing.
__device__ __forceinline__ float blockSum(float x) {
  __shared__ float partial[WARP];
  const int warps = blockDim.x / WARP;
  x = warpSum(x);
  __syncthreads();  // an earlier call may still be read
  if (threadIdx.x % WARP == 0) partial[threadIdx.x / WARP] = x;
  __syncthreads();
  float sum = 0;
  for (int warp = 0; warp < warps; warp++) sum += partial[warp];
  return sum;
}
