// y = x W^T for 1 to 8 rows of x: one kernel for every weight format, bound by the weight stream.
//
// Why: at these sizes a linear reads its weights once and does almost no arithmetic. A producer warp keeps a
// ring of shared-memory stages full with bulk copies, which need no registers and start before the previous
// kernel has finished; eight consumer warps share the columns of a 16-row tile and multiply with the matrix
// units, tokens on the side of 8. So 1 and 8 tokens cost the same, and a token's result does not depend on
// how many there are, bit for bit.
//
// Shapes: x bf16 [tokens, k], row stride k; out [tokens, ...], row stride out_stride; weights [rows, k].
//   bf16 weights: row-major, k a multiple of 32. Packed formats (stream_formats.cuh): units of 8 rows, each
//   ceil(k / BLOCK_K) blocks, written by pack_units_*; rows rounded up to an even number of units.
//   Alignment: x, weights 16 bytes; k a multiple of 32; rows a multiple of 16 * pair (pair 1: of 8).
// Launch: grid = a multiple of splits, at most one block per multiprocessor (any smaller grid is right);
//   block 320; dynamic shared memory = stream_shared_bytes(...) below. With the programmatic-serialization
//   attribute or without. Needs compute capability 9.0 or newer.
// Parameters, in order:
//   out          bf16*, for LOGITS float*
//   out_stride   int, elements between two tokens of out
//   weights      const void*
//   x            const bf16*
//   norm         const float* [k] or null: x is first RMS-normalised with this weight (splits must be 1).
//                x * norm is rounded to bf16 and the row's 1 / rms multiplies the sum, in this order
//   eps          float, of the norm
//   bias         const float* [rows] or null
//   partials     float*, splits > 1: [rows / 16][splits][128]; else unused
//   counters     unsigned*, splits > 1: [rows / 16], zero before the first launch, left zero
//   rows, k, tokens   int
//   segments     int: columns are summed in this many pieces, one after the other: max(1, ceil(k / 4096)).
//                It fixes the order of the sum, so it must depend on k alone
//   splits       int: 1, or segments: then each block keeps to one piece, so that its activations fit; at most 32
//                tiles a block: rows / 16 * splits <= 32 * grid
//   pair         int, in units of 8 rows: the tile's second unit is the first + pair. 1: neighbours;
//                rows / 16: gate beside up
//   stages       int, of the ring, 2 .. 16
//   epilogue     int: 0 STORE out = y; 1 ADD out += y; 2 GATED out = act(gate) * up [tokens, rows / 2] with
//                pair = rows / 16; 3 LOGITS float out = y
//   activation   int, of GATED: 0 silu, 1 gelu with tanh, 2 gelu with erf, 3 relu
// Java: backend/cuda/kernel/StreamKernels.
// Exports: stream_linear_{bf16,q4_0,q4_1,q8_0,q4_k,q5_k,q6_k}.

#include "stream_ring.cuh"

namespace javelin {

// --- activations -----------------------------------------------------------------------------

// Puts columns [begin, begin + columns) of x into shared memory in operand order: 16 bytes (group, token, t).
// Columns beyond k become zero. With a norm, x * norm is stored and each warp's squares of x are summed.
// A function of its own, so that its registers are not the product's. TOKENS >= p.tokens; four 16-byte loads a thread are in flight, eight for 8 tokens.
template <class F, int TOKENS>
__device__ __noinline__ void stage_activations(const __nv_bfloat16* x, const float* norm, int k, int tokens, uint32_t values, uint32_t starts, float* squares, int begin, int columns) {
  constexpr int UNITS = TOKENS >= 4 ? 1 : 4 / TOKENS;
  int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
  float square[TOKENS] = {};
#pragma unroll 1
  for (int first = thread * 8; first < columns; first += UNITS * CONSUMER_THREADS * 8) {
    uint4 v[UNITS][TOKENS];
    float factors[UNITS][8];
#pragma unroll
    for (int i = 0; i < UNITS; i++) {
      int at = first + i * CONSUMER_THREADS * 8;
      bool inside = at < columns && begin + at < k;
#pragma unroll
      for (int token = 0; token < TOKENS; token++) {
        v[i][token] = make_uint4(0, 0, 0, 0);
        if (inside && token < tokens) v[i][token] = load_16(x + static_cast<size_t>(token) * k + begin + at);
      }
      if (norm != nullptr && inside) {
        *reinterpret_cast<float4*>(&factors[i][0]) = __ldg(reinterpret_cast<const float4*>(norm + begin + at));
        *reinterpret_cast<float4*>(&factors[i][4]) = __ldg(reinterpret_cast<const float4*>(norm + begin + at + 4));
      }
    }
#pragma unroll
    for (int i = 0; i < UNITS; i++) {
      int at = first + i * CONSUMER_THREADS * 8;
      if (at >= columns) break;
      int group = at / 32, t = lane % 4;
#pragma unroll
      for (int token = 0; token < TOKENS; token++) {
        if (token >= tokens) break;
        uint32_t w[4] = {v[i][token].x, v[i][token].y, v[i][token].z, v[i][token].w};
        if (norm != nullptr && begin + at < k) {
#pragma unroll
          for (int e = 0; e < 4; e++) {
            float low = low_bf16(w[e]), high = high_bf16(w[e]);
            square[token] = fmaf(low, low, fmaf(high, high, square[token]));
            w[e] = pack_bf16(low * factors[i][2 * e], high * factors[i][2 * e + 1]);
          }
        }
        uint32_t to = values + group * values_stride<F>(tokens) + token * 64;
        if constexpr (F::SUMS_PER_GROUP > 0) {
          float sum = 0.f;
#pragma unroll
          for (int e = 0; e < 4; e++) sum += low_bf16(w[e]) + high_bf16(w[e]);
          unsigned quad = 0xfu << (lane & 28);
          sum += __shfl_xor_sync(quad, sum, 1);
          if constexpr (F::SUMS_PER_GROUP == 1) sum += __shfl_xor_sync(quad, sum, 2);
          if (t % (4 / F::SUMS_PER_GROUP) == 0) {
            int slot = group * F::SUMS_PER_GROUP + t * F::SUMS_PER_GROUP / 4;
            uint32_t start = starts + slot * starts_stride(tokens) + token / 2 * 16 + token % 2 * 4;
            asm volatile("st.shared.f32 [%0], %1;" ::"r"(start), "f"(sum * -F::OFFSET) : "memory");
            asm volatile("st.shared.f32 [%0], %1;" ::"r"(start + 8), "f"(sum * -F::OFFSET) : "memory");
          }
        }
        if constexpr (F::PACKED) {
          // Word e belongs to lane e.
#pragma unroll
          for (int e = 0; e < 4; e++) asm volatile("st.shared.u32 [%0], %1;" ::"r"(to + e * 16 + t * 4), "r"(w[e]) : "memory");
        } else {
          asm volatile("st.shared.v4.u32 [%0], {%1,%2,%3,%4};" ::"r"(to + t * 16), "r"(w[0]), "r"(w[1]), "r"(w[2]), "r"(w[3]) : "memory");
        }
      }
    }
  }
  __syncwarp();
  if (norm != nullptr) {
#pragma unroll
    for (int token = 0; token < TOKENS; token++) {
      if (token >= tokens) break;
#pragma unroll
      for (int step = 16; step > 0; step /= 2) square[token] += __shfl_xor_sync(0xffffffffu, square[token], step);
      if (lane == 0) squares[token * CONSUMER_WARPS + warp] = square[token];
    }
  }
}

// --- epilogue --------------------------------------------------------------------------------

// Lane (g, t) of the epilogue warp owns rows g of both units for tokens 2t and 2t + 1, in the order of mma's d.
struct Owner {
  int token, g;
  __device__ explicit Owner(int lane) : token(lane % 4 * 2), g(lane / 4) {}
};

__device__ __forceinline__ float4 load_residual(const Stream& p, const Owner& owner, int row_a, int row_b) {
  float4 r = make_float4(0.f, 0.f, 0.f, 0.f);
  if (p.epilogue != ADD) return r;
  const __nv_bfloat16* out = static_cast<const __nv_bfloat16*>(p.out) + static_cast<size_t>(owner.token) * p.out_stride;
  bool second = owner.token + 1 < p.tokens;
  if (owner.token < p.tokens && row_a < p.rows) {
    r.x = load_bf16(out + row_a);
    if (second) r.y = load_bf16(out + p.out_stride + row_a);
  }
  if (owner.token < p.tokens && row_b < p.rows) {
    r.z = load_bf16(out + row_b);
    if (second) r.w = load_bf16(out + p.out_stride + row_b);
  }
  return r;
}

__device__ __forceinline__ void finish(const Stream& p, const Owner& owner, int tile, float4 sum, float4 residual, float2 rms) {
  int row_a = first_unit(p, tile) * 8 + owner.g, row_b = row_a + p.pair * 8;
  store(p, owner.token, row_a, row_b, sum.x * rms.x, sum.z * rms.x, residual.x, residual.z);
  store(p, owner.token + 1, row_a, row_b, sum.y * rms.y, sum.w * rms.y, residual.y, residual.w);
}

__device__ __forceinline__ void add(float4& a, const float4& b) {
  a.x += b.x;
  a.y += b.y;
  a.z += b.z;
  a.w += b.w;
}

// The block that arrives last at a tile adds the pieces, in the order of the segments. All tiles of the block at
// the end, because fence and counter cost microseconds, and each consumer warp its own. tiles <= 32.
template <class F>
__device__ void merge_splits(const Stream& p, const Share<F>& share, unsigned* merge, int warp, int lane) {
  if (warp == EPILOGUE_WARP) {
    __threadfence();
    __syncwarp();
    int mine = share.tile_begin + lane * share.tile_step;
    bool last = false;
    if (mine < share.tiles) {
      last = atomicAdd(p.counters + mine, 1u) == p.splits - 1u;
      if (last) p.counters[mine] = 0;
    }
    *merge = __ballot_sync(0xffffffffu, last);
    __threadfence();
  }
  named_barrier(1, CONSUMER_THREADS + 32);
  Owner owner(lane);
#pragma unroll 1
  for (int i = warp; i < 32; i += CONSUMER_WARPS) {
    if (warp == EPILOGUE_WARP || (*merge >> i & 1) == 0) continue;
    int tile = share.tile_begin + i * share.tile_step, row_a = first_unit(p, tile) * 8 + owner.g;
    float4 residual = load_residual(p, owner, row_a, row_a + p.pair * 8);
    const float4* parts = reinterpret_cast<const float4*>(p.partials) + static_cast<size_t>(tile) * p.splits * 32 + lane;
    float4 sum = make_float4(0.f, 0.f, 0.f, 0.f);
    for (int s = 0; s < p.splits; s++) add(sum, __ldcg(parts + s * 32));
    finish(p, owner, tile, sum, residual, make_float2(1.f, 1.f));
  }
}

// --- kernel ----------------------------------------------------------------------------------

template <class F>
__device__ void stream_linear(const Stream& p) {
#if __CUDA_ARCH__ < 900
  __trap();
#else
  extern __shared__ __align__(128) unsigned char shared[];
  uint32_t base = shared_address(shared);
  float* squares = reinterpret_cast<float*>(shared + SQUARES_AT);
  unsigned* merge = reinterpret_cast<unsigned*>(shared + MERGE_AT);
  float4* partial_sums = reinterpret_cast<float4*>(shared + SUMS_AT);
  const int warp = threadIdx.x / 32;

  allow_next_kernel();
  if (threadIdx.x == PRODUCER_WARP * 32) {
#pragma unroll 1
    for (int s = 0; s < p.stages; s++) {
      barrier_init(base + FULL + s * 8, 1);
      barrier_init(base + EMPTY + s * 8, CONSUMER_WARPS);
    }
    for (int b = 0; b < 2; b++) {
      barrier_init(base + READY + b * 8, CONSUMER_WARPS);
      barrier_init(base + FREE + b * 8, 1);
    }
    barrier_init_visible();
  }
  __syncthreads();
  Share<F> share(p);

  if (warp == PRODUCER_WARP) {
    const int lane = lane_id();
    uint64_t policy = evict_first();
    Cursor cursor{0, 1};
#pragma unroll 1
    for (int tile = share.tile_begin; tile < share.tiles; tile += share.tile_step) {
      int unit = first_unit(p, tile);
#pragma unroll 1
      for (int segment = share.segment_begin; segment < share.segment_end; segment++) {
        int end = share.block_end(segment);
#pragma unroll 1
        for (int block = share.block_begin(segment); block < end; block += CONSUMER_WARPS) {
          barrier_wait(base + EMPTY + cursor.at * 8, cursor.parity);
          produce<F>(p, share, base + RING_AT + cursor.at * F::STAGE_BYTES, base + FULL + cursor.at * 8, lane, unit, unit + p.pair, block, min(CONSUMER_WARPS, end - block), policy);
          cursor.next(p.stages);
        }
      }
    }
    return;
  }

  wait_for_inputs();
  if (warp == EPILOGUE_WARP) {
    const int lane = lane_id();
    Owner owner(lane);
    named_barrier(1, CONSUMER_THREADS + 32);
    float2 rms = make_float2(1.f, 1.f);
    if (p.norm != nullptr) {
      float a = 0.f, b = 0.f;
      for (int w = 0; w < CONSUMER_WARPS; w++) {
        a += squares[owner.token * CONSUMER_WARPS + w];
        b += squares[(owner.token + 1) * CONSUMER_WARPS + w];
      }
      rms = make_float2(rsqrtf(a / p.k + p.eps), rsqrtf(b / p.k + p.eps));
    }
    Cursor cursor{0, 0};
#pragma unroll 1
    for (int tile = share.tile_begin; tile < share.tiles; tile += share.tile_step) {
      int row_a = first_unit(p, tile) * 8 + owner.g;
      float4 residual = make_float4(0.f, 0.f, 0.f, 0.f), sum = residual;
      if (p.splits == 1) residual = load_residual(p, owner, row_a, row_a + p.pair * 8);
#pragma unroll 1
      for (int segment = share.segment_begin; segment < share.segment_end; segment++) {
        barrier_wait(base + READY + cursor.at * 8, cursor.parity);
        float4 part = make_float4(0.f, 0.f, 0.f, 0.f);
#pragma unroll
        for (int w = 0; w < CONSUMER_WARPS; w++) add(part, partial_sums[(cursor.at * CONSUMER_WARPS + w) * 32 + lane]);
        __syncwarp();
        if (lane == 0) barrier_arrive(base + FREE + cursor.at * 8);
        add(sum, part);
        cursor.next(2);
      }
      if (p.splits == 1) {
        finish(p, owner, tile, sum, residual, rms);
      } else {
        reinterpret_cast<float4*>(p.partials)[(static_cast<size_t>(tile) * p.splits + share.segment_begin) * 32 + lane] = sum;
      }
    }
    if (p.splits > 1) merge_splits(p, share, merge, warp, lane);
    return;
  }

  int window = share.block_begin(share.segment_begin);
  int columns = (share.segment_end - share.segment_begin) * share.per_segment * F::BLOCK_K;
  uint32_t values = base + RING_AT + p.stages * F::STAGE_BYTES, starts = values + columns / 32 * values_stride<F>(p.tokens);
  if (p.tokens == 1) {
    stage_activations<F, 1>(p.x, p.norm, p.k, p.tokens, values, starts, squares, window * F::BLOCK_K, columns);
  } else if (p.tokens == 2) {
    stage_activations<F, 2>(p.x, p.norm, p.k, p.tokens, values, starts, squares, window * F::BLOCK_K, columns);
  } else if (p.tokens <= 4) {
    stage_activations<F, 4>(p.x, p.norm, p.k, p.tokens, values, starts, squares, window * F::BLOCK_K, columns);
  } else {
    stage_activations<F, 8>(p.x, p.norm, p.k, p.tokens, values, starts, squares, window * F::BLOCK_K, columns);
  }
  named_barrier(1, CONSUMER_THREADS + 32);

  const int lane = lane_id();
  Activations x;
  x.group_stride = 64 * p.tokens;
  uint32_t my_values = values + (min(lane / 4, p.tokens - 1) * 4 + lane % 4) * 16, my_starts = starts + min(lane % 4, (p.tokens - 1) / 2) * 16;
  x.starts_stride = starts_stride(p.tokens);
  Cursor cursor{0, 0}, out{0, 1};
#pragma unroll 1
  for (int tile = share.tile_begin; tile < share.tiles; tile += share.tile_step) {
#pragma unroll 1
    for (int segment = share.segment_begin; segment < share.segment_end; segment++) {
      float acc[4] = {0.f, 0.f, 0.f, 0.f};
      int end = share.block_end(segment);
#pragma unroll 1
      for (int block = share.block_begin(segment) + warp; block < end + warp; block += CONSUMER_WARPS) {
        barrier_wait(base + FULL + cursor.at * 8, cursor.parity);
        if (block < end) {
          int group = (block - window) * (F::BLOCK_K / 32);
          x.values = my_values + group * 64 * p.tokens + group * (F::PACKED ? Activations::PAD : 0);
          x.starts = my_starts + group * F::SUMS_PER_GROUP * x.starts_stride;
          F::consume(base + RING_AT + cursor.at * F::STAGE_BYTES, warp, lane, p.k - block * F::BLOCK_K, x, acc);
        }
        __syncwarp();
        if (lane == 0) barrier_arrive(base + EMPTY + cursor.at * 8);
        cursor.next(p.stages);
      }
      barrier_wait(base + FREE + out.at * 8, out.parity);
      partial_sums[(out.at * CONSUMER_WARPS + warp) * 32 + lane] = make_float4(acc[0], acc[1], acc[2], acc[3]);
      __syncwarp();
      if (lane == 0) barrier_arrive(base + READY + out.at * 8);
      out.next(2);
    }
  }
  if (p.splits > 1) merge_splits(p, share, merge, warp, lane);
#endif
}

}  // namespace javelin

// --- exports ---------------------------------------------------------------------------------

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_bf16(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Bf16>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q4_0(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q4_0>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q4_1(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q4_1>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q8_0(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q8_0>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q4_k(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q4_K>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q5_k(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q5_K>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}

extern "C" __global__ void __launch_bounds__(javelin::STREAM_THREADS, 2)
    stream_linear_q6_k(void* out, int out_stride, const void* weights, const __nv_bfloat16* x, const float* norm, float eps, const float* bias,
                             float* partials, unsigned* counters, int rows, int k, int tokens, int segments, int splits, int pair, int stages, int epilogue,
                             int activation) {
  javelin::stream_linear<javelin::Q6_K>({out, out_stride, weights, x, norm, eps, bias, partials, counters, rows, k, tokens, segments, splits, pair, stages, epilogue, activation});
}
