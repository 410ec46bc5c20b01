// y = x W^T for 9 to 128 rows of x and more, packed weights: what tile.cu computes, with the matrix instructions of warpgroups
// (compute capability 9.0).
//
// Why: mma.sync reads all tokens from shared memory once for 16 weight rows; a warpgroup's instruction does so for 64, and runs while the next
// weights are unpacked. Eight consumer warps take 16 weight rows each and unpack them to the register operand, two
// groups of 32 columns in turn; four warps copy weights and tokens to a ring of stages of 256 columns. Blocks are persistent and share the steps of all tiles
// evenly, so a tile's columns may lie in several blocks: whoever finishes last adds the pieces in order.
//
// Shapes, packed weights, alignment: as stream.cu. Launch: block 384, one block a multiprocessor and at most one for each step of 256 columns of a tile of 128 rows;
//   shared memory RING_AT and the stages. Tokens beyond the template's number take further passes over the weights.
// Parameters: as tile.cu without splits; counters [tiles * passes], partials float [grid][2][128 * tokens of a pass].
// Launcher: WgTileKernels. Exports: wgtile_linear_{q4_0, q4_1, q8_0, q4_k, q5_k, q6_k}_{16, 32, 64, 128}: the last number is the tokens of a pass.
#include "wgtile_ring.cuh"

namespace wgtile {

// --- device helpers --------------------------------------------------------------------------

// Adds the pieces of an item in the order of their blocks, if all others have arrived. acc: this block's.
template <int N>
__device__ bool merge(const Tile& p, const Work<N>& work, int item, float (&acc)[N / 2], volatile unsigned* flag) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int first = work.block(item * work.steps), last = work.block((item + 1) * work.steps - 1);
  if (first == last) return true;
  auto piece = [&](int block) {
    const int slot = 2 * block + (work.first(block) / work.steps != item);
    return reinterpret_cast<float4*>(p.partials) + (static_cast<size_t>(slot) * CONSUMER_WARPS + warp) * (N / 8) * 32 + lane;
  };
  float4* mine = piece(blockIdx.x);
#pragma unroll
  for (int n = 0; n < N / 8; n++) mine[n * 32] = make_float4(acc[4 * n], acc[4 * n + 1], acc[4 * n + 2], acc[4 * n + 3]);
  __threadfence();
  named_barrier(1, CONSUMER_WARPS * 32);
  if (threadIdx.x == 0) {
    const unsigned before = atomicAdd(p.counters + item, 1u);
    if (before == static_cast<unsigned>(last - first)) p.counters[item] = 0;
    *flag = before;
  }
  named_barrier(1, CONSUMER_WARPS * 32);
  const bool all = *flag == static_cast<unsigned>(last - first);
  named_barrier(1, CONSUMER_WARPS * 32);
  if (!all) return false;
  __threadfence();
#pragma unroll
  for (int i = 0; i < N / 2; i++) acc[i] = 0.f;
#pragma unroll 1
  for (int block = first; block <= last; block++) {
    const float4* other = piece(block);
#pragma unroll
    for (int n = 0; n < N / 8; n++) {
      const float4 v = __ldcg(other + n * 32);
      acc[4 * n] += v.x, acc[4 * n + 1] += v.y, acc[4 * n + 2] += v.z, acc[4 * n + 3] += v.w;
    }
  }
  return true;
}

template <int N>
__device__ __forceinline__ void finish(const Tile& p, int tile, int pass, const float (&acc)[N / 2]) {
  const int lane = threadIdx.x % 32, row_a = first_unit(p, tile * CONSUMER_WARPS + threadIdx.x / 32) * 8 + lane / 4, row_b = row_a + p.pair * 8;
  if (row_a >= p.rows) return;
#pragma unroll
  for (int n = 0; n < N / 8; n++)
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int token = pass * N + n * 8 + lane % 4 * 2 + i;
      float residual_a = 0.f, residual_b = 0.f;
      if (p.epilogue == ADD && token < p.tokens) {
        const __nv_bfloat16* out = static_cast<const __nv_bfloat16*>(p.out) + static_cast<size_t>(token) * p.out_stride;
        residual_a = load_bf16(out + row_a);
        if (row_b < p.rows) residual_b = load_bf16(out + row_b);
      }
      store(p, token, row_a, row_b, acc[4 * n + i], acc[4 * n + i + 2], residual_a, residual_b);
    }
}

template <class F, int N>
__device__ void multiply(const Tile& p, const Work<N>& work, uint32_t base, volatile unsigned* flag) {
  using P = Plan<F, N>;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  wait_for_inputs();
  int at = 0, step = work.begin;
  uint32_t parity = 0;
#pragma unroll 1
  while (step < work.end) {
    const int item = step / work.steps, end = min(work.end, (item + 1) * work.steps);
    float acc[N / 2];
#pragma unroll
    for (int i = 0; i < N / 2; i++) acc[i] = 0.f;
    // Two groups' operands: one is unpacked while the other is multiplied.
    uint32_t w[2][8];
    int previous = -1;
#pragma unroll 1
    for (; step < end; step++) {
      barrier_wait(base + at * 8, parity);
      shared_to_matrix();
      const uint32_t x = base + RING_AT + at * P::STAGE_BYTES, unit = x + P::X_BYTES + warp * 2 * P::UNIT_STAGE;
      const uint64_t tokens = swizzled_tile(x);
      Lane<F> a, b;
#pragma unroll
      for (int j = 0; j < STEP / 32; j++) {
        if (j % 4 == 0) {
          a.load(unit, lane, j / 4);
          b.load(unit + P::UNIT_STAGE, lane, j / 4);
        }
        uint32_t wa[4], wb[4];
        a.weights(j, wa);
        b.weights(j, wb);
        if constexpr (P::BLOCKS > 1) {
          // A block that is not there was not copied.
          const bool there = (step % work.steps * STEP) + j / 4 * F::BLOCK_K < p.k;
#pragma unroll
          for (int r = 0; r < 4; r++) wa[r] = there ? wa[r] : 0, wb[r] = there ? wb[r] : 0;
        }
        uint32_t(&v)[8] = w[j % 2];
#pragma unroll
        for (int r = 0; r < 4; r++) v[2 * r] = wa[r], v[2 * r + 1] = wb[r];
        hold(v);
        wgmma_begin();
#pragma unroll
        for (int half = 0; half < 2; half++)
          wgmma_rows<N>(acc, v[4 * half], v[4 * half + 1], v[4 * half + 2], v[4 * half + 3], further(tokens, j / 2 * (N * 128) + (j % 2 * 2 + half) * 32));
        wgmma_commit();
        wgmma_wait<1>();
        hold(w[(j + 1) % 2]);
        if (j == 0 && previous >= 0 && lane == 0) barrier_arrive(base + 8 * MOST_STAGES + previous * 8);
      }
      previous = at;
      if (++at == p.stages) {
        at = 0;
        parity ^= 1;
      }
    }
    wgmma_wait<0>();
    hold(acc);
    if (lane == 0) barrier_arrive(base + 8 * MOST_STAGES + previous * 8);
    if (merge<N>(p, work, item, acc, flag)) finish<N>(p, work.tile(end - 1), work.pass(end - 1), acc);
  }
}

// --- kernel ----------------------------------------------------------------------------------

template <class F, int N>
__device__ void linear(const Tile& p) {
#ifndef JAVELIN_WGMMA
  __trap();
#else
  extern __shared__ __align__(1024) unsigned char shared[];
  const uint32_t base = shared_address(shared);
  volatile unsigned* flag = reinterpret_cast<volatile unsigned*>(shared + 16 * MOST_STAGES);
  allow_next_kernel();
  if (threadIdx.x == 0) {
    for (int s = 0; s < p.stages; s++) {
      barrier_init(base + s * 8, COPIERS);
      barrier_init(base + 8 * MOST_STAGES + s * 8, CONSUMER_WARPS);
    }
    barrier_init_visible();
  }
  __syncthreads();
  const Work<N> work(p);
  if (threadIdx.x >= CONSUMER_WARPS * 32) {
    copy<F, N>(p, work, base);
  } else {
    multiply<F, N>(p, work, base, flag);
  }
#endif
}

}  // namespace wgtile

// --- exports ---------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_0_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_0, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_0_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_0, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_0_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_0, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_0_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_0, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_1_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_1, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_1_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_1, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_1_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_1, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_1_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_1, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q8_0_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q8_0, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q8_0_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q8_0, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q8_0_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q8_0, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q8_0_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q8_0, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q4_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q4_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q5_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q5_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q5_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q5_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q5_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q5_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q5_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q5_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q6_k_16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q6_K, 16>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q6_k_32(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q6_K, 32>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q6_k_64(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q6_K, 64>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(384, 1)
    wgtile_linear_q6_k_128(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* bias, float* partials, unsigned* counters,
                   int rows, int k, int tokens, int pair, int stages, int epilogue, int activation) {
  wgtile::linear<javelin::Q6_K, 128>({out, out_stride, weights, x, bias, partials, counters, rows, k, tokens, pair, stages, epilogue, activation});
}
