// y = x W^T for 9 to 128 rows of x and more: packed weights become bf16 in registers and meet all tokens there.
//
// Why: between the streaming linear (stream.cu) and prompts the weights still decide the time, but eight tokens a matrix
// instruction no longer hold them, and a decoded panel would write and read four times what 4-bit weights take. A producer warp
// keeps a ring of stages of 256 columns full, weights and activations; eight consumer warps take 16 weight rows each (up to 64
// tokens: four row tiles, two halves of the columns). Columns may be split over blocks; whoever finishes last adds the pieces in
// order. Unpacked weights are rounded to bf16.
//
// Shapes, packed weights, alignment: as stream.cu. Launch: block 320, for more than 32 tokens a pass 384; any grid; shared memory tileShared(...) of TileKernels. Tokens beyond
//   the template's number take further passes over the weights.
// Parameters: as stream.cu without norm, eps and segments; counters [ceil(rows / tile rows) * passes], partials float
//   [ceil(rows / tile rows) * passes][splits][tile rows * tokens of a pass]; tile rows 64, for 128 tokens 128.
// On compute capability 9.0 wgtile.cu is faster in most cases.
// Launcher: TileKernels. Exports: tile_linear_{q4_0, q4_1, q8_0, q4_k, q5_k, q6_k}_{16, 32, 64, 128}: the last number is the tokens of a
//   pass.
#include "tile_ring.cuh"

namespace tile {

// --- kernel ----------------------------------------------------------------------------------

template <class F, int N>
__device__ void linear(const Tile& p) {
#if __CUDA_ARCH__ < 900
  __trap();
#else
  using P = Plan<F, N>;
  extern __shared__ __align__(128) unsigned char shared[];
  const uint32_t base = shared_address(shared), empty = base + 8 * MOST_STAGES;
  volatile unsigned* flag = reinterpret_cast<volatile unsigned*>(shared + 16 * MOST_STAGES);
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  allow_next_kernel();
  if (threadIdx.x == 0) {
    for (int s = 0; s < p.stages; s++) {
      barrier_init(base + s * 8, producers(N) + 1);
      barrier_init(empty + s * 8, CONSUMER_WARPS);
    }
    barrier_init_visible();
  }
  __syncthreads();
  const Work<F, N> work(p);

  if (warp >= CONSUMER_WARPS) {
    const uint64_t policy = evict_first();
    int at = 0, filled = 0;
    uint32_t parity = 1;
    bool waited = false;
    // Weights of the first stages before the wait, their activations after it.
    auto tokens_of_first = [&]() {
      wait_for_inputs();
      waited = true;
      int done = 0;
      for (int item = blockIdx.x; item < work.items && done < filled; item += gridDim.x)
        for (int step = work.begin(p, item); step < work.end(p, item) && done < filled; step++, done++)
          copy_tokens<F, N>(p, base + RING_AT + done * P::STAGE_BYTES, base + done * 8, work.pass(p, item), step);
    };
#pragma unroll 1
    for (int item = blockIdx.x; item < work.items; item += gridDim.x) {
#pragma unroll 1
      for (int step = work.begin(p, item); step < work.end(p, item); step++) {
        if (!waited && filled == p.stages) tokens_of_first();
        barrier_wait(empty + at * 8, parity);
        const uint32_t stage = base + RING_AT + at * P::STAGE_BYTES, full = base + at * 8;
        copy_weights<F, N>(p, stage, full, work.tile(p, item), step, policy);
        if (waited) copy_tokens<F, N>(p, stage, full, work.pass(p, item), step);
        else filled++;
        if (++at == p.stages) {
          at = 0;
          parity ^= 1;
        }
      }
    }
    if (!waited) tokens_of_first();
    asm volatile("cp.async.wait_all;" ::: "memory");
    return;
  }

  wait_for_inputs();
  const int row_tile = warp / P::COLUMN_WARPS, half = warp % P::COLUMN_WARPS;
  int at = 0;
  uint32_t parity = 0;
#pragma unroll 1
  for (int item = blockIdx.x; item < work.items; item += gridDim.x) {
    float acc[N / 8][4] = {};
#pragma unroll 1
    for (int step = work.begin(p, item); step < work.end(p, item); step++) {
      barrier_wait(base + at * 8, parity);
      const uint32_t stage = base + RING_AT + at * P::STAGE_BYTES;
      const uint32_t unit_a = stage + row_tile * 2 * P::UNIT_STAGE, x = stage + P::UNITS * P::UNIT_STAGE + lane % 8 * X_PITCH + lane / 8 * 16;
      const int columns = p.k - step * STEP;
      Lane<F> a, b;
#pragma unroll
      for (int i = 0; i < P::GROUPS; i++) {
        const int j = P::COLUMN_WARPS == 1 ? i : half * P::GROUPS + i;
        if (i % 4 == 0) {
          const int part = P::COLUMN_WARPS == 1 ? i / 4 : half;
          a.load(unit_a, lane, part);
          b.load(unit_a + P::UNIT_STAGE, lane, part);
        }
        if (j * 32 >= columns) continue;
        uint32_t wa[4], wb[4];
        a.weights(i, wa);
        b.weights(i, wb);
#pragma unroll
        for (int n = 0; n < N / 8; n++) {
          uint32_t v[4];
          load_matrices(v, x + n * 8 * X_PITCH + j * 64);
          mma(acc[n], wa[0], wb[0], wa[1], wb[1], v[0], v[1]);
          mma(acc[n], wa[2], wb[2], wa[3], wb[3], v[2], v[3]);
        }
      }
      __syncwarp();
      if (lane == 0) barrier_arrive(empty + at * 8);
      if (++at == p.stages) {
        at = 0;
        parity ^= 1;
      }
    }
    const int tile = work.tile(p, item), pass = work.pass(p, item);
    if constexpr (P::COLUMN_WARPS == 2) {
      float4* sums = reinterpret_cast<float4*>(shared + RING_AT + p.stages * P::STAGE_BYTES) + row_tile * (N / 8) * 32 + lane;
      if (half == 1)
#pragma unroll
        for (int n = 0; n < N / 8; n++) sums[n * 32] = make_float4(acc[n][0], acc[n][1], acc[n][2], acc[n][3]);
      named_barrier(1, CONSUMER_WARPS * 32);
      if (half == 0)
#pragma unroll
        for (int n = 0; n < N / 8; n++) {
          const float4 v = sums[n * 32];
          acc[n][0] += v.x, acc[n][1] += v.y, acc[n][2] += v.z, acc[n][3] += v.w;
        }
      named_barrier(1, CONSUMER_WARPS * 32);
    }
    if (p.splits > 1) {
      const int whole = item / p.splits;
      float4* parts = reinterpret_cast<float4*>(p.partials) + (static_cast<size_t>(whole) * p.splits * P::ROW_TILES + row_tile) * (N / 8) * 32 + lane;
      if (half == 0)
#pragma unroll
        for (int n = 0; n < N / 8; n++)
          parts[(static_cast<size_t>(item % p.splits) * P::ROW_TILES * (N / 8) + n) * 32] = make_float4(acc[n][0], acc[n][1], acc[n][2], acc[n][3]);
      __threadfence();
      named_barrier(1, CONSUMER_WARPS * 32);
      if (threadIdx.x == 0) {
        const unsigned before = atomicAdd(p.counters + whole, 1u);
        if (before == p.splits - 1u) p.counters[whole] = 0;
        *flag = before;
      }
      named_barrier(1, CONSUMER_WARPS * 32);
      const bool last = *flag == p.splits - 1u;
      named_barrier(1, CONSUMER_WARPS * 32);
      if (!last) continue;
      __threadfence();
      if (half == 0)
#pragma unroll
        for (int n = 0; n < N / 8; n++) {
          float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
          for (int s = 0; s < p.splits; s++) {
            const float4 v = __ldcg(parts + (static_cast<size_t>(s) * P::ROW_TILES * (N / 8) + n) * 32);
            sum.x += v.x, sum.y += v.y, sum.z += v.z, sum.w += v.w;
          }
          acc[n][0] = sum.x, acc[n][1] = sum.y, acc[n][2] = sum.z, acc[n][3] = sum.w;
        }
    }
    if (half != 0) continue;
    const int row_a = first_unit(p, tile * P::ROW_TILES + row_tile) * 8 + lane / 4, row_b = row_a + p.pair * 8;
#pragma unroll
    for (int n = 0; n < N / 8; n++)
#pragma unroll
      for (int i = 0; i < 2; i++) {
        const int token = pass * N + n * 8 + lane % 4 * 2 + i;
        float residual_a = 0.f, residual_b = 0.f;
        if (p.epilogue == ADD && token < p.tokens) {
          const __nv_bfloat16* out = static_cast<const __nv_bfloat16*>(p.out) + static_cast<size_t>(token) * p.out_stride;
          if (row_a < p.rows) residual_a = load_bf16(out + row_a);
          if (row_b < p.rows) residual_b = load_bf16(out + row_b);
        }
        if (row_a < p.rows) store(p, token, row_a, row_b, acc[n][i], acc[n][i + 2], residual_a, residual_b);
      }
  }
#endif
}

}  // namespace tile

// --- exports ---------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_0_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_0, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_0_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_0, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_0_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_0, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_0_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_0, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_1_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_1, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_1_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_1, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_1_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_1, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_1_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_1, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q8_0_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q8_0, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q8_0_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q8_0, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q8_0_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q8_0, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q8_0_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q8_0, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q4_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q4_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q4_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q5_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q5_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q5_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q5_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q5_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q5_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q5_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q5_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q6_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q6_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(320, 2)
    tile_linear_q6_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q6_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q6_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q6_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    tile_linear_q6_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int splits, int pair, int stages, int epilogue, int activation) {
  tile::linear<javelin::Q6_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, splits, pair, stages, epilogue, activation});
}
