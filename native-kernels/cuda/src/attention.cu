// Causal attention over the paged cache, the plain form: any head size to 256, any cache type, windows, soft-caps, prompts and decodes mixed.
// One block of four warps a query row and query head; warps take every fourth key and are merged at the end (arXiv:2205.14135, section 3.1).
// out [rows, numHeads * headDim], qkv as in rope.cu; positions, slots, rowSequence [rows]; blockTables [sequences, maxBlocks]. A row whose slot is -1 gives zeros.
// Launcher: AttentionKernels. Exports: attention_paged_{bf16, f16, f32}.
#include "javelin.cuh"

// ---- device helpers ----

constexpr int WARPS = 4;
constexpr int MAX_DIM = 256;
constexpr int PER_LANE = MAX_DIM / WARP;

__device__ __forceinline__ float widen(__half x) { return __half2float(x); }

template <typename T>
__device__ __forceinline__ void attend(bf16* out, const bf16* qkv, const T* cache, const int* positions, const int* slots, const int* rowSequence,
                                       const int* blockTables, int maxBlocks, int blockSize, int numHeads, int numKvHeads, int headDim, float scale,
                                       int window, float softcap) {
  __shared__ float mixed[WARPS][MAX_DIM];
  __shared__ float largests[WARPS], totals[WARPS];
  const int row = blockIdx.x, head = blockIdx.y, warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
  bf16* target = out + ((size_t)row * numHeads + head) * headDim;
  if (slots[row] < 0) {
    for (int i = threadIdx.x; i < headDim; i += blockDim.x) target[i] = narrow<bf16>(0);
    return;
  }
  const int kvHead = head / (numHeads / numKvHeads), position = positions[row];
  const int* table = blockTables + (size_t)rowSequence[row] * maxBlocks;
  const bf16* query = qkv + ((size_t)row * (numHeads + 2 * numKvHeads) + head) * headDim;
  float q[PER_LANE], sum[PER_LANE];
#pragma unroll
  for (int j = 0; j < PER_LANE; j++) {
    const int i = j * WARP + lane;
    q[j] = i < headDim ? widen(query[i]) * scale : 0;
    sum[j] = 0;
  }
  float largest = -INFINITY, total = 0;
  for (int key = max(0, window > 0 ? position - window + 1 : 0) + warp; key <= position; key += WARPS) {
    const T* keys = cache + (((size_t)table[key / blockSize] * numKvHeads + kvHead) * 2 * blockSize + key % blockSize) * headDim;
    const T* values = keys + (size_t)blockSize * headDim;
    float score = 0;
#pragma unroll
    for (int j = 0; j < PER_LANE; j++) {
      const int i = j * WARP + lane;
      if (i < headDim) score += q[j] * widen(keys[i]);
    }
    score = warpSum(score);
    if (softcap > 0) score = softcap * tanhf(score / softcap);
    const float raised = fmaxf(largest, score), shrink = __expf(largest - raised), weight = __expf(score - raised);
    largest = raised;
    total = total * shrink + weight;
#pragma unroll
    for (int j = 0; j < PER_LANE; j++) {
      const int i = j * WARP + lane;
      if (i < headDim) sum[j] = sum[j] * shrink + weight * widen(values[i]);
    }
  }
#pragma unroll
  for (int j = 0; j < PER_LANE; j++) {
    if (j * WARP + lane < headDim) mixed[warp][j * WARP + lane] = sum[j];
  }
  if (lane == 0) {
    largests[warp] = largest;
    totals[warp] = total;
  }
  __syncthreads();
  // A row sees its own key at least, so one warp has a finite maximum.
  float raised = largests[0];
  for (int w = 1; w < WARPS; w++) raised = fmaxf(raised, largests[w]);
  float all = 0;
  for (int w = 0; w < WARPS; w++) all += totals[w] * __expf(largests[w] - raised);
  for (int i = threadIdx.x; i < headDim; i += blockDim.x) {
    float value = 0;
    for (int w = 0; w < WARPS; w++) value += mixed[w][i] * __expf(largests[w] - raised);
    target[i] = narrow<bf16>(value / all);
  }
}

// ---- exports ----

// Grid (rows, numHeads), block 128.
extern "C" __global__ void attention_paged_bf16(bf16* out, const bf16* qkv, const bf16* cache, const int* positions, const int* slots,
                                                const int* rowSequence, const int* blockTables, int maxBlocks, int blockSize, int numHeads,
                                                int numKvHeads, int headDim, float scale, int window, float softcap) {
  attend(out, qkv, cache, positions, slots, rowSequence, blockTables, maxBlocks, blockSize, numHeads, numKvHeads, headDim, scale, window, softcap);
}

extern "C" __global__ void attention_paged_f16(bf16* out, const bf16* qkv, const __half* cache, const int* positions, const int* slots,
                                               const int* rowSequence, const int* blockTables, int maxBlocks, int blockSize, int numHeads,
                                               int numKvHeads, int headDim, float scale, int window, float softcap) {
  attend(out, qkv, cache, positions, slots, rowSequence, blockTables, maxBlocks, blockSize, numHeads, numKvHeads, headDim, scale, window, softcap);
}

extern "C" __global__ void attention_paged_f32(bf16* out, const bf16* qkv, const float* cache, const int* positions, const int* slots,
                                               const int* rowSequence, const int* blockTables, int maxBlocks, int blockSize, int numHeads,
                                               int numKvHeads, int headDim, float scale, int window, float softcap) {
  attend(out, qkv, cache, positions, slots, rowSequence, blockTables, maxBlocks, blockSize, numHeads, numKvHeads, headDim, scale, window, softcap);
}
