// Operations on single elements and whole rows. bf16 in and out unless the name says f32, float32 arithmetic.
// Launcher: ElementwiseKernels. Exports: elementwise_{add_bf16, scale_bf16, scale_f32, softcap_bf16, softcap_f32, gather_bf16, gated_bf16, bias_bf16, bias_f32}.
#include "javelin.cuh"

// ---- device helpers ----

// The order of dev.javelin.backend.Activation.
enum Activation { SILU, GELU, GELU_TANH, RELU };

__device__ __forceinline__ float activate(int activation, float x) {
  switch (activation) {
    case SILU: return x / (1 + __expf(-x));
    case GELU: return 0.5f * x * (1 + erff(x * 0.70710678f));
    case GELU_TANH: return 0.5f * x * (1 + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
    default: return fmaxf(x, 0);
  }
}

template <typename T, typename Function> __device__ __forceinline__ void map(T* x, long long count, Function function) {
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
    x[i] = narrow<T>(function(widen(x[i]), i));
  }
}

// ---- exports ----

// x[count] += added[count]
extern "C" __global__ void elementwise_add_bf16(bf16* x, const bf16* added, long long count) {
  map(x, count, [=](float value, long long i) { return value + widen(added[i]); });
}

extern "C" __global__ void elementwise_scale_bf16(bf16* x, float factor, long long count) {
  map(x, count, [=](float value, long long) { return value * factor; });
}

extern "C" __global__ void elementwise_scale_f32(float* x, float factor, long long count) {
  map(x, count, [=](float value, long long) { return value * factor; });
}

extern "C" __global__ void elementwise_softcap_bf16(bf16* x, float cap, long long count) {
  map(x, count, [=](float value, long long) { return cap * tanhf(value / cap); });
}

extern "C" __global__ void elementwise_softcap_f32(float* x, float cap, long long count) {
  map(x, count, [=](float value, long long) { return cap * tanhf(value / cap); });
}

// x[rows, columns] += bias[columns]
extern "C" __global__ void elementwise_bias_bf16(bf16* x, const float* bias, int columns, long long count) {
  map(x, count, [=](float value, long long i) { return value + bias[i % columns]; });
}

extern "C" __global__ void elementwise_bias_f32(float* x, const float* bias, int columns, long long count) {
  map(x, count, [=](float value, long long i) { return value + bias[i % columns]; });
}

// out[i] = x[rows[i]], rows of columns elements. One block a row.
extern "C" __global__ void elementwise_gather_bf16(bf16* out, const bf16* x, const int* rows, int columns) {
  const bf16* from = x + (size_t)rows[blockIdx.x] * columns;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[(size_t)blockIdx.x * columns + i] = from[i];
}

// out[rows, size] = activation(gate) * up, gateUp [rows, 2 * size]. Grid (rows, enough blocks for size).
extern "C" __global__ void elementwise_gated_bf16(bf16* out, const bf16* gateUp, int activation, int size) {
  const bf16* gate = gateUp + (size_t)blockIdx.x * 2 * size;
  if (size % VECTOR == 0) {
    for (int i = (blockIdx.y * blockDim.x + threadIdx.x) * VECTOR; i < size; i += gridDim.y * blockDim.x * VECTOR) {
      Vector v = loadVector(gate + i);
      const Vector up = loadVector(gate + size + i);
#pragma unroll
      for (int j = 0; j < VECTOR / 2; j++) v.set(j, activate(activation, v.pair(j).x) * up.pair(j).x, activate(activation, v.pair(j).y) * up.pair(j).y);
      storeVector(out + (size_t)blockIdx.x * size + i, v);
    }
    return;
  }
  for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < size; i += gridDim.y * blockDim.x) {
    out[(size_t)blockIdx.x * size + i] = narrow<bf16>(activate(activation, widen(gate[i])) * widen(gate[size + i]));
  }
}
