// Causal attention of one query a sequence over the paged cache, with the matrix units and an online softmax, bf16 cache; and the rotation before it.
//
// A block takes all query heads of one key head (up to 16, the 16 rows of the matrix instruction, so keys are read once for them) and one chunk of the
// keys; its four warps take 16 keys each of a tile of 64 and are merged at the end. With several chunks a sequence, the block that finishes
// last merges them (arXiv:2501.01005, 3.2).
//
// Shapes: out [sequences, numHeads * D] bf16; qkv [sequences, (numHeads + 2 numKvHeads) * D] bf16, of which only queries are read; cache of one
//   layer as flash.cuh has it; seqLens [sequences] (0: padding, gives zeros), blockTables [sequences][maxBlocks] int32. The query of a sequence has position seqLens - 1.
// Parameters: out, qkv, cache, seqLens, blockTables, partials, counters (pointers), maxBlocks, blockBits, numHeads, numKvHeads (int),
//   scale (float), window (int, 0: none), softcap (float, 0: none).
//   splits at most 64. partials float [sequences * key groups][splits][16][D + 2]; counters unsigned [sequences * key groups], zero before the first launch
//   and after each; neither is used when gridDim.z is 1. Key groups: numKvHeads * ceil(numHeads / numKvHeads / 16).
// Launch: grid (key groups, sequences, splits), block 128, shared flash::decodeShared(D) bytes.
// flash_rope_bf16: rope.cu's rotation and store in one kernel. Grid (rows, numHeads + 2 numKvHeads), block 64. angles [positions, 2 * half] float32:
//   cosines, then sines; angleRows, slots [rows]; a slot of -1 stores nothing.
// Launcher: FlashKernels. Exports: flash_rope_bf16, flash_decode_bf16_{64, 80, 96, 128, 192, 256}: the last number is D.
#include "flash.cuh"

namespace flash {

// ---- device helpers ----

constexpr int DECODE_WARPS = 4, DECODE_STAGES = 3;

template <int D> constexpr int decodeShared() { return DECODE_STAGES * 2 * tileBytes<D>(); }

// ---- kernels ----

template <int D>
__device__ void decode(bf16* out, const bf16* qkv, const bf16* cache, const int* seqLens, const int* blockTables, float* partials, unsigned* counters, const Shape shape) {
  extern __shared__ __align__(128) unsigned char shared[];
  __shared__ float largests[DECODE_WARPS][ROWS], totals[DECODE_WARPS][ROWS];
  __shared__ unsigned arrived;
  constexpr int THREADS = DECODE_WARPS * 32;
  javelin::allow_next_kernel();
  javelin::wait_for_inputs();
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4;
  const int group = shape.numHeads / shape.numKvHeads, perHead = (group + ROWS - 1) / ROWS;
  const int kvHead = blockIdx.x / perHead, firstHead = kvHead * group + blockIdx.x % perHead * ROWS, heads = min(ROWS, (kvHead + 1) * group - firstHead);
  const int sequence = blockIdx.y, splits = gridDim.z, split = blockIdx.z, length = seqLens[sequence];
  bf16* target = out + ((size_t)sequence * shape.numHeads + firstHead) * D;
  const int start = shape.window > 0 ? max(0, length - shape.window) : 0;
  const int tileBegin = start / KEYS, tileEnd = (length + KEYS - 1) / KEYS, perSplit = max(2, (tileEnd - tileBegin + splits - 1) / splits);
  const int active = max(1, (tileEnd - tileBegin + perSplit - 1) / perSplit);
  if (split >= active) return;
  if (length == 0) {
    for (int i = threadIdx.x; i < heads * D; i += THREADS) target[i] = __float2bfloat16(0.f);
    return;
  }
  const int begin = tileBegin + split * perSplit, end = min(begin + perSplit, tileEnd);
  const int* table = blockTables + (size_t)sequence * shape.maxBlocks;
  const uint32_t base = javelin::shared_address(shared);
  for (int s = 0; s < DECODE_STAGES - 1; s++) {
    if (begin + s < end) loadTile<D, THREADS>(base + s * 2 * tileBytes<D>(), cache, table, kvHead, shape, (begin + s) * KEYS, length);
    commit();
  }
  const bf16* query = qkv + ((size_t)sequence * (shape.numHeads + 2 * shape.numKvHeads) + firstHead) * D;
  uint32_t q[D / 16][4];
  loadQueries<D>(q, g < heads ? query + g * D : nullptr, g + 8 < heads ? query + (g + 8) * D : nullptr, lane);

  Running<D> running;
  int stage = 0;
  for (int tile = begin; tile < end; tile++) {
    await<DECODE_STAGES - 2>();
    __syncthreads();
    {
      const int next = tile + DECODE_STAGES - 1, to = (stage + DECODE_STAGES - 1) % DECODE_STAGES;
      if (next < end) loadTile<D, THREADS>(base + to * 2 * tileBytes<D>(), cache, table, kvHead, shape, next * KEYS, length);
      commit();
    }
    const uint32_t keys = base + stage * 2 * tileBytes<D>() + warp * 16 * pitch<D>(), values = keys + tileBytes<D>();
    float score[2][4] = {};
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
      uint32_t b[4];
      load_matrices(b, keys + keyLane<D>(lane) + k * 32);
      javelin::mma(score[0], q[k][0], q[k][1], q[k][2], q[k][3], b[0], b[1]);
      javelin::mma(score[1], q[k][0], q[k][1], q[k][2], q[k][3], b[2], b[3]);
    }
#pragma unroll
    for (int n = 0; n < 2; n++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const int key = tile * KEYS + warp * 16 + n * 8 + lane % 4 * 2 + i % 2;
        score[n][i] = key >= start && key < length ? toScore(score[n][i], shape) : -INFINITY;
      }
    running.template take<2>(score, values + valueLane<D>(lane));
    stage = (stage + 1) % DECODE_STAGES;
  }
  await<0>();
  running.sumTotals();
  __syncthreads();

  // Four warps to one, through the memory of the stages.
  float* mixed = reinterpret_cast<float*>(shared);
  if (lane % 4 == 0) {
    largests[warp][g] = running.largest[0];
    largests[warp][g + 8] = running.largest[1];
    totals[warp][g] = running.total[0];
    totals[warp][g + 8] = running.total[1];
  }
#pragma unroll
  for (int d = 0; d < D / 8; d++) {
    float* at = mixed + (warp * ROWS + g) * D + d * 8 + lane % 4 * 2;
    *reinterpret_cast<float2*>(at) = make_float2(running.out[d][0], running.out[d][1]);
    *reinterpret_cast<float2*>(at + 8 * D) = make_float2(running.out[d][2], running.out[d][3]);
  }
  __syncthreads();
  const size_t item = (size_t)sequence * gridDim.x + blockIdx.x;
  float* part = partials + (item * splits + split) * ROWS * (D + 2);
  for (int i = threadIdx.x; i < heads * D; i += THREADS) {
    const int row = i / D;
    float best = largests[0][row];
#pragma unroll
    for (int w = 1; w < DECODE_WARPS; w++) best = fmaxf(best, largests[w][row]);
    float sum = 0.f, all = 0.f;
#pragma unroll
    for (int w = 0; w < DECODE_WARPS; w++) {
      const float weight = power2(largests[w][row] - best);
      sum = fmaf(mixed[w * ROWS * D + i], weight, sum);
      all = fmaf(totals[w][row], weight, all);
    }
    if (active == 1) {
      target[i] = __float2bfloat16(sum / all);
    } else {
      part[i] = sum;
      if (i % D == 0) {
        part[ROWS * D + row] = best;
        part[ROWS * D + ROWS + row] = all;
      }
    }
  }
  if (active == 1) return;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) arrived = atomicAdd(counters + item, 1u);
  __syncthreads();
  if (arrived != active - 1u) return;
  if (threadIdx.x == 0) counters[item] = 0;
  __threadfence();
  // Each chunk's share of each row, a warp a row; then the sum, four elements a thread.
  const float* parts = partials + item * splits * ROWS * (D + 2);
  constexpr size_t PART = ROWS * (D + 2);
  float* share = mixed;
  for (int row = warp; row < heads; row += DECODE_WARPS) {
    float best = LOWEST, mine[2], total[2] = {0.f, 0.f};
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int s = lane + 32 * i;
      mine[i] = s < active ? __ldcg(parts + s * PART + ROWS * D + row) : LOWEST;
      if (s < active) total[i] = __ldcg(parts + s * PART + ROWS * D + ROWS + row);
      best = fmaxf(best, mine[i]);
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, step));
    float all = total[0] * power2(mine[0] - best) + total[1] * power2(mine[1] - best);
#pragma unroll
    for (int step = 16; step > 0; step /= 2) all += __shfl_xor_sync(0xffffffffu, all, step);
#pragma unroll
    for (int i = 0; i < 2; i++) share[(lane + 32 * i) * ROWS + row] = power2(mine[i] - best) / all;
  }
  __syncthreads();
  for (int i = threadIdx.x * 4; i < heads * D; i += THREADS * 4) {
    float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
#pragma unroll 8
    for (int s = 0; s < active; s++) {
      const float4 part = __ldcg(reinterpret_cast<const float4*>(parts + s * PART + i));
      const float weight = share[s * ROWS + i / D];
      sum.x = fmaf(part.x, weight, sum.x);
      sum.y = fmaf(part.y, weight, sum.y);
      sum.z = fmaf(part.z, weight, sum.z);
      sum.w = fmaf(part.w, weight, sum.w);
    }
    *reinterpret_cast<uint2*>(target + i) = make_uint2(javelin::pack_bf16(sum.x, sum.y), javelin::pack_bf16(sum.z, sum.w));
  }
}

// One row's heads: queries and keys rotated (queries in place), keys and values to their slot.
__device__ void rotateAndStore(bf16* qkv, const float* angles, const int* angleRows, bf16* cache, const int* slots, int half, int interleaved,
                               int numHeads, int numKvHeads, int headDim, int blockBits) {
  javelin::allow_next_kernel();
  javelin::wait_for_inputs();
  const int row = blockIdx.x, head = blockIdx.y, slot = slots[row];
  bf16* x = qkv + ((size_t)row * (numHeads + 2 * numKvHeads) + head) * headDim;
  bf16* target = x;
  if (head >= numHeads) {
    if (slot < 0) return;
    const int kvHead = (head - numHeads) % numKvHeads, which = head >= numHeads + numKvHeads, blockSize = 1 << blockBits;
    target = cache + ((((size_t)(slot >> blockBits) * numKvHeads + kvHead) * 2 + which) * blockSize + (slot & (blockSize - 1))) * headDim;
    if (which) half = 0;
  }
  const float* angle = angles + (size_t)angleRows[row] * 2 * half;
  for (int i = threadIdx.x; i < half; i += blockDim.x) {
    const int one = interleaved ? 2 * i : i, two = interleaved ? 2 * i + 1 : i + half;
    const float a = __bfloat162float(x[one]), b = __bfloat162float(x[two]), cosine = angle[i], sine = angle[half + i];
    target[one] = __float2bfloat16(a * cosine - b * sine);
    target[two] = __float2bfloat16(b * cosine + a * sine);
  }
  if (target != x)
    for (int i = 2 * half + threadIdx.x; i < headDim; i += blockDim.x) target[i] = x[i];
}

}  // namespace flash

// ---- exports ----

extern "C" __global__ void flash_rope_bf16(__nv_bfloat16* qkv, const float* angles, const int* angleRows, __nv_bfloat16* cache, const int* slots, int half,
                                           int interleaved, int numHeads, int numKvHeads, int headDim, int blockBits) {
  flash::rotateAndStore(qkv, angles, angleRows, cache, slots, half, interleaved, numHeads, numKvHeads, headDim, blockBits);
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_64(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<64>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_80(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<80>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_96(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<96>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_128(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<128>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_192(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<192>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(128) flash_decode_bf16_256(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* blockTables, float* partials,
    unsigned* counters, int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::decode<256>(out, qkv, cache, seqLens, blockTables, partials, counters, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}
