// Causal attention over the paged cache with the matrix units and an online softmax (Dao et al., arXiv:2205.14135), bf16 cache.
//
// flash_decode: one query a sequence. A block takes all query heads of one key head (up to 16, the 16 rows of the matrix
//   instruction, so keys are read once for them) and one chunk of the keys; its four warps take 16 keys each of a tile of 64 and
//   are merged at the end. With several chunks a sequence, the block that finishes last merges them (arXiv:2501.01005, 3.2).
// flash_prefill: any number of queries a sequence, decodes among them. A block takes 128 rows of (query, head of the group) of one
//   key head, a warp 16 of them.
//
// Shapes: out [rows, numHeads * D] bf16; qkv [rows, (numHeads + 2 numKvHeads) * D] bf16, of which only queries are read; cache of one
//   layer [block][kvHead][K, V][1 << blockBits][D] bf16; seqLens [sequences] (0: padding, gives zeros), queryStart
//   [sequences + 1], blockTables [sequences][maxBlocks] int32. The last query of a sequence has position seqLens - 1.
// Parameters:
//   decode   out, qkv, cache, seqLens, blockTables, partials, counters (pointers), maxBlocks, blockBits, numHeads, numKvHeads (int),
//            scale (float), window (int, 0: none), softcap (float, 0: none)
//   prefill  out, qkv, cache, seqLens, queryStart, blockTables (pointers), maxBlocks, blockBits, numHeads, numKvHeads, scale,
//            window, softcap
//   splits at most 64. partials float [sequences * key groups][splits][16][D + 2]; counters unsigned [sequences * key groups], zero before the first launch
//            and after each; neither is used when gridDim.z is 1. Key groups: numKvHeads * ceil(numHeads / numKvHeads / 16).
// Launch: decode grid (key groups, sequences, splits), block 128, shared flashDecodeShared(D) bytes; rows are sequences.
//   prefill grid (ceil(longest query * group / 128), numKvHeads, sequences), block 256, shared flashPrefillShared(D).
// flash_rope_bf16: rope.cu's rotation and store in one kernel. Grid (rows, numHeads + 2 numKvHeads), block 64. angles [positions, 2 * half] float32:
//   cosines, then sines; angleRows, slots [rows]; a slot of -1 stores nothing.
// Launcher: FlashKernels. Exports: flash_rope_bf16, flash_{decode, prefill}_bf16_{64, 80, 96, 128, 192, 256}: the last number is D.
#include "hopper.cuh"

namespace flash {

using bf16 = __nv_bfloat16;

// ---- device helpers ----

constexpr int KEYS = 64;     // of a tile
constexpr int ROWS = 16;     // of the matrix instruction
constexpr int DECODE_WARPS = 4, DECODE_STAGES = 3;
constexpr int PREFILL_WARPS = 8, PREFILL_STAGES = 2;
constexpr float LOG2E = 1.4426950408889634f;
constexpr float LOWEST = -1e30f;  // a maximum before the first key: finite, so that differences are

// Bytes from one row of a tile to the next; 16 more than a row, so that eight rows lie in different banks.
template <int D> constexpr int pitch() { return D * 2 + 16; }
template <int D> constexpr int tileBytes() { return KEYS * pitch<D>(); }
template <int D> constexpr int decodeShared() { return DECODE_STAGES * 2 * tileBytes<D>(); }
template <int D> constexpr int prefillShared() {
  return PREFILL_STAGES * 2 * tileBytes<D>() + (D > 192 ? PREFILL_WARPS * ROWS * pitch<D>() : 0);
}

struct Shape {
  int maxBlocks, blockBits, numHeads, numKvHeads;
  float scale;
  int window;
  float softcap;
};

__device__ __forceinline__ void copyAsync(uint32_t target, const void* source, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(source), "r"(bytes) : "memory");
}
__device__ __forceinline__ void commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int N> __device__ __forceinline__ void await() { asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory"); }

__device__ __forceinline__ void matrices(uint32_t (&r)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address));
}
__device__ __forceinline__ void matricesTransposed(uint32_t (&r)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(address));
}
__device__ __forceinline__ float power2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Keys [first, first + 64) and their values of one head to a stage; those from `end` on become zeros.
template <int D, int THREADS>
__device__ __forceinline__ void loadTile(uint32_t stage, const bf16* cache, const int* table, int kvHead, const Shape& shape, int first, int end) {
  constexpr int CHUNKS = D / 8;
  const size_t blockSize = (size_t)1 << shape.blockBits;
  for (int i = threadIdx.x; i < KEYS * CHUNKS; i += THREADS) {
    const int row = i / CHUNKS, chunk = i % CHUNKS, key = first + row, inside = key < end ? 16 : 0;
    const int block = table[min(key, end - 1) >> shape.blockBits];
    const bf16* source = cache + (((size_t)block * shape.numKvHeads + kvHead) * 2 * blockSize + (key & (blockSize - 1))) * D + chunk * 8;
    const uint32_t target = stage + row * pitch<D>() + chunk * 16;
    copyAsync(target, source, inside);
    copyAsync(target + tileBytes<D>(), source + blockSize * D, inside);
  }
}

// One warp's running softmax over 16 rows; lane (g, t) has rows g and g + 8.
template <int D>
struct Running {
  float out[D / 8][4] = {};
  float largest[2] = {LOWEST, LOWEST}, total[2] = {0.f, 0.f};

  // Scores of NT * 8 keys become weights, `out` takes the values in. `values` is the lane's address for matricesTransposed.
  template <int NT>
  __device__ __forceinline__ void take(float (&score)[NT][4], uint32_t values) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float best = largest[half];
#pragma unroll
      for (int n = 0; n < NT; n++) best = fmaxf(best, fmaxf(score[n][2 * half], score[n][2 * half + 1]));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 1));
      best = fmaxf(best, __shfl_xor_sync(0xffffffffu, best, 2));
      const float shrink = power2(largest[half] - best);
      largest[half] = best;
      total[half] *= shrink;
#pragma unroll
      for (int d = 0; d < D / 8; d++) {
        out[d][2 * half] *= shrink;
        out[d][2 * half + 1] *= shrink;
      }
#pragma unroll
      for (int n = 0; n < NT; n++)
#pragma unroll
        for (int i = 2 * half; i < 2 * half + 2; i++) {
          score[n][i] = power2(score[n][i] - best);
          total[half] += score[n][i];
        }
    }
#pragma unroll
    for (int k = 0; k < NT / 2; k++) {
      const uint32_t a0 = javelin::pack_bf16(score[2 * k][0], score[2 * k][1]), a1 = javelin::pack_bf16(score[2 * k][2], score[2 * k][3]);
      const uint32_t a2 = javelin::pack_bf16(score[2 * k + 1][0], score[2 * k + 1][1]), a3 = javelin::pack_bf16(score[2 * k + 1][2], score[2 * k + 1][3]);
#pragma unroll
      for (int d = 0; d < D / 16; d++) {
        uint32_t v[4];
        matricesTransposed(v, values + k * 16 * pitch<D>() + d * 32);
        javelin::mma(out[2 * d], a0, a1, a2, a3, v[0], v[1]);
        javelin::mma(out[2 * d + 1], a0, a1, a2, a3, v[2], v[3]);
      }
    }
  }

  __device__ __forceinline__ void sumTotals() {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
      total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
    }
  }
};

// Lane's address for `matrices` over 16 keys x 16 columns, and for `matricesTransposed` over 16 keys x 16 columns of values.
template <int D> __device__ __forceinline__ uint32_t keyLane(int lane) { return (lane / 16 * 8 + lane % 8) * pitch<D>() + lane / 8 % 2 * 16; }
template <int D> __device__ __forceinline__ uint32_t valueLane(int lane) { return lane % 16 * pitch<D>() + lane / 16 * 16; }

// Query rows g and g + 8 as operands of D / 16 instructions.
template <int D>
__device__ __forceinline__ void loadQueries(uint32_t (&q)[D / 16][4], const bf16* a, const bf16* b, int lane) {
#pragma unroll
  for (int k = 0; k < D / 16; k++)
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const bf16* row = i % 2 ? b : a;
      q[k][i] = row == nullptr ? 0 : *reinterpret_cast<const volatile uint32_t*>(row + k * 16 + lane % 4 * 2 + i / 2 * 8);
    }
}

// A raw product in the exponent's unit: times scale, capped, times log2(e).
__device__ __forceinline__ float toScore(float x, const Shape& shape) {
  x *= shape.scale;
  if (shape.softcap > 0) x = shape.softcap * tanhf(x / shape.softcap);
  return x * LOG2E;
}

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
      matrices(b, keys + keyLane<D>(lane) + k * 32);
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
        matrices(a, queriesAt + k * 32);
      } else {
#pragma unroll
        for (int i = 0; i < 4; i++) a[i] = q[k][i];
      }
#pragma unroll
      for (int n = 0; n < KEYS / 16; n++) {
        uint32_t b[4];
        matrices(b, keys + n * 16 * pitch<D>() + keyLane<D>(lane) + k * 32);
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

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_64(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<64>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_80(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<80>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_96(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<96>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_128(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<128>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_192(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<192>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}

extern "C" __global__ void __launch_bounds__(256) flash_prefill_bf16_256(
    __nv_bfloat16* out, const __nv_bfloat16* qkv, const __nv_bfloat16* cache, const int* seqLens, const int* queryStart, const int* blockTables,
    int maxBlocks, int blockBits, int numHeads, int numKvHeads, float scale, int window, float softcap) {
  flash::prefill<256>(out, qkv, cache, seqLens, queryStart, blockTables, {maxBlocks, blockBits, numHeads, numKvHeads, scale, window, softcap});
}
