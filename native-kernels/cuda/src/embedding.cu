// Rows of an embedding table, whatever format stores it. table: packed rows of columns elements; ids [rows], where -1 - r means chosen[r]; out [rows, columns] bf16. One block a row.
// Launcher: EmbeddingKernels. Exports: embedding_gather_<format>.
#include "decode.cuh"

// ---- device helpers ----

template <typename Format> __device__ __forceinline__ void gather(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  int id = ids[blockIdx.x];
  // Where the step before found no token, any row will do: what comes of it is dropped.
  if (id < 0) id = max(0, (int)chosen[-1 - id]);
  const uint8_t* row = table + (size_t)id * columns / Format::ELEMENTS * Format::BYTES;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[(size_t)blockIdx.x * columns + i] = narrow<bf16>(decoded<Format>(row, i));
}

// ---- exports ----

extern "C" __global__ void embedding_gather_f32(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<F32>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_f16(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<F16>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_bf16(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<BF16>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q8_0(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q8_0>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q4_0(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q4_0>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q4_1(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q4_1>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q5_0(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q5_0>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q5_1(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q5_1>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q4_k(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q4_K>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q5_k(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q5_K>(out, table, ids, chosen, columns);
}

extern "C" __global__ void embedding_gather_q6_k(bf16* out, const uint8_t* table, const int* ids, const float* chosen, int columns) {
  gather<Q6_K>(out, table, ids, chosen, columns);
}
