// Weight formats of the streaming linear: how 8 rows x BLOCK_K columns lie in memory (a "unit"), and how a
// warp turns one block of two units into matrix operands.
//
// A tile is 16 weight rows: 8 of unit A and 8 of unit B. Columns go in groups of 32. Lane (g, t) owns rows g
// of both units and, in each group, the eight columns lane_column(t, 0 .. 7): those that two matrix instructions
// want of it, one after the other.
//
// Packed unit, 256 columns (Q8_0: 128): payload [2][32 lanes][16 B], then planes, then scales.
//   Q4_0  1024 nibbles | 128 fp16 d [8 rows][8 groups]                                          1152 B
//   Q4_1  1024 nibbles | 256 fp16 (d, m) [8][8][2]                                              1280 B
//   Q8_0  1024 int8    | 64 fp16 d [8][4]                                                       1088 B
//   Q4_K  1024 nibbles | 128 bytes [8][8 scales, 8 mins] | 32 fp16 (d, dmin) [8][2]             1184 B
//   Q5_K  1024 nibbles | 256 fifth bits [32 lanes][8 B] | 128 | 32 as Q4_K                      1440 B
//   Q6_K  1024 nibbles | 512 upper bits [32 lanes][16 B] | 128 (scale + 128) [8][16] | 16 d [8] 1680 B
// Nibble word: eight columns e = 0 .. 7 of one group; column e sits at bit 4 * (e / 2) + 16 * (e % 2).
// Fifth bits: word i holds groups 4i .. 4i+3; column e of group j at bit (4 * (j % 4) + e / 2) + 16 * (e % 2).
// Upper bits: word i holds groups 2i, 2i+1; column e of group j at bit 2 * (4 * (j % 2) + e / 2) + 16 * (e % 2).
#pragma once

#include "hopper.cuh"

namespace javelin {

constexpr int CONSUMER_WARPS = 8;

// Where a consumer warp finds the activations of its block.
struct Activations {
  uint32_t values;       // 16 bytes per group: values + group * group_stride
  uint32_t group_stride; // 64 * tokens, in packed formats with PAD bytes more
  uint32_t starts;       // formats with an offset: float4 of this lane's two tokens: starts + sum * starts_stride
  uint32_t starts_stride; // 16 * ceil(tokens / 2)

  // Between groups of packed formats, so that words of four lanes are stored to different banks. Apart from the stride it costs no register.
  static constexpr int PAD = 16;
  __device__ __forceinline__ uint4 group(int j) const { return shared_16(values + j * group_stride + j * PAD); }
};

// Column e = 0 .. 7 of lane t within its group of 32.
__device__ __forceinline__ int lane_column(int t, int e) { return e / 4 * 16 + e / 2 % 2 * 8 + t * 2 + e % 2; }

// Word i of lane t of four lanes becomes word t of lane i: eight columns in a row become what lane_column names, or back.
__device__ __forceinline__ void transpose_quad(uint32_t (&w)[4], int t) {
  const unsigned quad = 0xfu << (threadIdx.x & 28);
  const bool odd = t & 1, high = t & 2;
  uint32_t a = __shfl_xor_sync(quad, odd ? w[0] : w[1], 1), b = __shfl_xor_sync(quad, odd ? w[2] : w[3], 1);
  w[0] = odd ? a : w[0], w[1] = odd ? w[1] : a, w[2] = odd ? b : w[2], w[3] = odd ? w[3] : b;
  a = __shfl_xor_sync(quad, high ? w[0] : w[2], 2), b = __shfl_xor_sync(quad, high ? w[1] : w[3], 2);
  w[0] = high ? a : w[0], w[2] = high ? w[2] : a, w[1] = high ? b : w[1], w[3] = high ? w[3] : b;
}

// (a & b) | c as one instruction: the compiler makes two of it when b and c are constants.
__device__ __forceinline__ uint32_t and_or(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t v;
  asm("lop3.b32 %0, %1, %2, %3, 0xea;" : "=r"(v) : "r"(a), "r"(b), "r"(c));
  return v;
}

// 128 + q as two bf16: a nibble pair dropped into the mantissa of 128.
__device__ __forceinline__ uint32_t nibbles_128(uint32_t word) { return and_or(word, 0x000f000fu, 0x43004300u); }

// Byte b of word as the float 2^23 + byte.
template <int B>
__device__ __forceinline__ float byte_2_23(uint32_t word) {
  return __uint_as_float(__byte_perm(word, 0x4b000000u, 0x7650 | B));
}

__device__ __forceinline__ float half_at(uint32_t pair, int i) {
  __half2 h = *reinterpret_cast<__half2*>(&pair);
  return i == 0 ? __low2float(h) : __high2float(h);
}

__device__ __forceinline__ uint32_t word_at(const uint4& v, int i) { return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w; }

// Row-major [rows, k] bf16, as a checkpoint has it. Each row's chunk is one bulk copy; the padded pitch keeps
// the 16-byte reads of eight lanes (two rows) in different banks.
struct Bf16 {
  static constexpr bool PACKED = false;
  static constexpr int BLOCK_K = 64;
  static constexpr float OFFSET = 0;
  static constexpr int SUMS_PER_GROUP = 0;
  static constexpr int PITCH = CONSUMER_WARPS * BLOCK_K * 2 + 64;
  static constexpr int STAGE_BYTES = 16 * PITCH;

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t a = stage + (lane / 4) * PITCH + warp * BLOCK_K * 2 + (lane % 4) * 16;
#pragma unroll
    for (int j = 0; j < BLOCK_K / 32; j++) {
      if (j * 32 < columns) {
        uint4 wa = shared_16(a + j * 64), wb = shared_16(a + 8 * PITCH + j * 64);
        uint4 v = shared_16(x.values + j * x.group_stride);
        mma(acc, wa.x, wb.x, wa.y, wb.y, v.x, v.y);
        mma(acc, wa.z, wb.z, wa.w, wb.w, v.z, v.w);
      }
    }
  }
};

template <int UNIT, int K>
struct PackedFormat {
  static constexpr bool PACKED = true;
  static constexpr int BLOCK_K = K;
  static constexpr int UNIT_BYTES = UNIT;
  static constexpr int STAGE_BYTES = 2 * CONSUMER_WARPS * UNIT;
};

// Eight groups of nibbles with 128 + q in the matrix operand. The accumulator starts at -OFFSET * sum(x), so
// that it ends as the dot product with q - (OFFSET - 128); Scale adds it with scale and minimum.
// PLANE: bits above the nibble (0, 1, 2).
template <int PLANE>
struct NibbleLane {
  uint4 nibbles;
  uint2 plane;

  // Groups 4h .. 4h+3: all at once would need too many registers.
  __device__ __forceinline__ void load(uint32_t unit, int lane, int h) {
    nibbles = shared_16(unit + h * 512 + lane * 16);
    if (PLANE == 1) plane.x = shared_4(unit + 1024 + lane * 8 + h * 4);
    if (PLANE == 2) plane = shared_8(unit + 1024 + lane * 16 + h * 8);
  }

  // Columns 2r and 2r + 1 of group j.
  __device__ __forceinline__ uint32_t operand(int j, int r) const {
    uint32_t v = nibbles_128(word_at(nibbles, j % 4) >> (4 * r));
    if (PLANE == 1) {
      uint32_t word = plane.x;
      int bit = 4 * (j % 4) + r;
      v = and_or(bit < 4 ? word << (4 - bit) : word >> (bit - 4), 0x00100010u, v);
    } else if (PLANE == 2) {
      uint32_t word = j % 4 < 2 ? plane.x : plane.y;
      int bit = 2 * (4 * (j % 2) + r);
      v = and_or(bit < 4 ? word << (4 - bit) : word >> (bit - 4), 0x00300030u, v);
    }
    return v;
  }
};

template <int PLANE>
__device__ __forceinline__ void group_dot(float (&d)[4], const float (&begin)[4], const NibbleLane<PLANE>& a, const NibbleLane<PLANE>& b, int j, uint4 x) {
  mma(d, begin, a.operand(j, 0), b.operand(j, 0), a.operand(j, 1), b.operand(j, 1), x.x, x.y);
  mma(d, a.operand(j, 2), b.operand(j, 2), a.operand(j, 3), b.operand(j, 3), x.z, x.w);
}

// -OFFSET * sum(x) of both tokens, for both rows.
__device__ __forceinline__ void start(float (&d)[4], const Activations& x, int i) {
  asm volatile("ld.shared.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(d[0]), "=f"(d[1]), "=f"(d[2]), "=f"(d[3]) : "r"(x.starts + i * x.starts_stride));
}

__device__ __forceinline__ void add_scaled(float (&acc)[4], const float (&d)[4], float a, float b) {
  acc[0] = fmaf(a, d[0], acc[0]);
  acc[1] = fmaf(a, d[1], acc[1]);
  acc[2] = fmaf(b, d[2], acc[2]);
  acc[3] = fmaf(b, d[3], acc[3]);
}

// Adds minimum * sum(x); a, b: the minimums over -OFFSET, begin: what the accumulator started at.
__device__ __forceinline__ void add_minimum(float (&acc)[4], const float (&begin)[4], float a, float b) {
  acc[0] = fmaf(a, begin[0], acc[0]);
  acc[1] = fmaf(a, begin[1], acc[1]);
  acc[2] = fmaf(b, begin[0], acc[2]);
  acc[3] = fmaf(b, begin[1], acc[3]);
}

struct Q4_0 : PackedFormat<1152, 256> {
  static constexpr float OFFSET = 136;
  static constexpr int SUMS_PER_GROUP = 1;

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t ua = stage + warp * UNIT_BYTES, ub = ua + CONSUMER_WARPS * UNIT_BYTES;
    NibbleLane<0> a, b;
    uint4 sa = shared_16(ua + 1024 + lane / 4 * 16), sb = shared_16(ub + 1024 + lane / 4 * 16);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      if (j % 4 == 0) {
        a.load(ua, lane, j / 4);
        b.load(ub, lane, j / 4);
      }
      float begin[4], d[4];
      start(begin, x, j);
      group_dot(d, begin, a, b, j, x.group(j));
      add_scaled(acc, d, half_at(word_at(sa, j / 2), j % 2), half_at(word_at(sb, j / 2), j % 2));
    }
  }
};

struct Q4_1 : PackedFormat<1280, 256> {
  static constexpr float OFFSET = 128;
  static constexpr int SUMS_PER_GROUP = 1;

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t ua = stage + warp * UNIT_BYTES, ub = ua + CONSUMER_WARPS * UNIT_BYTES;
    NibbleLane<0> a, b;
    uint4 sa, sb;
#pragma unroll
    for (int j = 0; j < 8; j++) {
      if (j % 4 == 0) {
        a.load(ua, lane, j / 4);
        b.load(ub, lane, j / 4);
        sa = shared_16(ua + 1024 + lane / 4 * 32 + j * 4);
        sb = shared_16(ub + 1024 + lane / 4 * 32 + j * 4);
      }
      float begin[4], d[4];
      start(begin, x, j);
      group_dot(d, begin, a, b, j, x.group(j));
      uint32_t pa = word_at(sa, j % 4), pb = word_at(sb, j % 4);
      add_scaled(acc, d, half_at(pa, 0), half_at(pb, 0));
      add_minimum(acc, begin, half_at(pa, 1) * (-1.f / OFFSET), half_at(pb, 1) * (-1.f / OFFSET));
    }
  }
};

// Scales and minimums of the 4- and 5-bit K formats: 16 bytes a row, then fp16 (d, dmin).
struct SuperScales {
  uint4 bytes;
  float d, dmin;  // dmin over 128, the offset of start
  __device__ void load(uint32_t scales, int row) {
    bytes = shared_16(scales + row * 16);
    uint32_t pair = shared_4(scales + 128 + row * 4);
    d = half_at(pair, 0);
    dmin = half_at(pair, 1) * (1.f / 128.f);
  }
  // d * byte in one exact multiply-add: (2^23 + byte) * d - 2^23 * d.
  template <int J>
  __device__ __forceinline__ float scale() const {
    return fmaf(byte_2_23<J % 4>(J < 4 ? bytes.x : bytes.y), d, -8388608.f * d);
  }
  template <int J>
  __device__ __forceinline__ float minimum() const {
    return fmaf(byte_2_23<J % 4>(J < 4 ? bytes.z : bytes.w), dmin, -8388608.f * dmin);
  }
};

template <int PLANE, int J>
__device__ __forceinline__ void super_group(
    const NibbleLane<PLANE>& a, const NibbleLane<PLANE>& b, const SuperScales& sa, const SuperScales& sb, const Activations& x, float (&acc)[4]) {
  float begin[4], d[4];
  start(begin, x, J);
  group_dot(d, begin, a, b, J, x.group(J));
  add_scaled(acc, d, sa.scale<J>(), sb.scale<J>());
  add_minimum(acc, begin, sa.minimum<J>(), sb.minimum<J>());
}

template <int PLANE, int UNIT>
struct SuperBlock : PackedFormat<UNIT, 256> {
  static constexpr float OFFSET = 128;
  static constexpr int SUMS_PER_GROUP = 1;

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t ua = stage + warp * UNIT, ub = ua + CONSUMER_WARPS * UNIT;
    NibbleLane<PLANE> a, b;
    a.load(ua, lane, 0);
    b.load(ub, lane, 0);
    SuperScales sa, sb;
    sa.load(ua + 1024 + PLANE * 256, lane / 4);
    sb.load(ub + 1024 + PLANE * 256, lane / 4);
    super_group<PLANE, 0>(a, b, sa, sb, x, acc);
    super_group<PLANE, 1>(a, b, sa, sb, x, acc);
    super_group<PLANE, 2>(a, b, sa, sb, x, acc);
    super_group<PLANE, 3>(a, b, sa, sb, x, acc);
    a.load(ua, lane, 1);
    b.load(ub, lane, 1);
    super_group<PLANE, 4>(a, b, sa, sb, x, acc);
    super_group<PLANE, 5>(a, b, sa, sb, x, acc);
    super_group<PLANE, 6>(a, b, sa, sb, x, acc);
    super_group<PLANE, 7>(a, b, sa, sb, x, acc);
  }
};

struct Q4_K : SuperBlock<0, 1184> {};
struct Q5_K : SuperBlock<1, 1440> {};

// Scales belong to 16 columns: one matrix instruction per scale.
struct Q6_K : PackedFormat<1680, 256> {
  static constexpr float OFFSET = 160;
  static constexpr int SUMS_PER_GROUP = 2;

  template <int I>
  __device__ static __forceinline__ float scale(uint2 bytes, float d) {
    return (byte_2_23<I % 4>(I % 8 < 4 ? bytes.x : bytes.y) - 8388736.f) * d;
  }

  template <int J>
  __device__ static __forceinline__ void group(
      const NibbleLane<2>& a, const NibbleLane<2>& b, uint2 sa, uint2 sb, float da, float db, const Activations& x, float (&acc)[4]) {
    uint4 v = x.group(J);
    float d[4];
    start(d, x, 2 * J);
    mma(d, a.operand(J, 0), b.operand(J, 0), a.operand(J, 1), b.operand(J, 1), v.x, v.y);
    add_scaled(acc, d, scale<2 * J>(sa, da), scale<2 * J>(sb, db));
    start(d, x, 2 * J + 1);
    mma(d, a.operand(J, 2), b.operand(J, 2), a.operand(J, 3), b.operand(J, 3), v.z, v.w);
    add_scaled(acc, d, scale<2 * J + 1>(sa, da), scale<2 * J + 1>(sb, db));
  }

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t ua = stage + warp * UNIT_BYTES, ub = ua + CONSUMER_WARPS * UNIT_BYTES;
    NibbleLane<2> a, b;
    a.load(ua, lane, 0);
    b.load(ub, lane, 0);
    uint2 sa = shared_8(ua + 1536 + lane / 4 * 16), sb = shared_8(ub + 1536 + lane / 4 * 16);
    uint32_t pa = shared_4(ua + 1664 + lane / 8 * 4), pb = shared_4(ub + 1664 + lane / 8 * 4);
    float da = half_at(pa, lane / 4 % 2), db = half_at(pb, lane / 4 % 2);
    group<0>(a, b, sa, sb, da, db, x, acc);
    group<1>(a, b, sa, sb, da, db, x, acc);
    group<2>(a, b, sa, sb, da, db, x, acc);
    group<3>(a, b, sa, sb, da, db, x, acc);
    a.load(ua, lane, 1);
    b.load(ub, lane, 1);
    sa = shared_8(ua + 1544 + lane / 4 * 16);
    sb = shared_8(ub + 1544 + lane / 4 * 16);
    group<4>(a, b, sa, sb, da, db, x, acc);
    group<5>(a, b, sa, sb, da, db, x, acc);
    group<6>(a, b, sa, sb, da, db, x, acc);
    group<7>(a, b, sa, sb, da, db, x, acc);
  }
};

// Signed bytes stored with 128 added; exact in bf16 after the offset is taken off in float.
struct Q8_0 : PackedFormat<1088, 128> {
  static constexpr float OFFSET = 0;
  static constexpr int SUMS_PER_GROUP = 0;

  template <int B>
  __device__ static __forceinline__ uint32_t pair(uint32_t word) {
    return pack_bf16(byte_2_23<B>(word) - 8388736.f, byte_2_23<B + 1>(word) - 8388736.f);
  }

  __device__ static void consume(uint32_t stage, int warp, int lane, int columns, const Activations& x, float (&acc)[4]) {
    uint32_t ua = stage + warp * UNIT_BYTES, ub = ua + CONSUMER_WARPS * UNIT_BYTES;
    uint2 sa = shared_8(ua + 1024 + lane / 4 * 8), sb = shared_8(ub + 1024 + lane / 4 * 8);
#pragma unroll
    for (int h = 0; h < 2; h++) {
      uint4 a = shared_16(ua + h * 512 + lane * 16), b = shared_16(ub + h * 512 + lane * 16);
#pragma unroll
      for (int i = 0; i < 2; i++) {
        uint4 v = x.group((2 * h + i));
        uint32_t a0 = i ? a.z : a.x, a1 = i ? a.w : a.y, b0 = i ? b.z : b.x, b1 = i ? b.w : b.y;
        float d[4] = {0.f, 0.f, 0.f, 0.f};
        mma(d, pair<0>(a0), pair<0>(b0), pair<2>(a0), pair<2>(b0), v.x, v.y);
        mma(d, pair<0>(a1), pair<0>(b1), pair<2>(a1), pair<2>(b1), v.z, v.w);
        add_scaled(acc, d, half_at(h ? sa.y : sa.x, i), half_at(h ? sb.y : sb.x, i));
      }
    }
  }
};

}  // namespace javelin
