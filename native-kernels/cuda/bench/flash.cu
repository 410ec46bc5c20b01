// Bench of the attention kernels: a scalar float64 oracle first, then time.
//
//   flash [check | time | profile]      the first two without arguments; profile: one long prompt, for ncu
#include "bench.cuh"

#include "../src/flash.cu"
#include "../src/prefill.cu"
#include "../src/wgprefill.cu"

enum Kind { DECODE, PREFILL, WGPREFILL };

// Kernels of a head size, by kind.
struct Kernels {
  int d;
  const void* function[3];
  int shared[3];
};

#define KERNELS(D, wgprefill, shared) \
  {D, {(const void*)flash_decode_bf16_##D, (const void*)prefill_bf16_##D, (const void*)wgprefill}, {flash::decodeShared<D>(), flash::prefillShared<D>(), shared}}

static Kernels kernels[] = {KERNELS(64, wgprefill_bf16_64, wgprefill::shared<64>()),
                            KERNELS(80, nullptr, 0),
                            KERNELS(96, nullptr, 0),
                            KERNELS(128, wgprefill_bf16_128, wgprefill::shared<128>()),
                            KERNELS(192, nullptr, 0),
                            KERNELS(256, nullptr, 0)};

// A batch on the device. Blocks of a sequence lie scattered.
struct Batch {
  int d, heads, kvHeads, bits, sequences, rows = 0, maxBlocks = 1, blocks = 0;
  std::vector<int> lengths, queries, start{0}, tables;
  Device *out, *qkv, *cache, *seqLens, *queryStart, *blockTables, *partials, *counters;

  Batch(int d, int heads, int kvHeads, int bits, std::vector<int> lengths, std::vector<int> queries, uint64_t seed)
      : d(d), heads(heads), kvHeads(kvHeads), bits(bits), sequences(lengths.size()), lengths(lengths), queries(queries) {
    for (int s = 0; s < sequences; s++) {
      rows += queries[s];
      start.push_back(rows);
      maxBlocks = std::max(maxBlocks, (lengths[s] + (1 << bits) - 1) >> bits);
    }
    tables.assign(static_cast<size_t>(sequences) * maxBlocks, 0);
    for (int s = 0; s < sequences; s++) blocks += (lengths[s] + (1 << bits) - 1) >> bits;
    std::vector<int> order(blocks);
    for (int i = 0; i < blocks; i++) order[i] = i;
    for (int i = blocks - 1; i > 0; i--) std::swap(order[i], order[mix(seed + i) % (i + 1)]);
    int next = 0;
    for (int s = 0; s < sequences; s++)
      for (int b = 0; b < (lengths[s] + (1 << bits) - 1) >> bits; b++) tables[static_cast<size_t>(s) * maxBlocks + b] = order[next++];
    auto ints = [](const std::vector<int>& v) {
      Device* device = new Device(v.size() * 4);
      CHECK(cudaMemcpy(device->p, v.data(), v.size() * 4, cudaMemcpyHostToDevice));
      return device;
    };
    seqLens = ints(lengths);
    queryStart = ints(start);
    blockTables = ints(tables);
    out = new Device(static_cast<size_t>(rows) * heads * d * 2);
    qkv = new Device(static_cast<size_t>(rows) * (heads + 2 * kvHeads) * d * 2);
    cache = new Device((static_cast<size_t>(std::max(blocks, 1)) * kvHeads * 2 * d * 2) << bits);
    partials = new Device(static_cast<size_t>(sequences) * kvHeads * ((heads / kvHeads + 15) / 16) * 64 * 16 * (d + 2) * 4);
    counters = new Device(static_cast<size_t>(sequences) * heads * 4);
    CHECK(cudaMemset(counters->p, 0, counters->bytes));
    fill_bf16<<<1024, 256>>>(qkv->as<bf16>(), qkv->bytes / 2, seed, 2.f);
    fill_bf16<<<1024, 256>>>(cache->as<bf16>(), cache->bytes / 2, seed + 1, 2.f);
  }
  ~Batch() {
    for (Device* device : {out, qkv, cache, seqLens, queryStart, blockTables, partials, counters}) delete device;
  }
  size_t keyBytes() const {
    size_t keys = 0;
    for (int l : lengths) keys += l;
    return keys * kvHeads * d * 4;
  }
};

static void launch(const Kernels& k, Batch& b, Kind kind, int splits, int window, float softcap, cudaStream_t stream, size_t cacheOffset = 0) {
  void *out = b.out->p, *qkv = b.qkv->p, *cache = b.cache->as<char>() + cacheOffset, *seqLens = b.seqLens->p, *queryStart = b.queryStart->p, *tables = b.blockTables->p,
       *partials = b.partials->p, *counters = b.counters->p;
  float scale = 1.f / sqrtf(static_cast<float>(b.d));
  int group = b.heads / b.kvHeads, tiles = (*std::max_element(b.queries.begin(), b.queries.end()) * group + 127) / 128;
  std::vector<void*> args{&out, &qkv, &cache, &seqLens};
  dim3 grid, block;
  if (kind == DECODE) {
    args.insert(args.end(), {&tables, &partials, &counters});
    grid = dim3(b.kvHeads * ((group + 15) / 16), b.sequences, splits);
    block = dim3(128);
  } else {
    args.insert(args.end(), {&queryStart, &tables});
    grid = dim3(tiles, b.kvHeads, b.sequences);
    block = dim3(256);
    if (kind == WGPREFILL) {
      args.push_back(&b.sequences);
      grid = dim3(std::min(multiprocessors, tiles * b.kvHeads * b.sequences));
      block = dim3(384);
    }
  }
  args.insert(args.end(), {&b.maxBlocks, &b.bits, &b.heads, &b.kvHeads, &scale, &window, &softcap});
  CHECK(cudaLaunchKernel(k.function[kind], grid, block, args.data(), k.shared[kind], stream));
}

static std::vector<float> host(Device* device) {
  std::vector<bf16> raw(device->bytes / 2);
  CHECK(cudaMemcpy(raw.data(), device->p, device->bytes, cudaMemcpyDeviceToHost));
  std::vector<float> v(raw.size());
  for (size_t i = 0; i < v.size(); i++) v[i] = __bfloat162float(raw[i]);
  return v;
}

static std::vector<double> oracle(Batch& b, int window, float softcap) {
  std::vector<float> qkv = host(b.qkv), cache = host(b.cache);
  std::vector<double> out(static_cast<size_t>(b.rows) * b.heads * b.d);
  int group = b.heads / b.kvHeads, size = 1 << b.bits;
  for (int s = 0; s < b.sequences; s++)
    for (int i = 0; i < b.queries[s]; i++)
      for (int h = 0; h < b.heads && b.lengths[s] > 0; h++) {
        int row = b.start[s] + i, position = b.lengths[s] - b.queries[s] + i, kv = h / group;
        const float* q = &qkv[(static_cast<size_t>(row) * (b.heads + 2 * b.kvHeads) + h) * b.d];
        int first = window > 0 ? std::max(0, position - window + 1) : 0;
        std::vector<double> score;
        double best = -1e300, total = 0;
        auto at = [&](int key, int which) {
          return &cache[(((static_cast<size_t>(b.tables[static_cast<size_t>(s) * b.maxBlocks + key / size]) * b.kvHeads + kv) * 2 + which) * size + key % size) * b.d];
        };
        for (int key = first; key <= position; key++) {
          double dot = 0;
          const float* k = at(key, 0);
          for (int c = 0; c < b.d; c++) dot += static_cast<double>(q[c]) * k[c];
          dot /= sqrt(static_cast<double>(b.d));
          if (softcap > 0) dot = softcap * tanh(dot / softcap);
          score.push_back(dot);
          best = std::max(best, dot);
        }
        double* o = &out[(static_cast<size_t>(row) * b.heads + h) * b.d];
        for (int key = first; key <= position; key++) {
          double w = exp(score[key - first] - best);
          total += w;
          const float* v = at(key, 1);
          for (int c = 0; c < b.d; c++) o[c] += w * v[c];
        }
        for (int c = 0; c < b.d; c++) o[c] /= total;
      }
  return out;
}

static bool compare(const char* what, const Kernels& k, Batch& b, const std::vector<double>& want) {
  std::vector<float> got = host(b.out);
  double error = 0, norm = 0;
  for (size_t i = 0; i < want.size(); i++) {
    double d = got[i] - want[i];
    error += d * d;
    norm += want[i] * want[i];
  }
  double relative = sqrt(error / norm);
  bool good = relative < 6e-3;
  printf("  %-24s D %3d heads %2d/%d block %d  error %.1e %s\n", what, k.d, b.heads, b.kvHeads, 1 << b.bits, relative, good ? "ok" : "WRONG");
  return good;
}

using Lengths = std::pair<std::vector<int>, std::vector<int>>;

static bool check() {
  printf("check\n");
  bool good = true;
  int seed = 1;
  for (const Kernels& k : kernels)
    for (int variant = 0; variant < 4; variant++) {
      int kvHeads = variant == 1 ? 1 : 2, heads = kvHeads * (variant == 0 ? 4 : variant == 1 ? 7 : variant == 2 ? 1 : 18), bits = variant == 1 ? 4 : variant == 2 ? 7 : 6;
      int window = variant == 2 ? 100 : 0;
      float softcap = variant == 3 ? 3.f : 0.f;
      {
        Batch b(k.d, heads, kvHeads, bits, {1, 64, 65, 0, 577, 1500}, {1, 1, 1, 1, 1, 1}, seed += 10);
        std::vector<double> want = oracle(b, window, softcap);
        for (int splits : {1, 5, 33}) {
          for (int repeat = 0; repeat < 2; repeat++) {
            CHECK(cudaMemset(b.out->p, 0xff, b.out->bytes));
            launch(k, b, DECODE, splits, window, softcap, 0);
            CHECK(cudaDeviceSynchronize());
          }
          good &= compare(splits == 1 ? "decode 1 split" : splits == 5 ? "decode 5 splits" : "decode 33 splits", k, b, want);
        }
      }
      for (auto c : {Lengths{{70, 1, 300, 513, 0, 129}, {70, 1, 1, 33, 1, 128}}, {{1100, 257, 128, 2}, {300, 257, 128, 1}}}) {
        Batch b(k.d, heads, kvHeads, bits, c.first, c.second, seed += 10);
        std::vector<double> want = oracle(b, window, softcap);
        for (Kind kind : {PREFILL, WGPREFILL}) {
          if (k.function[kind] == nullptr) continue;
          for (int repeat = 0; repeat < 2; repeat++) {
            CHECK(cudaMemset(b.out->p, 0xff, b.out->bytes));
            launch(k, b, kind, 1, window, softcap, 0);
            CHECK(cudaDeviceSynchronize());
          }
          good &= compare(kind == PREFILL ? "prefill" : "wgprefill", k, b, want);
        }
      }
    }
  return good;
}

static void time() {
  const Kernels& k = kernels[3];
  printf("time: 32 query heads, 8 key heads, D 128; caches rotated over more than 4 x L2 where they are smaller\n");
  struct Decode {
    int sequences, length;
  };
  for (Decode c : {Decode{1, 576}, {1, 4096}, {1, 32768}, {8, 576}, {32, 576}, {128, 576}, {128, 1024}, {256, 576}}) {
    size_t bytes = static_cast<size_t>(c.sequences) * c.length * 4096;
    int copies = std::max(1, static_cast<int>(std::min<size_t>(200, 260000000 / bytes)));
    // One batch whose block numbers are shifted into another part of the cache each time.
    Batch b(128, 32, 8, 6, std::vector<int>(c.sequences, c.length), std::vector<int>(c.sequences, 1), 7);
    delete b.cache;
    size_t copyBytes = (static_cast<size_t>(b.blocks) * 8 * 2 * 128 * 2) << 6;
    b.cache = new Device(copyBytes * copies);
    fill_bf16<<<1024, 256>>>(b.cache->as<bf16>(), b.cache->bytes / 2, 3, 2.f);
    for (int factor : {1, 2, 4}) {
      int splits = std::min(64, std::max(1, multiprocessors * factor / (c.sequences * 8)));
      int launches = std::max(4, std::min(64, static_cast<int>(2e9 / bytes)));
      double s = graph_seconds(
                     [&](cudaStream_t st) {
                       for (int i = 0; i < launches; i++) launch(k, b, DECODE, splits, 0, 0.f, st, copyBytes * (i % copies));
                     },
                     7) / launches;
      printf("  decode %3d x %5d splits %2d: %8.2f us %6.2f TB/s\n", c.sequences, c.length, splits, s * 1e6, bytes / s / 1e12);
      if (splits == 1) break;
    }
  }
  for (const Kernels& p : {kernels[3], kernels[0]})
    for (auto c : {std::pair<int, int>{1, 512}, {1, 2048}, {1, 4096}, {16, 4096}, {1, 16384}}) {
      Batch b(p.d, 32, 8, 6, std::vector<int>(c.first, c.second), std::vector<int>(c.first, c.second), 7);
      double flop = 4.0 * 32 * p.d * c.first * (static_cast<double>(c.second) * (c.second + 1) / 2);
      for (Kind kind : {PREFILL, WGPREFILL}) {
        double s = graph_seconds([&](cudaStream_t st) { launch(p, b, kind, 1, 0, 0.f, st); }, 5);
        printf("  %s D %3d %2d x %4d: %9.1f us %6.1f TFLOP/s (causal half counted)\n", kind == PREFILL ? "prefill  " : "wgprefill", p.d, c.first, c.second, s * 1e6, flop / s / 1e12);
      }
    }
  // A chunk beside decodes: what a step of continuous batching is.
  std::vector<int> lengths(128, 576), queries(128, 1);
  lengths[5] = 2048;
  queries[5] = 512;
  Batch b(128, 32, 8, 6, lengths, queries, 7);
  for (Kind kind : {PREFILL, WGPREFILL})
    printf("  %s 512 of 2,048 and 127 x 576: %9.1f us\n", kind == PREFILL ? "prefill  " : "wgprefill", graph_seconds([&](cudaStream_t st) { launch(k, b, kind, 1, 0, 0.f, st); }, 5) * 1e6);
}

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IONBF, 0);
  auto wants = [&](const char* what) { return argc == 1 || !strcmp(argv[1], what); };
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  multiprocessors = properties.multiProcessorCount;
  printf("%s, %d multiprocessors\n", properties.name, multiprocessors);
  for (const Kernels& k : kernels) {
    for (Kind kind : {DECODE, PREFILL, WGPREFILL})
      if (k.function[kind] != nullptr) CHECK(cudaFuncSetAttribute(k.function[kind], cudaFuncAttributeMaxDynamicSharedMemorySize, k.shared[kind]));
  }
  if (wants("check") && !check()) return 1;
  if (wants("time")) time();
  if (argc > 1 && !strcmp(argv[1], "profile")) {
    Batch b(128, 32, 8, 6, {8192}, {8192}, 7);
    launch(kernels[3], b, WGPREFILL, 1, 0, 0.f, 0);
    CHECK(cudaDeviceSynchronize());
  }
  return 0;
}
