// Choice of a token from a row of logits. x [rows, columns] float32, out [rows] float32. One block of 1024 threads a row.
// Launcher: SampleKernels. Exports: sample_argmax_f32.
#include "javelin.cuh"

// ---- device helpers ----

// Orders a float's bits as integers: larger floats are larger, and a NaN or +infinity, which make a row invalid, is above every finite number.
__device__ __forceinline__ unsigned ordered(float x) {
  const unsigned bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0xffffffffu;
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// ---- exports ----

// The lowest index of the largest element; -2 for a row with a NaN or +infinity, or with nothing above -infinity.
extern "C" __global__ void sample_argmax_f32(float* out, const float* x, int columns) {
  __shared__ unsigned long long partial[WARP];
  const float* row = x + (size_t)blockIdx.x * columns;
  unsigned long long best = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) {
    // The index is inverted, so that of equal elements the first is the largest.
    const unsigned long long candidate = (unsigned long long)ordered(row[i]) << 32 | (0xffffffffu - i);
    best = candidate > best ? candidate : best;
  }
  for (int offset = WARP / 2; offset > 0; offset /= 2) {
    const unsigned long long other = __shfl_xor_sync(0xffffffffu, best, offset);
    best = other > best ? other : best;
  }
  if (threadIdx.x % WARP == 0) partial[threadIdx.x / WARP] = best;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int warp = 1; warp < blockDim.x / WARP; warp++) best = partial[warp] > best ? partial[warp] : best;
    const unsigned value = (unsigned)(best >> 32);
    out[blockIdx.x] = value >= ordered(INFINITY) || value <= ordered(-INFINITY) ? -2.0f : (float)(0xffffffffu - (unsigned)best);
  }
}
