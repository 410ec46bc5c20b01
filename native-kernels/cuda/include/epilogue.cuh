// What the fused linears do with a product: shared by stream.cu and tile.cu.
#pragma once

#include "hopper.cuh"

namespace javelin {

enum Epilogue { STORE = 0, ADD = 1, GATED = 2, LOGITS = 3 };

__device__ __forceinline__ float gate_activation(float x, int kind) {
  if (kind == 0) return x / (1.f + __expf(-x));
  if (kind == 1) return 0.5f * x * (1.f + tanhf(0.7978845608f * (x + 0.044715f * x * x * x)));
  if (kind == 2) return 0.5f * x * (1.f + erff(x * 0.7071067812f));
  return fmaxf(x, 0.f);
}

// Two rows of one token. P has out, out_stride, bias, rows, tokens, epilogue, activation.
template <class P>
__device__ __forceinline__ void store(const P& p, int token, int row_a, int row_b, float a, float b, float residual_a, float residual_b) {
  if (token >= p.tokens) return;
  if (p.bias != nullptr) {
    if (row_a < p.rows) a += p.bias[row_a];
    if (row_b < p.rows) b += p.bias[row_b];
  }
  size_t base = static_cast<size_t>(token) * p.out_stride;
  if (p.epilogue == LOGITS) {
    float* out = static_cast<float*>(p.out) + base;
    if (row_a < p.rows) out[row_a] = a;
    if (row_b < p.rows) out[row_b] = b;
    return;
  }
  __nv_bfloat16* out = static_cast<__nv_bfloat16*>(p.out) + base;
  if (p.epilogue == GATED) {
    if (row_a < p.rows) out[row_a] = __float2bfloat16(gate_activation(a, p.activation) * b);
    return;
  }
  if (row_a < p.rows) out[row_a] = __float2bfloat16(a + residual_a);
  if (row_b < p.rows) out[row_b] = __float2bfloat16(b + residual_b);
}

}  // namespace javelin
