// Repacks GGUF rows into the units of the streaming linear, and units back into bf16 rows.
//
// Why: GGUF blocks of 18 to 210 bytes cannot be read 16 bytes at a time, and their order is not that of a
// matrix operand. Repacking happens once, on the device, while loading; it keeps every code and scale, so a
// packed weight is exactly the GGUF weight. The way back serves prefill: a dense panel for the library's
// matrix product.
//
// Shapes: source [rows][k] in GGUF blocks, row-major; units (layout: stream_formats.cuh) [padded rows / 8]
//   [ceil(k / BLOCK_K)]. Rows beyond `rows` and columns beyond k get scale 0. To pack a concatenation, call
//   once per part with first_unit; parts start at multiples of 8 rows.
// Launch: block 256, any grid (grid-stride over the bytes to write, 4 at a time).
// Parameters of pack_units_*: units void*, source const void*, row_order const int* [rows] or null (row r is
//   stored row row_order[r]), rows int, k int, padded_rows int (multiple of 8), first_unit int
// Parameters of pack_rows_*: target bf16* [rows, k], units const void*, rows int, k int. grid-stride, one
//   thread writes 8 columns; k a multiple of 32.
// Java: backend/cuda/kernel/PackKernels.
// Exports: pack_units_{q4_0,q4_1,q8_0,q4_k,q5_k,q6_k}, pack_rows_{the same}: units back to rows.

#include <type_traits>

#include "stream_formats.cuh"

namespace javelin {

// --- device helpers --------------------------------------------------------------------------

__device__ __forceinline__ uint32_t half_bits(const uint8_t* p) { return p[0] | p[1] << 8; }

__device__ __forceinline__ uint32_t simple_nibble(const uint8_t* qs, int i) { return i < 16 ? qs[i] & 15 : qs[i - 16] >> 4; }

struct SourceQ4_0 {
  using Format = Q4_0;
  static constexpr int BLOCK = 32, BYTES = 18;
  __device__ static uint32_t code(const uint8_t* b, int i) { return simple_nibble(b + 2, i); }
};

struct SourceQ4_1 {
  using Format = Q4_1;
  static constexpr int BLOCK = 32, BYTES = 20;
  __device__ static uint32_t code(const uint8_t* b, int i) { return simple_nibble(b + 4, i); }
};

struct SourceQ8_0 {
  using Format = Q8_0;
  static constexpr int BLOCK = 32, BYTES = 34;
  __device__ static uint32_t code(const uint8_t* b, int i) { return b[2 + i] ^ 0x80; }
};

// Byte i of 16: the eight 6-bit scales, then the eight 6-bit minimums.
__device__ __forceinline__ uint32_t super_scale(const uint8_t* s, int i) {
  int j = i % 8;
  if (j < 4) return s[i < 8 ? j : j + 4] & 63;
  return i < 8 ? (s[j + 4] & 15) | (s[j - 4] >> 6) << 4 : s[j + 4] >> 4 | (s[j] >> 6) << 4;
}

struct SourceQ4_K {
  using Format = Q4_K;
  static constexpr int BLOCK = 256, BYTES = 144;
  __device__ static uint32_t code(const uint8_t* b, int i) {
    uint8_t q = b[16 + i / 64 * 32 + i % 32];
    return i % 64 < 32 ? q & 15 : q >> 4;
  }
};

struct SourceQ5_K {
  using Format = Q5_K;
  static constexpr int BLOCK = 256, BYTES = 176;
  __device__ static uint32_t code(const uint8_t* b, int i) {
    uint8_t q = b[48 + i / 64 * 32 + i % 32];
    return (i % 64 < 32 ? q & 15 : q >> 4) | (b[16 + i % 32] >> (i / 32) & 1) << 4;
  }
};

struct SourceQ6_K {
  using Format = Q6_K;
  static constexpr int BLOCK = 256, BYTES = 210;
  __device__ static uint32_t code(const uint8_t* b, int i) {
    int half = i / 128, quarter = i % 128 / 32, l = i % 32;
    uint8_t low = b[half * 64 + quarter % 2 * 32 + l];
    return (quarter < 2 ? low & 15 : low >> 4) | (b[128 + half * 32 + l] >> (2 * quarter) & 3) << 4;
  }
};

template <class S>
struct Rows {
  const uint8_t* source;
  const int* row_order;
  int rows, k;

  __device__ bool inside(int row, int column) const { return row < rows && column < k; }

  __device__ const uint8_t* block(int row, int column) const {
    size_t stored = row_order == nullptr ? row : row_order[row];
    return source + (stored * (k / S::BLOCK) + column / S::BLOCK) * S::BYTES;
  }

  __device__ uint32_t code(int row, int column) const { return inside(row, column) ? S::code(block(row, column), column % S::BLOCK) : 0; }

  __device__ uint32_t field(int row, int column, int at) const { return inside(row, column) ? half_bits(block(row, column) + at) : 0; }
};

// Four bytes of the unit whose first row is `row` and first column `column`, at offset `at`.
template <class S>
__device__ uint32_t unit_word(const Rows<S>& r, int row, int column, int at) {
  using F = typename S::Format;
  if (at < 1024) {
    int lane = at % 512 / 16, g = lane / 4, t = lane % 4;
    uint32_t word = 0;
    if (F::BLOCK_K == 128) {
      int group = at / 512 * 2 + at % 16 / 8, e = at % 8;
      for (int i = 0; i < 4; i++) {
        int c = column + group * 32 + lane_column(t, e + i);
        word |= (r.inside(row + g, c) ? r.code(row + g, c) : 128u) << (8 * i);
      }
      return word;
    }
    int group = at / 512 * 4 + at % 16 / 4;
    for (int e = 0; e < 8; e++) word |= (r.code(row + g, column + group * 32 + lane_column(t, e)) & 15) << (4 * (e / 2) + 16 * (e % 2));
    return word;
  }
  at -= 1024;
  if constexpr (std::is_same_v<F, Q4_0>) {
    int g = at / 16, j = at % 16 / 2;
    return r.field(row + g, column + j * 32, 0) | r.field(row + g, column + j * 32 + 32, 0) << 16;
  } else if constexpr (std::is_same_v<F, Q8_0>) {
    int g = at / 8, j = at % 8 / 2;
    return r.field(row + g, column + j * 32, 0) | r.field(row + g, column + j * 32 + 32, 0) << 16;
  } else if constexpr (std::is_same_v<F, Q4_1>) {
    int g = at / 32, j = at % 32 / 4;
    return r.field(row + g, column + j * 32, 0) | r.field(row + g, column + j * 32, 2) << 16;
  } else if constexpr (std::is_same_v<F, Q6_K>) {
    if (at < 512) {
      int lane = at / 16, g = lane / 4, t = lane % 4, first = at % 16 / 4 * 2;
      uint32_t word = 0;
      for (int i = 0; i < 16; i++) {
        int j = i / 8, e = i % 8;
        word |= (r.code(row + g, column + (first + j) * 32 + lane_column(t, e)) >> 4) << (2 * (4 * j + e / 2) + 16 * (e % 2));
      }
      return word;
    }
    at -= 512;
    uint32_t word = 0;
    if (at < 128) {
      int g = at / 16;
      for (int i = 0; i < 4; i++) word |= (r.inside(row + g, column) ? r.block(row + g, column)[192 + at % 16 + i] ^ 0x80u : 0u) << (8 * i);
      return word;
    }
    int g = (at - 128) / 2;
    return r.field(row + g, column, 208) | r.field(row + g + 1, column, 208) << 16;
  } else {
    if (std::is_same_v<F, Q5_K>) {
      if (at < 256) {
        int lane = at / 8, g = lane / 4, t = lane % 4, first = at % 8;
        uint32_t word = 0;
        for (int i = 0; i < 32; i++) {
          int j = i / 8, e = i % 8;
          word |= (r.code(row + g, column + (first + j) * 32 + lane_column(t, e)) >> 4) << (4 * j + e / 2 + 16 * (e % 2));
        }
        return word;
      }
      at -= 256;
    }
    if (at < 128) {
      int g = at / 16;
      uint32_t word = 0;
      for (int i = 0; i < 4; i++) word |= (r.inside(row + g, column) ? super_scale(r.block(row + g, column) + 4, at % 16 + i) : 0u) << (8 * i);
      return word;
    }
    int g = (at - 128) / 4;
    return r.field(row + g, column, 0) | r.field(row + g, column, 2) << 16;
  }
}

// The eight columns of one lane and group, decoded.
template <class F>
__device__ void unit_values(const uint8_t* unit, int g, int t, int group, float (&out)[8]) {
  int lane = g * 4 + t;
  if constexpr (std::is_same_v<F, Q8_0>) {
    const uint8_t* q = unit + group / 2 * 512 + lane * 16 + group % 2 * 8;
    float d = __half2float(*reinterpret_cast<const __half*>(unit + 1024 + g * 8 + group * 2));
    for (int e = 0; e < 8; e++) out[e] = d * (q[e] - 128);
  } else {
    uint32_t word = *reinterpret_cast<const uint32_t*>(unit + group / 4 * 512 + lane * 16 + group % 4 * 4);
    for (int e = 0; e < 8; e++) {
      int q = word >> (4 * (e / 2) + 16 * (e % 2)) & 15;
      if constexpr (std::is_same_v<F, Q4_0>) {
        out[e] = __half2float(*reinterpret_cast<const __half*>(unit + 1024 + g * 16 + group * 2)) * (q - 8);
      } else if constexpr (std::is_same_v<F, Q4_1>) {
        const __half* s = reinterpret_cast<const __half*>(unit + 1024 + g * 32 + group * 4);
        out[e] = fmaf(__half2float(s[0]), q, __half2float(s[1]));
      } else if constexpr (std::is_same_v<F, Q6_K>) {
        uint32_t plane = *reinterpret_cast<const uint32_t*>(unit + 1024 + lane * 16 + group / 2 * 4);
        q |= (plane >> (2 * (4 * (group % 2) + e / 2) + 16 * (e % 2)) & 3) << 4;
        float d = __half2float(*reinterpret_cast<const __half*>(unit + 1664 + g * 2));
        out[e] = d * (unit[1536 + g * 16 + group * 2 + e / 4] - 128) * (q - 32);
      } else {
        int scales = 1024;
        if constexpr (std::is_same_v<F, Q5_K>) {
          uint32_t plane = *reinterpret_cast<const uint32_t*>(unit + 1024 + lane * 8 + group / 4 * 4);
          q |= (plane >> (4 * (group % 4) + e / 2 + 16 * (e % 2)) & 1) << 4;
          scales = 1280;
        }
        const __half* s = reinterpret_cast<const __half*>(unit + scales + 128 + g * 4);
        out[e] = __half2float(s[0]) * unit[scales + g * 16 + group] * q - __half2float(s[1]) * unit[scales + g * 16 + 8 + group];
      }
    }
  }
}

// --- kernels ---------------------------------------------------------------------------------

template <class S>
__device__ void pack(void* target, const void* source, const int* row_order, int num_rows, int k, int padded_rows, int first_unit) {
  using F = typename S::Format;
  Rows<S> rows{static_cast<const uint8_t*>(source), row_order, num_rows, k};
  uint32_t* units = static_cast<uint32_t*>(target);
  constexpr int WORDS = F::UNIT_BYTES / 4;
  int blocks = (rows.k + F::BLOCK_K - 1) / F::BLOCK_K;
  size_t total = static_cast<size_t>(padded_rows / 8) * blocks * WORDS, base = static_cast<size_t>(first_unit) * blocks * WORDS;
  for (size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x; i < total; i += static_cast<size_t>(gridDim.x) * blockDim.x) {
    size_t unit = i / WORDS;
    units[base + i] = unit_word<S>(rows, unit / blocks * 8, unit % blocks * F::BLOCK_K, i % WORDS * 4);
  }
}

template <class F>
__device__ void unpack(__nv_bfloat16* target, const uint8_t* units, int rows, int k) {
  int blocks = (k + F::BLOCK_K - 1) / F::BLOCK_K, per_row = k / 8;
  size_t total = static_cast<size_t>(rows) * per_row;
  for (size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x; i < total; i += static_cast<size_t>(gridDim.x) * blockDim.x) {
    int row = i / per_row, at = i % per_row * 8, column = at / F::BLOCK_K * F::BLOCK_K;
    int group = (at - column) / 32, t = at % 32 / 8;
    const uint8_t* unit = units + (static_cast<size_t>(row / 8) * blocks + column / F::BLOCK_K) * F::UNIT_BYTES;
    float v[8];
    unit_values<F>(unit, row % 8, t, group, v);
    __nv_bfloat16* out = target + static_cast<size_t>(row) * k + column + group * 32;
    uint32_t w[4] = {pack_bf16(v[0], v[1]), pack_bf16(v[2], v[3]), pack_bf16(v[4], v[5]), pack_bf16(v[6], v[7])};
    transpose_quad(w, t);
    *reinterpret_cast<uint4*>(out + t * 8) = make_uint4(w[0], w[1], w[2], w[3]);
  }
}

}  // namespace javelin

// --- exports ---------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q4_0(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ4_0>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q4_1(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ4_1>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q8_0(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ8_0>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q4_k(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ4_K>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q5_k(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ5_K>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256)
    pack_units_q6_k(void* units, const void* source, const int* row_order, int rows, int k, int padded_rows, int first_unit) {
  javelin::pack<javelin::SourceQ6_K>(units, source, row_order, rows, k, padded_rows, first_unit);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q4_0(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q4_0>(target, static_cast<const uint8_t*>(units), rows, k);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q4_1(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q4_1>(target, static_cast<const uint8_t*>(units), rows, k);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q8_0(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q8_0>(target, static_cast<const uint8_t*>(units), rows, k);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q4_k(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q4_K>(target, static_cast<const uint8_t*>(units), rows, k);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q5_k(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q5_K>(target, static_cast<const uint8_t*>(units), rows, k);
}

extern "C" __global__ void __launch_bounds__(256) pack_rows_q6_k(__nv_bfloat16* target, const void* units, int rows, int k) {
  javelin::unpack<javelin::Q6_K>(target, static_cast<const uint8_t*>(units), rows, k);
}
