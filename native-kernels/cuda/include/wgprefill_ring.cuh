// The items of a block of wgprefill.cu, the rings of keys and values, and the warpgroup that fills them.
#pragma once

#include "flash.cuh"
#include "wgmma.cuh"

namespace wgprefill {

using namespace javelin;
using flash::bf16;
using flash::LOG2E;
using flash::LOWEST;
using flash::Shape;

constexpr int KEYS = 128;  // of a tile
constexpr int GROUP_ROWS = 64, GROUPS = 2, TILE_ROWS = GROUP_ROWS * GROUPS;
constexpr int STAGES = 2;
constexpr int COPIERS = 128;
constexpr int MOST_SEQUENCES = 1024;

// Shared memory: queries, then stages of keys, then stages of values, each in tiles of 64 columns; first items of sequences; barriers.
template <int D> constexpr int queryBytes() { return TILE_ROWS * D * 2; }
template <int D> constexpr int stageBytes() { return KEYS * D * 2; }
template <int D> constexpr int itemsAt() { return queryBytes<D>() + 2 * STAGES * stageBytes<D>(); }
template <int D> constexpr int barriersAt() { return itemsAt<D>() + (MOST_SEQUENCES + 1) * 4 + 4; }
template <int D> constexpr int shared() { return barriersAt<D>() + (2 + 4 * STAGES) * 8 + 1024; }

struct Inputs {
  bf16* out;
  const bf16 *qkv, *cache;
  const int *seqLens, *queryStart, *blockTables;
  int sequences;
  Shape shape;
};

struct Barriers {
  uint32_t base;
  __device__ uint32_t queriesFull() const { return base; }
  __device__ uint32_t queriesEmpty() const { return base + 8; }
  __device__ uint32_t keysFull(int s) const { return base + 16 + s * 8; }
  __device__ uint32_t keysEmpty(int s) const { return base + 16 + (STAGES + s) * 8; }
  __device__ uint32_t valuesFull(int s) const { return base + 16 + (2 * STAGES + s) * 8; }
  __device__ uint32_t valuesEmpty(int s) const { return base + 16 + (3 * STAGES + s) * 8; }
};

// A place in a ring.
struct Place {
  int stage = 0;
  uint32_t parity = 0;
  __device__ __forceinline__ void advance() {
    if (++stage == STAGES) {
      stage = 0;
      parity ^= 1;
    }
  }
};

// Items of a sequence: key heads of its last rows, then of the rows before them. firstItem[s] are those of all sequences before s.
__device__ void countItems(int* firstItem, const Inputs& in) {
  const int lane = threadIdx.x, group = in.shape.numHeads / in.shape.numKvHeads;
  int before = 0;
  for (int s = 0; s < in.sequences; s += 32) {
    const int here = s + lane < in.sequences ? load_int(in.queryStart + s + lane + 1) - load_int(in.queryStart + s + lane) : 0;
    int sum = (here * group + TILE_ROWS - 1) / TILE_ROWS * in.shape.numKvHeads;
    const int mine = sum;
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
      const int other = __shfl_up_sync(0xffffffffu, sum, step);
      if (lane >= step) sum += other;
    }
    if (s + lane < in.sequences) firstItem[s + lane] = before + sum - mine;
    before += __shfl_sync(0xffffffffu, sum, 31);
  }
  if (lane == 0) firstItem[in.sequences] = before;
}

// Every second round goes backwards, so that no block gets the longest of each.
__device__ __forceinline__ int itemOf(int round) { return round * gridDim.x + (round % 2 ? gridDim.x - 1 - blockIdx.x : blockIdx.x); }

struct Item {
  int kvHead, sequence, firstRow, length, past, group, tile, rows, begin, end, keyEnd;

  __device__ Item(const Inputs& in, const int* firstItem, int item) {
    int low = 0, high = in.sequences;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      if (firstItem[middle] <= item) low = middle;
      else high = middle;
    }
    sequence = low;
    group = in.shape.numHeads / in.shape.numKvHeads;
    firstRow = load_int(in.queryStart + low);
    const int queries = load_int(in.queryStart + low + 1) - firstRow;
    rows = queries * group;
    length = load_int(in.seqLens + low);
    past = length - queries;
    const int inside = item - firstItem[low];
    kvHead = inside % in.shape.numKvHeads;
    tile = (rows + TILE_ROWS - 1) / TILE_ROWS - 1 - inside / in.shape.numKvHeads;
    keyEnd = past + min(queries - 1, (tile * TILE_ROWS + TILE_ROWS - 1) / group) + 1;
    const int keyBegin = in.shape.window > 0 ? max(0, past + tile * TILE_ROWS / group - in.shape.window + 1) : 0;
    begin = keyBegin / KEYS;
    end = (keyEnd + KEYS - 1) / KEYS;
  }
};

// The keys or values (which: 0, 1) of 128 keys from `first` on, zeros from keyEnd on.
template <int D>
__device__ __forceinline__ void copyTile(uint32_t stage, uint32_t full, const bf16* cache, const int* table, const Shape& shape, int kvHead, int which, int first, int keyEnd) {
  constexpr int CHUNKS = D / 8, PASS = COPIERS / CHUNKS, RUN = 64;
  const int thread = threadIdx.x % COPIERS, chunk = thread % CHUNKS, row = thread / CHUNKS, size = 1 << shape.blockBits;
  const uint32_t target = stage + chunk / 8 * (KEYS * 128) + swizzled(row, chunk);
  auto source = [&](int key) {
    return cache + chunk * 8 + (static_cast<size_t>((table[key >> shape.blockBits] * shape.numKvHeads + kvHead) * 2 + which) * size + (key & (size - 1))) * D;
  };
  if (size >= RUN && first + KEYS <= keyEnd) {
    // One address for 64 keys: the copiers' instructions are what limits long prompts.
    const bf16* runs[KEYS / RUN];
#pragma unroll
    for (int r = 0; r < KEYS / RUN; r++) runs[r] = source(first + r * RUN + row);
#pragma unroll
    for (int i = 0; i < KEYS / PASS; i++) flash::copyAsync(target + i * PASS * 128, runs[i * PASS / RUN] + i * PASS % RUN * D);
  } else {
#pragma unroll 4
    for (int i = 0; i < KEYS / PASS; i++) {
      const int key = first + row + i * PASS;
      flash::copyAsync(target + i * PASS * 128, source(min(key, keyEnd - 1)), key < keyEnd ? 16 : 0);
    }
  }
  asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(full) : "memory");
}

template <int D>
__device__ void copy(const Inputs& in, const int* firstItem, uint32_t base, const Barriers& barriers) {
  Place keys, values;
  uint32_t queriesParity = 1;
  keys.parity = values.parity = 1;
  constexpr int CHUNKS = D / 8, PASS = COPIERS / CHUNKS;
  const int thread = threadIdx.x % COPIERS, chunk = thread % CHUNKS, items = firstItem[in.sequences];
  const int stride = (in.shape.numHeads + 2 * in.shape.numKvHeads) * D;
#pragma unroll 1
  for (int round = 0; round * static_cast<int>(gridDim.x) < items; round++) {
    const int at = itemOf(round);
    if (at >= items) continue;
    const Item item(in, firstItem, at);
    if (item.length == 0) continue;
    const int* table = in.blockTables + static_cast<size_t>(item.sequence) * in.shape.maxBlocks;
    barrier_wait(barriers.queriesEmpty(), queriesParity);
    queriesParity ^= 1;
#pragma unroll 4
    for (int i = 0; i < TILE_ROWS / PASS; i++) {
      const int inside = thread / CHUNKS + i * PASS, row = min(item.tile * TILE_ROWS + inside, item.rows - 1);
      const bf16* source = in.qkv + static_cast<size_t>(item.firstRow + row / item.group) * stride + (item.kvHead * item.group + row % item.group) * D + chunk * 8;
      flash::copyAsync(base + chunk / 8 * (TILE_ROWS * 128) + swizzled(inside, chunk), source);
    }
    asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(barriers.queriesFull()) : "memory");
    const uint32_t keysAt = base + queryBytes<D>(), valuesAt = keysAt + STAGES * stageBytes<D>();
#pragma unroll 1
    for (int t = item.begin; t <= item.end; t++) {
      if (t < item.end) {
        barrier_wait(barriers.keysEmpty(keys.stage), keys.parity);
        copyTile<D>(keysAt + keys.stage * stageBytes<D>(), barriers.keysFull(keys.stage), in.cache, table, in.shape, item.kvHead, 0, t * KEYS, item.keyEnd);
        keys.advance();
      }
      if (t > item.begin) {
        barrier_wait(barriers.valuesEmpty(values.stage), values.parity);
        copyTile<D>(valuesAt + values.stage * stageBytes<D>(), barriers.valuesFull(values.stage), in.cache, table, in.shape, item.kvHead, 1, (t - 1) * KEYS, item.keyEnd);
        values.advance();
      }
    }
  }
  asm volatile("cp.async.wait_all;" ::: "memory");
}

}  // namespace wgprefill
