// Causal attention of any number of queries a sequence, decodes among them, over the paged cache with mma.sync and an online softmax, bf16 cache.
// Compute capability 9.0 has wgprefill.cu for common head sizes.
//
// A block takes 128 rows of (query, head of the group) of one key head, a warp 16 of them.
//
// Shapes: out [rows, numHeads * D] bf16; qkv [rows, (numHeads + 2 numKvHeads) * D] bf16, of which only queries are read; cache of one
//   layer as flash.cuh has it; seqLens [sequences] (0: padding, gives zeros), queryStart [sequences + 1], blockTables [sequences][maxBlocks] int32. The last
//   query of a sequence has position seqLens - 1.
// Parameters: out, qkv, cache, seqLens, queryStart, blockTables (pointers), maxBlocks, blockBits, numHeads, numKvHeads (int), scale (float),
//   window (int, 0: none), softcap (float, 0: none).
// Launch: grid (ceil(longest query * group / 128), numKvHeads, sequences), block 256, shared flash::prefillShared(D) bytes.
// Launcher: PrefillKernels. Exports: prefill_bf16_{64, 80, 96, 128, 192, 256}: the last number is D.
#include "flash.cuh"

namespace flash {

// ---- device helpers ----

constexpr int PREFILL_WARPS = 8, PREFILL_STAGES = 2;

template <int D> constexpr int prefillShared() {
  return PREFILL_STAGES * 2 * tileBytes<D>() + (D > 192 ? PREFILL_WARPS * ROWS * pitch<D>() : 0);
}

// ---- kernels ----

template <int D>
__device__ void prefill(bf16* out, const bf16* qkv, const bf16* cache, const int* seqLens, const int* queryStart, const int* blockTables, const Shape shape) {
  extern __shared__ __align__(128) unsigned char shared[];
  constexpr int THREADS = PREFILL_WARPS * 32, TILE_ROWS = PREFILL_WARPS * ROWS;
  constexpr bool QUERIES_SHARED = D > 192;
  javelin::allow_next_kernel();
  javelin::wait_for_inputs();
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4;
  const int group = shape.numHeads / shape.numKvHeads, kvHead = blockIdx.y, sequence = blockIdx.z;
  const int firstRow = queryStart[sequence], queries = queryStart[sequence + 1] - firstRow, length = seqLens[sequence];
  // Late tiles see more keys: they start first.
  const int tile = gridDim.x - 1 - blockIdx.x, rows = queries * group;
  if (tile * TILE_ROWS >= rows) return;
  const int stride = (shape.numHeads + 2 * shape.numKvHeads) * D;
  const int rowA = tile * TILE_ROWS + warp * ROWS + g, rowB = rowA + 8;
  const int queryA = rowA / group, queryB = rowB / group;
  auto outRow = [&](int row) { return out + ((size_t)(firstRow + row / group) * shape.numHeads + kvHead * group + row % group) * D; };
  if (length == 0) {
    for (int row = tile * TILE_ROWS + warp; row < min(rows, (tile + 1) * TILE_ROWS); row += PREFILL_WARPS)
      for (int i = lane; i < D; i += 32) outRow(row)[i] = __float2bfloat16(0.f);
    return;
  }
  const int past = length - queries, positionA = past + queryA, positionB = past + queryB;
  const int lastQuery = min(queries - 1, (tile * TILE_ROWS + TILE_ROWS - 1) / group), firstQuery = tile * TILE_ROWS / group;
  const int keyEnd = past + lastQuery + 1, keyBegin = shape.window > 0 ? max(0, past + firstQuery - shape.window + 1) : 0;
  const int begin = keyBegin / KEYS, end = (keyEnd + KEYS - 1) / KEYS;
  const int* table = blockTables + (size_t)sequence * shape.maxBlocks;
  const uint32_t base = javelin::shared_address(shared);
  for (int s = 0; s < PREFILL_STAGES - 1; s++) {
    if (begin + s < end) loadTile<D, THREADS>(base + s * 2 * tileBytes<D>(), cache, table, kvHead, shape, (begin + s) * KEYS, keyEnd);
    commit();
  }
  auto queryRow = [&](int row) { return row < rows ? qkv + (size_t)(firstRow + row / group) * stride + (kvHead * group + row % group) * D : nullptr; };
  const uint32_t queriesAt = base + PREFILL_STAGES * 2 * tileBytes<D>() + warp * ROWS * pitch<D>() + valueLane<D>(lane);
  uint32_t q[QUERIES_SHARED ? 1 : D / 16][4];
  if constexpr (QUERIES_SHARED) {
    for (int i = lane; i < ROWS * D / 8; i += 32) {
      const bf16* source = queryRow(tile * TILE_ROWS + warp * ROWS + i / (D / 8));
      const uint4 v = source == nullptr ? make_uint4(0, 0, 0, 0) : javelin::load_16(source + i % (D / 8) * 8);
      *reinterpret_cast<uint4*>(shared + PREFILL_STAGES * 2 * tileBytes<D>() + (warp * ROWS + i / (D / 8)) * pitch<D>() + i % (D / 8) * 16) = v;
    }
    __syncwarp();
  } else {
    loadQueries<D>(q, queryRow(rowA), queryRow(rowB), lane);
  }

  Running<D> running;
  int stage = 0;
  for (int t = begin; t < end; t++) {
    await<PREFILL_STAGES - 2>();
    __syncthreads();
    {
      const int next = t + PREFILL_STAGES - 1, to = (stage + PREFILL_STAGES - 1) % PREFILL_STAGES;
      if (next < end) loadTile<D, THREADS>(base + to * 2 * tileBytes<D>(), cache, table, kvHead, shape, next * KEYS, keyEnd);
      commit();
    }
    const uint32_t keys = base + stage * 2 * tileBytes<D>(), values = keys + tileBytes<D>();
    float score[KEYS / 8][4] = {};
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
      uint32_t a[4];
      if constexpr (QUERIES_SHARED) {
        load_matrices(a, queriesAt + k * 32);
      } else {
#pragma unroll
        for (int i = 0; i < 4; i++) a[i] = q[k][i];
      }
#pragma unroll
      for (int n = 0; n < KEYS / 16; n++) {
        uint32_t b[4];
        load_matrices(b, keys + n * 16 * pitch<D>() + keyLane<D>(lane) + k * 32);
        javelin::mma(score[2 * n], a[0], a[1], a[2], a[3], b[0], b[1]);
        javelin::mma(score[2 * n + 1], a[0], a[1], a[2], a[3], b[2], b[3]);
      }
    }
    // Tiles that every row of the block sees whole need no mask.
    const bool masked = (t + 1) * KEYS > past + firstQuery + 1 || (shape.window > 0 && t * KEYS < past + lastQuery - shape.window + 1);
    if (masked || shape.softcap > 0) {
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
          const int key = t * KEYS + n * 8 + lane % 4 * 2 + i % 2, position = i < 2 ? positionA : positionB;
          score[n][i] = key <= position && (shape.window == 0 || key > position - shape.window) ? toScore(score[n][i], shape) : -INFINITY;
        }
    } else {
      const float factor = shape.scale * LOG2E;
#pragma unroll
      for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
        for (int i = 0; i < 4; i++) score[n][i] *= factor;
    }
    running.template take<KEYS / 8>(score, values + valueLane<D>(lane));
    stage = (stage + 1) % PREFILL_STAGES;
  }
  running.sumTotals();
#pragma unroll
  for (int half = 0; half < 2; half++) {
    const int row = half ? rowB : rowA;
    if (row >= rows) continue;
    const float inverse = 1.f / running.total[half];
    bf16* target = outRow(row) + lane % 4 * 2;
#pragma unroll
    for (int d = 0; d < D / 8; d++)
      *reinterpret_cast<uint32_t*>(target + d * 8) = javelin::pack_bf16(running.out[d][2 * half] * inverse, running.out[d][2 * half + 1] * inverse);
  }
}

}  // namespace flash

// ---- exports ----

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_64(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<64>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_80(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<80>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_96(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<96>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_128(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<128>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_192(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<192>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) prefill_bf16_256(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<256>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}
