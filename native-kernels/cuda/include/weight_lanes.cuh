// Packed weights as the operands of matrix instructions, rounded to bf16 nearly as pack_rows_* rounds them: shared by tile.cu and wgtile.cu.
#pragma once

#include "stream_formats.cuh"

namespace javelin {

// The eight weights of a lane in one group and unit, as the operands 2r, 2r + 1 of r = 0 .. 3.
template <class F> struct Lane;

__device__ __forceinline__ __nv_bfloat162 as_pair(uint32_t v) { return *reinterpret_cast<__nv_bfloat162*>(&v); }
__device__ __forceinline__ uint32_t as_word(__nv_bfloat162 v) { return *reinterpret_cast<uint32_t*>(&v); }

// Twice a float in two bf16 each: together 16 bits of it.
struct Factor {
  __nv_bfloat162 high, low;
  __device__ __forceinline__ explicit Factor(float x) {
    const uint32_t h = pack_bf16(x, x);
    const float rest = x - high_bf16(h);
    high = as_pair(h);
    low = as_pair(pack_bf16(rest, rest));
  }
};

// Pairs of bf16 at a time, because the integer units are what limits unpacking in float32. v: 128 + code as two bf16; center makes the codes exact
// integers around zero, and integer * low is small, so that the result is rounded as from float32 but for rare ties.
__device__ __forceinline__ uint32_t times(uint32_t v, __nv_bfloat162 center, const Factor& factor) {
  const __nv_bfloat162 code = __hsub2(as_pair(v), center);
  return as_word(__hfma2(code, factor.high, __hmul2(code, factor.low)));
}
__device__ __forceinline__ uint32_t times(uint32_t v, __nv_bfloat162 center, const Factor& factor, __nv_bfloat162 rest) {
  const __nv_bfloat162 code = __hsub2(as_pair(v), center);
  return as_word(__hfma2(code, factor.high, __hfma2(code, factor.low, rest)));
}

// Byte i of a word as a float.
__device__ __forceinline__ float byte_at(uint32_t word, int i) { return __uint_as_float(__byte_perm(word, 0x4b000000u, 0x7650 | i)) - 8388608.f; }

// Each keeps half a block: groups 4h .. 4h + 3. j is the group in the block.
template <> struct Lane<Q4_0> {
  NibbleLane<0> codes;
  uint2 scales;
  __device__ void load(uint32_t unit, int lane, int half) {
    codes.load(unit, lane, half);
    scales = shared_8(unit + 1024 + lane / 4 * 16 + half * 8);
  }
  __device__ __forceinline__ void weights(int j, uint32_t (&w)[4]) const {
    const Factor d(half_at(j % 4 < 2 ? scales.x : scales.y, j % 2));
#pragma unroll
    for (int r = 0; r < 4; r++) w[r] = times(codes.operand(j, r), __float2bfloat162_rn(136.f), d);
  }
};

template <> struct Lane<Q4_1> {
  NibbleLane<0> codes;
  uint4 scales;
  __device__ void load(uint32_t unit, int lane, int half) {
    codes.load(unit, lane, half);
    scales = shared_16(unit + 1024 + lane / 4 * 32 + half * 16);
  }
  __device__ __forceinline__ void weights(int j, uint32_t (&w)[4]) const {
    const uint32_t pair = word_at(scales, j % 4);
    const float d = half_at(pair, 0);
    const Factor factor(d);
    const __nv_bfloat162 rest = __float2bfloat162_rn(fmaf(8.f, d, half_at(pair, 1)));
#pragma unroll
    for (int r = 0; r < 4; r++) w[r] = times(codes.operand(j, r), __float2bfloat162_rn(136.f), factor, rest);
  }
};

template <int PLANE> struct SuperLane {
  static constexpr float MIDDLE = 8 << PLANE;
  NibbleLane<PLANE> codes;
  uint32_t scales, minimums;
  float d, dmin;
  __device__ void load(uint32_t unit, int lane, int half) {
    codes.load(unit, lane, half);
    const uint32_t at = unit + 1024 + PLANE * 256;
    scales = shared_4(at + lane / 4 * 16 + half * 4);
    minimums = shared_4(at + lane / 4 * 16 + 8 + half * 4);
    const uint32_t pair = shared_4(at + 128 + lane / 4 * 4);
    d = half_at(pair, 0);
    dmin = half_at(pair, 1);
  }
  __device__ __forceinline__ void weights(int j, uint32_t (&w)[4]) const {
    const float scale = d * byte_at(scales, j % 4);
    const Factor factor(scale);
    const __nv_bfloat162 rest = __float2bfloat162_rn(fmaf(MIDDLE, scale, -dmin * byte_at(minimums, j % 4)));
#pragma unroll
    for (int r = 0; r < 4; r++) w[r] = times(codes.operand(j, r), __float2bfloat162_rn(128.f + MIDDLE), factor, rest);
  }
};
template <> struct Lane<Q4_K> : SuperLane<0> {};
template <> struct Lane<Q5_K> : SuperLane<1> {};

template <> struct Lane<Q6_K> {
  NibbleLane<2> codes;
  uint2 scales;
  float d;
  __device__ void load(uint32_t unit, int lane, int half) {
    codes.load(unit, lane, half);
    scales = shared_8(unit + 1536 + lane / 4 * 16 + half * 8);
    d = half_at(shared_4(unit + 1664 + lane / 8 * 4), lane / 4 % 2);
  }
  __device__ __forceinline__ void weights(int j, uint32_t (&w)[4]) const {
    const uint32_t word = j % 4 < 2 ? scales.x : scales.y;
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const Factor factor(d * (byte_at(word, 2 * (j % 2) + half) - 128.f));
#pragma unroll
      for (int r = 2 * half; r < 2 * half + 2; r++) w[r] = times(codes.operand(j, r), __float2bfloat162_rn(160.f), factor);
    }
  }
};

// Two blocks of 128 columns: half h is block h.
template <> struct Lane<Q8_0> {
  uint4 a, b;
  uint2 scales;
  __device__ void load(uint32_t unit, int lane, int half) {
    const uint32_t at = unit + half * Q8_0::UNIT_BYTES;
    a = shared_16(at + lane * 16);
    b = shared_16(at + 512 + lane * 16);
    scales = shared_8(at + 1024 + lane / 4 * 8);
  }
  template <int B> __device__ static __forceinline__ uint32_t pair(uint32_t word, float d) {
    return pack_bf16((byte_2_23<B>(word) - 8388736.f) * d, (byte_2_23<B + 1>(word) - 8388736.f) * d);
  }
  __device__ __forceinline__ void weights(int j, uint32_t (&w)[4]) const {
    const uint4& v = j % 4 < 2 ? a : b;
    const uint32_t first = j % 2 ? v.z : v.x, second = j % 2 ? v.w : v.y;
    const float d = half_at(j % 4 < 2 ? scales.x : scales.y, j % 2);
    w[0] = pair<0>(first, d), w[1] = pair<2>(first, d), w[2] = pair<0>(second, d), w[3] = pair<2>(second, d);
  }
};

}  // namespace javelin
