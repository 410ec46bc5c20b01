// Choice of a token from a row of logits. x [rows, columns] float32, out [rows] float32. One block of 1024 threads a row.
// Launcher: SampleKernels. Exports: sample_argmax_f32, sample_draw_f32.
#include <float.h>

#include "javelin.cuh"

// ---- device helpers ----

constexpr int THREADS = 1024;
constexpr float INVALID = -2.0f;

// Orders a float's bits as integers: larger floats are larger, and a NaN or +infinity, which make a row invalid, is above every finite number.
__device__ __forceinline__ unsigned ordered(float x) {
  const unsigned bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0xffffffffu;
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// The largest element of a row and its lowest index, the same in every thread; index -2 for a row with a NaN or +infinity, or with nothing above -infinity.
struct Best {
  float value;
  int index;
};

__device__ Best best(const float* row, int columns) {
  __shared__ unsigned long long partial[WARP];
  __shared__ Best result;
  unsigned long long best = 0;
  for (int i = threadIdx.x; i < columns; i += THREADS) {
    // The index is inverted, so that of equal elements the first is the largest.
    const unsigned long long candidate = (unsigned long long)ordered(row[i]) << 32 | (0xffffffffu - i);
    best = candidate > best ? candidate : best;
  }
  for (int offset = WARP / 2; offset > 0; offset /= 2) {
    const unsigned long long other = __shfl_xor_sync(0xffffffffu, best, offset);
    best = other > best ? other : best;
  }
  if (threadIdx.x % WARP == 0) partial[threadIdx.x / WARP] = best;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int warp = 1; warp < THREADS / WARP; warp++) best = partial[warp] > best ? partial[warp] : best;
    const unsigned value = (unsigned)(best >> 32);
    const int index = (int)(0xffffffffu - (unsigned)best);
    result = value >= ordered(INFINITY) || value <= ordered(-INFINITY) ? Best{0, (int)INVALID} : Best{row[index], index};
  }
  __syncthreads();
  return result;
}

// ---- draws ----
//
// Candidates are ordered by (logit descending, token ascending); their weights exp((logit - largest) / temperature) are whole numbers of 2^-45, so
// sums do not depend on their order. What is looked for is always the candidate at which the weight of the best ones reaches a target: a histogram over the distance
// from the largest logit finds its bin, and the few candidates of the bin are compared with each other.

using u64 = unsigned long long;

constexpr int BINS = THREADS;
constexpr int BIN_BITS = 10;
constexpr float BINS_PER_NAT = 32;
constexpr double UNITS = 35184372088832.0;  // 2^45: the weights of 2^18 tokens fit 64 bits
constexpr double LEAST_SCORE = -33;         // below it a weight is less than one unit

// What one row is drawn with; the host lays it out as six 32-bit words.
struct Draw {
  float temperature, minP, topP;
  int topK;
  double uniform;  // in [0, 1)
};

__device__ __forceinline__ Draw drawOf(const unsigned* words) {
  const unsigned* w = words + 6 * (size_t)blockIdx.x;
  return {__uint_as_float(w[0]), __uint_as_float(w[1]), __uint_as_float(w[2]), (int)w[3], __hiloint2double((int)w[5], (int)w[4])};
}

// Sums of 64 bits in shared memory, which has no fast 64-bit addition.
struct Sums {
  unsigned low[BINS], high[BINS];

  __device__ __forceinline__ void clear() { low[threadIdx.x] = high[threadIdx.x] = 0; }
  __device__ __forceinline__ u64 at(int bin) const { return ((u64)high[bin] << 32) + low[bin]; }
  __device__ __forceinline__ void add(int bin, u64 value) {
    const unsigned part = (unsigned)value;
    const unsigned before = atomicAdd(&low[bin], part);
    const unsigned rest = (unsigned)(value >> 32) + (before + part < before);
    if (rest) atomicAdd(&high[bin], rest);
  }
};

struct Bin {
  int index;
  u64 before;
};

// A candidate, and the weight of it and all before it.
struct Reached {
  u64 key;
  u64 weight;
};

struct Scratch {
  Sums sums, fine;
  u64 keys[THREADS], weights[THREADS];
  u64 warps[WARP];
  u64 total;
  Bin bin;
  Reached reached;
  int count, token;
};

struct Row {
  const float* logits;
  int columns;
  float largest;

  __device__ __forceinline__ int bin(float logit) const { return (int)fminf(BINS - 1, (largest - logit) * BINS_PER_NAT); }
};

__device__ __forceinline__ u64 keyOf(float logit, int token) { return (u64)ordered(logit) << 32 | (0xffffffffu - token); }
__device__ __forceinline__ int tokenOf(u64 key) { return (int)(0xffffffffu - (unsigned)key); }

// How much a candidate weighs; 0: it is none.
struct Weigh {
  float least;
  double largest, inverse, minP;

  __device__ __forceinline__ u64 operator()(float logit) const {
    const double score = ((double)logit - largest) * inverse;
    if (logit < least || score < LEAST_SCORE) return 0;
    const double weight = exp(score);
    return weight < minP ? 0 : (u64)__double2ll_rn(weight * UNITS);
  }
};

struct One {
  __device__ __forceinline__ u64 operator()(float logit) const { return logit > -INFINITY; }
};

__device__ __forceinline__ u64 warpUpTo(u64 x) {
  for (int offset = 1; offset < WARP; offset *= 2) {
    const u64 other = __shfl_up_sync(0xffffffffu, x, offset);
    if (threadIdx.x % WARP >= offset) x += other;
  }
  return x;
}

// Weights by distance from the largest; returns their sum.
template <typename W> __device__ u64 fill(const Row& row, const W& weigh, Scratch& s) {
  s.sums.clear();
  __syncthreads();
  for (int i = threadIdx.x; i < row.columns; i += THREADS) {
    const float logit = row.logits[i];
    const u64 weight = weigh(logit);
    if (weight) s.sums.add(row.bin(logit), weight);
  }
  __syncthreads();
  if (threadIdx.x < WARP) {
    u64 own = 0;
    for (int i = 0; i < BINS / WARP; i++) own += s.sums.at(threadIdx.x * (BINS / WARP) + i);
    own = warpUpTo(own);
    if (threadIdx.x == WARP - 1) s.total = own;
  }
  __syncthreads();
  return s.total;
}

// The bin in which the sums reach target, which is at least 1 and at most their total.
__device__ Bin crossing(const Sums& sums, u64 target, Scratch& s) {
  if (threadIdx.x < WARP) {
    const int first = threadIdx.x * (BINS / WARP);
    u64 own = 0;
    for (int i = 0; i < BINS / WARP; i++) own += sums.at(first + i);
    const u64 upTo = warpUpTo(own);
    u64 before = upTo - own;
    if (before < target && upTo >= target) {
      int bin = first;
      while (before + sums.at(bin) < target) before += sums.at(bin++);
      s.bin = {bin, before};
    }
  }
  __syncthreads();
  const Bin bin = s.bin;
  __syncthreads();
  return bin;
}

// The candidate at which the weights, which fill() has summed, reach target.
template <typename W> __device__ Reached reach(const Row& row, const W& weigh, u64 target, Scratch& s) {
  const Bin bin = crossing(s.sums, target, s);
  u64 before = bin.before, low = 0, high = ~0ull;
  int shift = 64;
  while (true) {
    if (threadIdx.x == 0) s.count = 0;
    __syncthreads();
    for (int i = threadIdx.x; i < row.columns; i += THREADS) {
      const float logit = row.logits[i];
      if (row.bin(logit) != bin.index) continue;
      const u64 weight = weigh(logit), key = keyOf(logit, i);
      if (weight == 0 || key < low || key > high) continue;
      const int at = atomicAdd(&s.count, 1);
      if (at < THREADS) {
        s.keys[at] = key;
        s.weights[at] = weight;
      }
    }
    __syncthreads();
    const int count = s.count;
    if (count <= THREADS) {
      if (threadIdx.x < count) {
        const u64 key = s.keys[threadIdx.x];
        u64 sum = before;
        for (int i = 0; i < count; i++) sum += s.keys[i] >= key ? s.weights[i] : 0;
        if (sum >= target && sum - s.weights[threadIdx.x] < target) s.reached = {key, sum};
      }
      __syncthreads();
      const Reached reached = s.reached;
      __syncthreads();
      return reached;
    }
    // Too many to compare, such as thousands of equal ones: the next ten bits of their keys divide them.
    shift = max(0, shift - BIN_BITS);
    s.fine.clear();
    __syncthreads();
    for (int i = threadIdx.x; i < row.columns; i += THREADS) {
      const float logit = row.logits[i];
      if (row.bin(logit) != bin.index) continue;
      const u64 weight = weigh(logit), key = keyOf(logit, i);
      if (weight == 0 || key < low || key > high) continue;
      s.fine.add(BINS - 1 - (int)(key >> shift & (BINS - 1)), weight);
    }
    __syncthreads();
    const Bin fine = crossing(s.fine, target - before, s);
    before += fine.before;
    const u64 digit = (u64)(BINS - 1 - fine.index);
    low = (low & ~((u64)(BINS - 1) << shift)) | digit << shift;
    high = low | ((1ull << shift) - 1);
  }
}

// The first token, in the order of tokens, at which the weights exceed uniform times their sum.
template <typename W> __device__ int drawInOrder(const Row& row, const W& weigh, double uniform, Scratch& s) {
  const int each = (row.columns + THREADS - 1) / THREADS;
  const int first = min(row.columns, (int)threadIdx.x * each), end = min(row.columns, first + each);
  u64 own = 0;
  for (int i = first; i < end; i++) own += weigh(row.logits[i]);
  u64 upTo = warpUpTo(own);
  if (threadIdx.x % WARP == WARP - 1) s.warps[threadIdx.x / WARP] = upTo;
  __syncthreads();
  if (threadIdx.x < WARP) s.warps[threadIdx.x] = warpUpTo(s.warps[threadIdx.x]);
  __syncthreads();
  const u64 total = s.warps[WARP - 1];
  if (threadIdx.x >= WARP) upTo += s.warps[threadIdx.x / WARP - 1];
  const u64 target = min((u64)(uniform * (double)total), total - 1);
  u64 before = upTo - own;
  if (before <= target && target < upTo) {
    int token = first;
    while ((before += weigh(row.logits[token])) <= target) token++;
    s.token = token;
  }
  __syncthreads();
  return s.token;
}

// ---- exports ----

// The lowest index of the largest element; -2 for a row with a NaN or +infinity, or with nothing above -infinity.
extern "C" __global__ void sample_argmax_f32(float* out, const float* x, int columns) {
  const Best largest = best(x + (size_t)blockIdx.x * columns, columns);
  if (threadIdx.x == 0) out[blockIdx.x] = (float)largest.index;
}

// A token drawn as draws [rows] say (temperature, min-p, top-k, then top-p, as dev.javelin.engine.sampling.Sampler does); the largest at temperature 0. -2 as above.
extern "C" __global__ void sample_draw_f32(float* out, const float* x, const unsigned* draws, int columns) {
  __shared__ Scratch s;
  const Draw draw = drawOf(draws);
  Row row = {x + (size_t)blockIdx.x * columns, columns, 0};
  const Best largest = best(row.logits, columns);
  row.largest = largest.value;
  int token = largest.index;
  if (largest.index >= 0 && draw.temperature > 0) {
    Weigh weigh = {-FLT_MAX, largest.value, 1 / (double)draw.temperature, draw.minP};
    if (draw.topK > 0 && draw.topK < columns) {
      const u64 total = fill(row, One{}, s);
      if (draw.topK < total) weigh.least = row.logits[tokenOf(reach(row, One{}, draw.topK, s).key)];
    }
    if (draw.topP < 1) {
      const u64 total = fill(row, weigh, s);
      const double wanted = ceil((double)draw.topP * (double)total);
      const u64 kept = reach(row, weigh, min(max((u64)wanted, 1ull), total), s).weight;
      token = tokenOf(reach(row, weigh, min((u64)(draw.uniform * (double)kept), kept - 1) + 1, s).key);
    } else {
      token = drawInOrder(row, weigh, draw.uniform, s);
    }
  }
  if (threadIdx.x == 0) out[blockIdx.x] = (float)token;
}
