// What the benches of linears share: formats, random weights in them, a scalar decoding, the matrices of a model.
#pragma once

#include "bench.cuh"

#include "../src/pack.cu"


// Random fp16 in [0.75, 1.5) * scale at two offsets of each block (negative: none).
__global__ void fix_scales(uint8_t* blocks, size_t count, int bytes, int at0, int at1, float scale0, float scale1) {
  for (size_t i = blockIdx.x * static_cast<size_t>(blockDim.x) + threadIdx.x; i < count; i += static_cast<size_t>(gridDim.x) * blockDim.x)
    for (int f = 0; f < 2; f++) {
      int at = f ? at1 : at0;
      if (at < 0) continue;
      __half h = __float2half((f ? scale1 : scale0) * (0.75f + (mix(i * 2 + f) & 255) * (0.75f / 256)));
      memcpy(blocks + i * bytes + at, &h, 2);
    }
}

// --- formats ---------------------------------------------------------------------------------

struct FormatInfo {
  const char* name;
  const void* pack;
  const void* unpack;
  int block, bytes;  // GGUF block
  int block_k, unit, sums;
  int d_at, m_at;
  float d_scale, m_scale;
  size_t packed_bytes(int rows, int k) const {
    if (!pack) return static_cast<size_t>(rows) * k * 2;
    return static_cast<size_t>((rows + 15) / 16 * 2) * ((k + block_k - 1) / block_k) * unit;
  }
};

#define INFO(name, F, ...) \
  {#name, (const void*)pack_units_##name, (const void*)pack_rows_##name, javelin::Source##F::BLOCK, javelin::Source##F::BYTES, javelin::F::BLOCK_K, javelin::F::UNIT_BYTES, javelin::F::SUMS_PER_GROUP, __VA_ARGS__}

static FormatInfo formats[] = {
    {"bf16", nullptr, nullptr, 1, 2, 64, 0, 0, -1, -1, 0, 0},
    INFO(q8_0, Q8_0, 0, -1, 1.f / 128, 0),
    INFO(q4_0, Q4_0, 0, -1, 1.f / 8, 0),
    INFO(q4_1, Q4_1, 0, 2, 1.f / 8, -1.f),
    INFO(q4_k, Q4_K, 0, 2, 1.f / 512, 1.f / 64),
    INFO(q5_k, Q5_K, 0, 2, 1.f / 1024, 1.f / 64),
    INFO(q6_k, Q6_K, 208, -1, 1.f / 1024, 0),
};

static void pack(const FormatInfo& f, void* units, const void* source, int rows, int k) {
  const int* order = nullptr;
  int padded = (rows + 15) / 16 * 16, first = 0;
  void* args[] = {&units, &source, &order, &rows, &k, &padded, &first};
  CHECK(cudaLaunchKernel(f.pack, dim3(2048), dim3(256), args, 0, 0));
}

// --- oracle ----------------------------------------------------------------------------------

static double half_to_double(const uint8_t* p) {
  __half h;
  memcpy(&h, p, 2);
  return __half2float(h);
}

// Scalar decoding of one element of a GGUF row, written from the format's definition.
static double element(const FormatInfo& f, const uint8_t* row, int k) {
  if (!f.pack) {
    bf16 v;
    memcpy(&v, row + 2 * static_cast<size_t>(k), 2);
    return __bfloat162float(v);
  }
  const uint8_t* b = row + static_cast<size_t>(k / f.block) * f.bytes;
  int i = k % f.block;
  std::string n = f.name;
  if (n == "q8_0") return half_to_double(b) * static_cast<int8_t>(b[2 + i]);
  if (n == "q4_0") return half_to_double(b) * ((i < 16 ? b[2 + i] & 15 : b[2 + i - 16] >> 4) - 8);
  if (n == "q4_1") return half_to_double(b) * (i < 16 ? b[4 + i] & 15 : b[4 + i - 16] >> 4) + half_to_double(b + 2);
  if (n == "q6_k") {
    int h = i / 128, j = i % 128, l = j % 32;
    const uint8_t *ql = b + 64 * h, *qh = b + 128 + 32 * h;
    const int8_t* sc = reinterpret_cast<const int8_t*>(b + 192 + 8 * h);
    int q = 0, s = 0;
    switch (j / 32) {
      case 0: q = (ql[l] & 15) | (qh[l] & 3) << 4, s = sc[l / 16]; break;
      case 1: q = (ql[l + 32] & 15) | (qh[l] >> 2 & 3) << 4, s = sc[l / 16 + 2]; break;
      case 2: q = ql[l] >> 4 | (qh[l] >> 4 & 3) << 4, s = sc[l / 16 + 4]; break;
      case 3: q = ql[l + 32] >> 4 | (qh[l] >> 6) << 4, s = sc[l / 16 + 6]; break;
    }
    return half_to_double(b + 208) * s * (q - 32);
  }
  int j = i / 32;
  const uint8_t* s = b + 4;
  int sc = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
  int mn = j < 4 ? s[j + 4] & 63 : s[j + 4] >> 4 | (s[j] >> 6) << 4;
  bool five = n == "q5_k";
  const uint8_t* qs = b + (five ? 48 : 16) + 32 * (j / 2);
  int q = j % 2 ? qs[i % 32] >> 4 : qs[i % 32] & 15;
  if (five) q += (b[16 + i % 32] >> j & 1) << 4;
  return half_to_double(b) * sc * q - half_to_double(b + 2) * mn;
}

static double round_bf16(double v) { return __bfloat162float(__float2bfloat16(static_cast<float>(v))); }

static void random_source(const FormatInfo& f, void* target, int rows, int k, uint64_t seed, double gain) {
  if (!f.pack) {
    fill_bf16<<<1024, 256>>>(static_cast<bf16*>(target), static_cast<size_t>(rows) * k, seed, gain);
  } else {
    size_t blocks = static_cast<size_t>(rows) * k / f.block;
    fill_words<<<1024, 256>>>(static_cast<uint32_t*>(target), (blocks * f.bytes + 3) / 4, seed);
    fix_scales<<<1024, 256>>>(static_cast<uint8_t*>(target), blocks, f.bytes, f.d_at, f.m_at, f.d_scale * gain, f.m_scale * gain);
  }
  CHECK(cudaGetLastError());
}

// --- matrices of Llama-3.1-8B ----------------------------------------------------------------

struct Matrix {
  const char* name;
  int rows, k, epilogue;
  bool normed;
};

static const Matrix matrices[] = {
    {"qkv", 6144, 4096, 0, true},
    {"o", 4096, 4096, 1, false},
    {"gate+up", 28672, 4096, 2, true},
    {"down", 4096, 14336, 1, false},
    {"head", 128256, 4096, 3, true},
};

static void random_weights(const FormatInfo& f, void* target, int rows, int k, uint64_t seed) {
  if (!f.pack) {
    random_source(f, target, rows, k, seed, 1.7 / sqrt(k));
    return;
  }
  size_t bytes = static_cast<size_t>(rows) * k / f.block * f.bytes;
  static Device* source = nullptr;
  if (!source || source->bytes < bytes + 16) {
    delete source;
    source = new Device(bytes + 16);
  }
  random_source(f, source->p, rows, k, seed, 1.0 / sqrt(k));
  pack(f, target, source->p, rows, k);
  CHECK(cudaDeviceSynchronize());
}
