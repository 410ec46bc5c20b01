// Rotary positions (arXiv:2104.09864) on fused projections, and the way of keys and values into the paged cache.
// qkv [rows, (numHeads + 2 * numKvHeads) * headDim] bf16; table [positions, rotaryDim] float32: cosines of all pairs, then sines.
// cache of one layer [block][kvHead][K, V][blockSize][headDim]; slots [rows], -1 for a row that is stored nowhere.
// Launcher: RopeKernels. Exports: rope_table_f32, rope_rotate_bf16, rope_store_{bf16, f16, f32}.
#include "javelin.cuh"

// ---- device helpers ----

template <> __device__ __forceinline__ __half narrow<__half>(float x) { return __float2half_rn(x); }

template <typename T>
__device__ __forceinline__ void store(T* cache, const bf16* qkv, const int* slots, int numHeads, int numKvHeads, int headDim, int blockSize) {
  const int row = blockIdx.x, head = blockIdx.y, slot = slots[row];
  if (slot < 0) return;
  const bf16* keys = qkv + ((size_t)row * (numHeads + 2 * numKvHeads) + numHeads + head) * headDim;
  T* target = cache + ((size_t)(slot / blockSize) * numKvHeads + head) * 2 * blockSize * headDim + (size_t)(slot % blockSize) * headDim;
  for (int i = threadIdx.x; i < headDim; i += blockDim.x) {
    target[i] = narrow<T>(widen(keys[i]));
    target[(size_t)blockSize * headDim + i] = narrow<T>(widen(keys[numKvHeads * headDim + i]));
  }
}

// ---- exports ----

// Grid: positions; block: any. frequencies [half] double.
extern "C" __global__ void rope_table_f32(float* table, const double* frequencies, float factor, int half) {
  float* row = table + (size_t)blockIdx.x * 2 * half;
  for (int i = threadIdx.x; i < half; i += blockDim.x) {
    double sine, cosine;
    sincos(blockIdx.x * frequencies[i], &sine, &cosine);
    row[i] = (float)(cosine * factor);
    row[half + i] = (float)(sine * factor);
  }
}

// Rotates queries and keys in place. tableRows [rows] says which row of the table each row takes. Pair i is (i, i + half), or (2i, 2i + 1) if interleaved.
// Grid (rows, numHeads + numKvHeads).
extern "C" __global__ void rope_rotate_bf16(bf16* qkv, const float* table, const int* tableRows, int half, int interleaved, int headDim, int qkvSize) {
  const float* angles = table + (size_t)tableRows[blockIdx.x] * 2 * half;
  bf16* x = qkv + (size_t)blockIdx.x * qkvSize + blockIdx.y * headDim;
  for (int i = threadIdx.x; i < half; i += blockDim.x) {
    const int one = interleaved ? 2 * i : i, two = interleaved ? 2 * i + 1 : i + half;
    const float a = widen(x[one]), b = widen(x[two]), cosine = angles[i], sine = angles[half + i];
    x[one] = narrow<bf16>(a * cosine - b * sine);
    x[two] = narrow<bf16>(b * cosine + a * sine);
  }
}

// Keys and values of each row to its slot. Grid (rows, numKvHeads).
extern "C" __global__ void rope_store_bf16(bf16* cache, const bf16* qkv, const int* slots, int numHeads, int numKvHeads, int headDim, int blockSize) {
  store(cache, qkv, slots, numHeads, numKvHeads, headDim, blockSize);
}

extern "C" __global__ void rope_store_f16(__half* cache, const bf16* qkv, const int* slots, int numHeads, int numKvHeads, int headDim, int blockSize) {
  store(cache, qkv, slots, numHeads, numKvHeads, headDim, blockSize);
}

extern "C" __global__ void rope_store_f32(float* cache, const bf16* qkv, const int* slots, int numHeads, int numKvHeads, int headDim, int blockSize) {
  store(cache, qkv, slots, numHeads, numKvHeads, headDim, blockSize);
}
