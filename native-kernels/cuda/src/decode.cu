// Weight matrices from their stored blocks to bf16: once at load for float formats, and as a panel before a matrix product for quantised ones.
// packed: blocks of count elements; out [count] bf16. Any grid, any block: a grid-stride loop.
// Launcher: DecodeKernels. Exports: decode_<format>_bf16.
#include "decode.cuh"

// ---- device helpers ----

template <typename Format> __device__ __forceinline__ void decodeAll(bf16* out, const uint8_t* packed, long long count) {
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
    out[i] = narrow<bf16>(decoded<Format>(packed, i));
  }
}

// ---- exports ----

extern "C" __global__ void decode_f32_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<F32>(out, packed, count);
}

extern "C" __global__ void decode_f16_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<F16>(out, packed, count);
}

extern "C" __global__ void decode_bf16_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<BF16>(out, packed, count);
}

extern "C" __global__ void decode_q8_0_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q8_0>(out, packed, count);
}

extern "C" __global__ void decode_q4_0_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q4_0>(out, packed, count);
}

extern "C" __global__ void decode_q4_1_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q4_1>(out, packed, count);
}

extern "C" __global__ void decode_q5_0_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q5_0>(out, packed, count);
}

extern "C" __global__ void decode_q5_1_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q5_1>(out, packed, count);
}

extern "C" __global__ void decode_q4_k_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q4_K>(out, packed, count);
}

extern "C" __global__ void decode_q5_k_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q5_K>(out, packed, count);
}

extern "C" __global__ void decode_q6_k_bf16(bf16* out, const uint8_t* packed, long long count) {
  decodeAll<Q6_K>(out, packed, count);
}
