// Scalar decoders of weight formats: element i of a packed block as float32. Layouts: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md;
// the Java codecs (dev.javelin.quant) are the oracle. Block sizes are even, so halves are aligned.
#pragma once

#include "javelin.cuh"

__device__ __forceinline__ float halfAt(const uint8_t* p) { return __half2float(*reinterpret_cast<const __half*>(p)); }

struct F32 {
  static constexpr int ELEMENTS = 1, BYTES = 4;
  static __device__ __forceinline__ float at(const uint8_t* block, int) { return *reinterpret_cast<const float*>(block); }
};

struct F16 {
  static constexpr int ELEMENTS = 1, BYTES = 2;
  static __device__ __forceinline__ float at(const uint8_t* block, int) { return halfAt(block); }
};

struct BF16 {
  static constexpr int ELEMENTS = 1, BYTES = 2;
  static __device__ __forceinline__ float at(const uint8_t* block, int) { return widen(*reinterpret_cast<const bf16*>(block)); }
};

struct Q8_0 {
  static constexpr int ELEMENTS = 32, BYTES = 34;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) { return halfAt(block) * (int8_t)block[2 + i]; }
};

struct Q4_0 {
  static constexpr int ELEMENTS = 32, BYTES = 18;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    return halfAt(block) * ((block[2 + i % 16] >> (i / 16 * 4) & 15) - 8);
  }
};

struct Q4_1 {
  static constexpr int ELEMENTS = 32, BYTES = 20;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    return halfAt(block) * (block[4 + i % 16] >> (i / 16 * 4) & 15) + halfAt(block + 2);
  }
};

struct Q5_0 {
  static constexpr int ELEMENTS = 32, BYTES = 22;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    const int high = block[2 + i / 8] >> (i % 8) & 1;
    return halfAt(block) * (((block[6 + i % 16] >> (i / 16 * 4) & 15) | high << 4) - 16);
  }
};

struct Q5_1 {
  static constexpr int ELEMENTS = 32, BYTES = 24;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    const int high = block[4 + i / 8] >> (i % 8) & 1;
    return halfAt(block) * ((block[8 + i % 16] >> (i / 16 * 4) & 15) | high << 4) + halfAt(block + 2);
  }
};

// Six-bit scale and minimum of sub-block sub in the twelve bytes that Q4_K and Q5_K share.
__device__ __forceinline__ int scaleOf(const uint8_t* s, int sub) {
  return sub < 4 ? s[sub] & 63 : (s[sub + 4] & 15) | s[sub - 4] >> 6 << 4;
}

__device__ __forceinline__ int minimumOf(const uint8_t* s, int sub) {
  return sub < 4 ? s[sub + 4] & 63 : s[sub + 4] >> 4 | s[sub] >> 6 << 4;
}

struct Q4_K {
  static constexpr int ELEMENTS = 256, BYTES = 144;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    const int sub = i / 32;
    const int q = block[16 + sub / 2 * 32 + i % 32] >> (sub % 2 * 4) & 15;
    return halfAt(block) * scaleOf(block + 4, sub) * q - halfAt(block + 2) * minimumOf(block + 4, sub);
  }
};

struct Q5_K {
  static constexpr int ELEMENTS = 256, BYTES = 176;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    const int sub = i / 32;
    const int low = block[48 + sub / 2 * 32 + i % 32] >> (sub % 2 * 4) & 15;
    const int q = low | (block[16 + i % 32] >> sub & 1) << 4;
    return halfAt(block) * scaleOf(block + 4, sub) * q - halfAt(block + 2) * minimumOf(block + 4, sub);
  }
};

struct Q6_K {
  static constexpr int ELEMENTS = 256, BYTES = 210;
  static __device__ __forceinline__ float at(const uint8_t* block, int i) {
    const int half = i / 128, quarter = i % 128 / 32;
    const int low = block[half * 64 + i % 64] >> (quarter / 2 * 4) & 15;
    const int high = block[128 + half * 32 + i % 32] >> (2 * quarter) & 3;
    return halfAt(block + 208) * (int8_t)block[192 + i / 16] * ((low | high << 4) - 32);
  }
};

// Element i of a run of blocks.
template <typename Format> __device__ __forceinline__ float decoded(const uint8_t* blocks, size_t i) {
  return Format::at(blocks + i / Format::ELEMENTS * Format::BYTES, (int)(i % Format::ELEMENTS));
}
