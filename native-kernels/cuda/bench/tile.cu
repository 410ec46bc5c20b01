// Bench of the linears for 9 to 128 rows: a scalar float64 oracle over the weights rounded to bf16 first, then time.
//
//   tile [check] [time]      both without arguments
#include <memory>

#include "formats.cuh"

#include "../src/tile.cu"
#include "../src/wgtile.cu"

struct TileKernel {
  const void* forward;
  int tokens, rowTiles, stageBytes;
  bool groups;
};

#define TILE(name, F, N) \
  {(const void*)tile_linear_##name##_##N, N, tile::Plan<javelin::F, N>::ROW_TILES, tile::Plan<javelin::F, N>::STAGE_BYTES, false}, \
      {(const void*)wgtile_linear_##name##_##N, N, 8, wgtile::Plan<javelin::F, N>::STAGE_BYTES, true}
#define TILES(name, F) {TILE(name, F, 16), TILE(name, F, 32), TILE(name, F, 64), TILE(name, F, 128)}

static std::vector<TileKernel> tile_kernels[] = {{},
                                                 TILES(q8_0, Q8_0),
                                                 TILES(q4_0, Q4_0),
                                                 TILES(q4_1, Q4_1),
                                                 TILES(q4_k, Q4_K),
                                                 TILES(q5_k, Q5_K),
                                                 TILES(q6_k, Q6_K)};

static const TileKernel& kernel_for(const FormatInfo& f, int tokens, bool groups) {
  const TileKernel* most = nullptr;
  for (TileKernel& k : tile_kernels[&f - formats]) {
    if (k.groups != groups) continue;
    most = &k;
    if (k.tokens >= tokens) break;
  }
  return *most;
}

struct Scratch {
  Device partials{256 << 20}, counters{1 << 20};
  Scratch() { CHECK(cudaMemset(counters.p, 0, counters.bytes)); }
};

// How many pieces of columns take the fewest rounds of steps; adding pieces up costs about four steps.
static int best_splits(int tiles, int steps, int blocks) {
  int best = 1;
  double least = 1e30;
  for (int s = 1; s <= 8 && s * 2 <= steps; s++) {
    double rounds = (tiles * s + blocks - 1) / blocks, cost = rounds * ((steps + s - 1) / s + (s > 1 ? 4 : 1));
    if (cost < least) {
      least = cost;
      best = s;
    }
  }
  return best;
}

// Of wgtile, `splits` is what the blocks of the device are divided by.
static void launch(const FormatInfo& f, const TileKernel& kernel, Scratch& scratch, void* out, int stride, const void* weights, const void* x, const void* bias, int rows, int k,
                   int tokens, int splits, int pair, int epilogue, cudaStream_t stream, bool dependent) {
  void *partials = scratch.partials.p, *counters = scratch.counters.p;
  int activation = 0, stages, tiles = (rows + kernel.rowTiles * 16 - 1) / (kernel.rowTiles * 16), passes = (tokens + kernel.tokens - 1) / kernel.tokens;
  std::vector<void*> args{&out, &stride, &weights, &x, &bias, &partials, &counters, &rows, &k, &tokens};
  cudaLaunchConfig_t config = {};
  if (kernel.groups) {
    stages = std::min(wgtile::MOST_STAGES, (227 * 1024 - wgtile::RING_AT) / kernel.stageBytes);
    config.gridDim = dim3(std::min(multiprocessors / splits, tiles * passes * ((k + 255) / 256)));
    config.blockDim = dim3(384);
    config.dynamicSmemBytes = wgtile::RING_AT + stages * kernel.stageBytes;
  } else {
    int extra = kernel.tokens > 64 ? 0 : kernel.rowTiles * kernel.tokens / 8 * 512;
    int perBlock = tile::blocks(kernel.tokens) == 2 ? 113 * 1024 : 227 * 1024;
    stages = std::max(2, std::min(6, (perBlock - tile::RING_AT - extra) / kernel.stageBytes));
    args.push_back(&splits);
    config.gridDim = dim3(std::min(multiprocessors * tile::blocks(kernel.tokens), tiles * splits * passes));
    config.blockDim = dim3(tile::threads(kernel.tokens));
    config.dynamicSmemBytes = tile::RING_AT + stages * kernel.stageBytes + extra;
  }
  args.insert(args.end(), {&pair, &stages, &epilogue, &activation});
  config.stream = stream;
  cudaLaunchAttribute attribute;
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &attribute;
  config.numAttrs = dependent ? 1 : 0;
  CHECK(cudaLaunchKernelExC(&config, kernel.forward, args.data()));
}

static bool check_one(const FormatInfo& f, Scratch& scratch, int rows, int k, int epilogue, uint64_t seed) {
  const int TOKENS = 131;
  bool gated = epilogue == 2;
  int pair = gated ? rows / 16 : 1, columns = gated ? rows / 2 : rows, stride = columns + 8, bytes = epilogue == 3 ? 4 : 2;
  Device source(f.packed_bytes(rows, k) * 2 + 1024), units(f.packed_bytes(rows, k)), x(static_cast<size_t>(TOKENS) * k * 2), bias(rows * 4), out(static_cast<size_t>(TOKENS) * stride * bytes),
      before(out.bytes);
  random_source(f, source.p, rows, k, seed, 2.0 / sqrt(k));
  const void* weights = source.p;
  if (f.pack) {
    pack(f, units.p, source.p, rows, k);
    weights = units.p;
  }
  fill_bf16<<<64, 256>>>(x.as<bf16>(), x.bytes / 2, seed + 1, 2.f);
  fill_bf16<<<64, 256>>>(before.as<bf16>(), before.bytes / 2, seed + 2, 1.f);
  std::vector<float> hb(rows);
  for (int i = 0; i < rows; i++) hb[i] = (mix(seed + 99 + i) & 1023) / 1024.f - 0.5f;
  CHECK(cudaMemcpy(bias.p, hb.data(), rows * 4, cudaMemcpyHostToDevice));
  std::vector<uint8_t> hw(f.pack ? static_cast<size_t>(rows) * k / f.block * f.bytes : static_cast<size_t>(rows) * k * 2), h0(out.bytes), got(out.bytes);
  std::vector<bf16> hx(static_cast<size_t>(TOKENS) * k);
  CHECK(cudaMemcpy(hw.data(), source.p, hw.size(), cudaMemcpyDeviceToHost));
  CHECK(cudaMemcpy(hx.data(), x.p, x.bytes, cudaMemcpyDeviceToHost));
  CHECK(cudaMemcpy(h0.data(), before.p, before.bytes, cudaMemcpyDeviceToHost));
  std::vector<float> fx(hx.size()), w(k), raw(static_cast<size_t>(TOKENS) * rows);
  for (size_t i = 0; i < fx.size(); i++) fx[i] = __bfloat162float(hx[i]);
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < k; i++) w[i] = round_bf16(element(f, hw.data() + row * (hw.size() / rows), i));
    for (int t = 0; t < TOKENS; t++) {
      double s = hb[row];
      for (int i = 0; i < k; i++) s += static_cast<double>(w[i]) * fx[static_cast<size_t>(t) * k + i];
      raw[static_cast<size_t>(t) * rows + row] = s;
    }
  }
  auto value = [&](const std::vector<uint8_t>& v, size_t i) {
    if (bytes == 4) {
      float y;
      memcpy(&y, v.data() + 4 * i, 4);
      return static_cast<double>(y);
    }
    bf16 y;
    memcpy(&y, v.data() + 2 * i, 2);
    return static_cast<double>(__bfloat162float(y));
  };
  bool good = true;
  double worst = 0;
  for (int variant = 0; variant < 24; variant++) {
      const int tokens = std::vector<int>{9, 16, 31, 64, 100, 131}[variant / 4], splits = variant % 2 ? 3 : 1;
      const TileKernel& kernel = kernel_for(f, tokens, variant % 4 > 1);
      if (splits > 1 && !kernel.groups && (k + 255) / 256 < splits) continue;
      CHECK(cudaMemcpy(out.p, before.p, out.bytes, cudaMemcpyDeviceToDevice));
      if (epilogue != 1)
        for (int t = 0; t < tokens; t++) CHECK(cudaMemset(out.as<char>() + static_cast<size_t>(t) * stride * bytes, 0xff, columns * bytes));
      launch(f, kernel, scratch, out.p, stride, weights, x.p, bias.p, rows, k, tokens, splits * (kernel.groups && splits > 1 ? 6 : 1), pair, epilogue, 0, false);
      CHECK(cudaDeviceSynchronize());
      CHECK(cudaMemcpy(got.data(), out.p, out.bytes, cudaMemcpyDeviceToHost));
      double error = 0, norm = 0;
      for (int t = 0; t < TOKENS; t++)
        for (int c = 0; c < stride; c++) {
          size_t i = static_cast<size_t>(t) * stride + c;
          if (t >= tokens || c >= columns) {
            if (memcmp(got.data() + i * bytes, h0.data() + i * bytes, bytes)) good = false, error = NAN;
            continue;
          }
          double want = raw[static_cast<size_t>(t) * rows + c];
          if (gated) want = want / (1 + exp(-want)) * raw[static_cast<size_t>(t) * rows + rows / 2 + c];
          if (epilogue == 1) want += value(h0, i);
          double d = value(got, i) - want;
          error += d * d;
          norm += want * want;
        }
      double relative = sqrt(error / norm);
      if (!(relative < (f.pack || bytes == 2 ? 3e-3 : 1e-4))) {
        printf("%s%s %dx%d epilogue %d tokens %d splits %d: error %g\n", kernel.groups ? "wg" : "", f.name, rows, k, epilogue, tokens, splits, relative);
        good = false;
      }
      worst = std::max(worst, relative);
    }
  printf("  %-5s %5d x %-5d epilogue %d  error %.1e %s\n", f.name, rows, k, epilogue, worst, good ? "ok" : "WRONG");
  return good;
}

// All matrices of a step: alone, and all 129 one after the other as a graph with programmatic launch.
static void time(bool groups) {
  Scratch scratch;
  Device x(128 * 14336 * 2), out(static_cast<size_t>(128) * 128256 * 4);
  fill_bf16<<<64, 256>>>(x.as<bf16>(), x.bytes / 2, 3, 1.f);
  printf("time, %s: one matrix, weights rotated, graph without programmatic launch; us (TB/s of weights, TFLOP/s)\n", groups ? "wgtile" : "tile");
  for (FormatInfo& f : formats) {
    if (!f.pack || !strcmp(f.name, "q4_1") || !strcmp(f.name, "q5_k")) continue;
    double sums[4] = {};
    std::vector<std::unique_ptr<Device>> all;
    size_t pitches[5], copies[5];
    for (int i = 0; i < 5; i++) {
      const Matrix& m = matrices[i];
      size_t bytes = f.packed_bytes(m.rows, m.k);
      pitches[i] = (bytes + 1023) / 1024 * 1024;
      copies[i] = 200e6 / bytes + 1;
      all.emplace_back(new Device(pitches[i] * copies[i]));
      for (size_t c = 0; c < copies[i]; c++) random_weights(f, all.back()->as<char>() + c * pitches[i], m.rows, m.k, c + 1);
    }
    auto one = [&](int i, int use, int tokens, cudaStream_t st, bool dependent) {
      const Matrix& m = matrices[i];
      const TileKernel& kernel = kernel_for(f, tokens, groups);
      int tiles = (m.rows + kernel.rowTiles * 16 - 1) / (kernel.rowTiles * 16);
      int splits = groups ? 1 : best_splits(tiles * ((tokens + kernel.tokens - 1) / kernel.tokens), (m.k + 255) / 256, multiprocessors * tile::blocks(kernel.tokens));
      bool gated = m.epilogue == 2;
      launch(f, kernel, scratch, out.p, gated ? m.rows / 2 : m.rows, all[i]->as<char>() + use % copies[i] * pitches[i], x.p, nullptr, m.rows, m.k, tokens, splits, gated ? m.rows / 16 : 1, m.epilogue,
             st, dependent);
    };
    for (int i = 0; i < 5; i++) {
      const Matrix& m = matrices[i];
      printf("  %-5s %-8s", f.name, m.name);
      for (int column = 0; column < 4; column++) {
        int tokens = 16 << column;
        double s = graph_seconds([&](cudaStream_t st) { for (int n = 0; n < 12; n++) one(i, n, tokens, st, false); }, 5) / 12;
        printf(" | %3d %7.1f (%.2f %4.0f)", tokens, s * 1e6, f.packed_bytes(m.rows, m.k) / s / 1e12, 2.0 * m.rows * m.k * tokens / s / 1e12);
        sums[column] += s * (i == 4 ? 1 : 32);
      }
      printf("\n");
    }
    printf("  %-5s sum     ", f.name);
    for (double s : sums) printf(" | %22.3f ms", s * 1e3);
    printf("\n  %-5s step    ", f.name);
    for (int tokens : {16, 32, 64, 128})
      printf(" | %22.3f ms", 1e3 * graph_seconds(
                                         [&](cudaStream_t st) {
                                           for (int layer = 0; layer < 32; layer++)
                                             for (int i = 0; i < 4; i++) one(i, layer, tokens, st, true);
                                           one(4, 0, tokens, st, true);
                                         },
                                         5));
    printf("\n");
  }
}

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IONBF, 0);
  auto wants = [&](const char* what) { return argc == 1 || !strcmp(argv[1], what); };
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  multiprocessors = properties.multiProcessorCount;
  printf("%s, %d multiprocessors\n", properties.name, multiprocessors);
  for (auto& all : tile_kernels)
    for (TileKernel& k : all) CHECK(cudaFuncSetAttribute(k.forward, cudaFuncAttributeMaxDynamicSharedMemorySize, 227 * 1024));
  bool good = true;
  if (wants("check")) {
    Scratch scratch;
    printf("check\n");
    for (FormatInfo& f : formats) {
      if (!f.pack) continue;
      int step = f.block > 32 ? 256 : 32;
      good &= check_one(f, scratch, 48, step == 256 ? 256 : 96, 0, 1);
      good &= check_one(f, scratch, 200, step == 256 ? 768 : 1056, 1, 2);
      good &= check_one(f, scratch, 320, 1280, 2, 3);
      good &= check_one(f, scratch, 136, 2048, 3, 4);
    }
  }
  if (good && wants("time"))
    for (bool groups : {false, true})
      if (groups || argc == 1) time(groups);
  return good ? 0 : 1;
}
