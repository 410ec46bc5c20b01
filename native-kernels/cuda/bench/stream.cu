// Bench of the streaming linear: correctness against a scalar float64 oracle first, then time.
//
//   stream [check] [time] [step]      all three without arguments; one: for a profiler
//
// check: every format, ugly sizes, 1 / 3 / 8 tokens, poisoned outputs; token results bit-equal for any number
//        of tokens and any split.
// time:  each matrix of the Llama-3.1-8B shape, weights rotated over more than 4 x L2, medians of graph replays.
// step:  all linears of a decode step, 32 layers and the head, as plain launches, as a graph, with programmatic
//        dependent launch.
#include "formats.cuh"

#include "../src/stream.cu"

static const double read_ceiling = 3.1e12;  // bytes per second of an H100: the probe (probe.cu) tells a card's
// Kernel, stage and default ring of each row of `formats`.
struct StreamFormat {
  const void* forward;
  int stage, default_stages;
};

#define STREAM(name, F, stages) {(const void*)stream_linear_##name, javelin::F::STAGE_BYTES, stages}

static StreamFormat stream_formats[] = {STREAM(bf16, Bf16, 4), STREAM(q8_0, Q8_0, 4), STREAM(q4_0, Q4_0, 3), STREAM(q4_1, Q4_1, 3),
                                        STREAM(q4_k, Q4_K, 3), STREAM(q5_k, Q5_K, 3), STREAM(q6_k, Q6_K, 3)};

static const StreamFormat& stream_of(const FormatInfo& f) { return stream_formats[&f - formats]; }

static int segments_of(int k) { return std::max(1, (k + 4095) / 4096); }

static int shared_bytes(const FormatInfo& f, int k, int tokens, int segments, int splits, int stages) {
  int per_segment = ((k + 255) / 256 + segments - 1) / segments * 256;
  int columns = per_segment * (splits > 1 ? 1 : segments);
  return javelin::RING_AT + stages * stream_of(f).stage + columns / 32 * (64 * tokens + (f.pack ? 16 : 0) + f.sums * javelin::starts_stride(tokens));
}

struct Call {
  const FormatInfo* f;
  void* out;
  int out_stride;
  const void* weights;
  const bf16* x;
  const float* norm;
  float eps;
  const float* bias;
  float* partials;
  unsigned* counters;
  int rows, k, tokens, segments, splits, pair, stages, epilogue, activation;
};

static void launch(Call c, cudaStream_t stream, bool dependent) {
  void* args[] = {&c.out, &c.out_stride, &c.weights, &c.x, &c.norm, &c.eps, &c.bias, &c.partials, &c.counters, &c.rows, &c.k, &c.tokens, &c.segments,
                  &c.splits, &c.pair, &c.stages, &c.epilogue, &c.activation};
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(multiprocessors / c.splits * c.splits);
  config.blockDim = dim3(javelin::STREAM_THREADS);
  config.dynamicSmemBytes = shared_bytes(*c.f, c.k, c.tokens, c.segments, c.splits, c.stages);
  config.stream = stream;
  cudaLaunchAttribute attribute;
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &attribute;
  config.numAttrs = dependent ? 1 : 0;
  CHECK(cudaLaunchKernelExC(&config, stream_of(*c.f).forward, args));
}

static bool check_one(const FormatInfo& f, int rows, int k, int epilogue, bool normed, bool biased, uint64_t seed) {
  bool gated = epilogue == javelin::GATED;
  int pair = gated ? rows / 16 : 1, segments = segments_of(k);
  Device source(f.packed_bytes(rows, k) * 2 + 1024), units(f.packed_bytes(rows, k)), x(static_cast<size_t>(8) * k * 2), norm(k * 4), bias(rows * 4);
  random_source(f, source.p, rows, k, seed, 2.0 / sqrt(k));
  CHECK(cudaMemset(units.p, 0xff, units.bytes));
  const void* weights = source.p;
  if (f.pack) {
    pack(f, units.p, source.p, rows, k);
    weights = units.p;
  }
  fill_bf16<<<64, 256>>>(x.as<bf16>(), static_cast<size_t>(8) * k, seed + 1, 2.f);
  std::vector<float> hn(k), hb(rows);
  for (int i = 0; i < k; i++) hn[i] = 0.5f + (mix(seed + 77 + i) & 1023) / 1024.f;
  for (int i = 0; i < rows; i++) hb[i] = (mix(seed + 99 + i) & 1023) / 1024.f - 0.5f;
  CHECK(cudaMemcpy(norm.p, hn.data(), k * 4, cudaMemcpyHostToDevice));
  CHECK(cudaMemcpy(bias.p, hb.data(), rows * 4, cudaMemcpyHostToDevice));
  int columns = gated ? rows / 2 : rows, stride = columns + 24;
  int element_bytes = epilogue == javelin::LOGITS ? 4 : 2;
  size_t out_bytes = static_cast<size_t>(8) * stride * element_bytes;
  Device out(out_bytes), before(out_bytes), partials(static_cast<size_t>((rows + 15) / 16) * segments * 512), counters((rows + 15) / 16 * 4);
  CHECK(cudaMemset(counters.p, 0, counters.bytes));
  fill_bf16<<<64, 256>>>(before.as<bf16>(), out_bytes / 2, seed + 2, 1.f);
  std::vector<uint8_t> hw(f.pack ? static_cast<size_t>(rows) * k / f.block * f.bytes : static_cast<size_t>(rows) * k * 2);
  std::vector<bf16> hx(static_cast<size_t>(8) * k);
  std::vector<uint8_t> h0(out_bytes);
  CHECK(cudaMemcpy(hw.data(), source.p, hw.size(), cudaMemcpyDeviceToHost));
  CHECK(cudaMemcpy(hx.data(), x.p, hx.size() * 2, cudaMemcpyDeviceToHost));
  CHECK(cudaMemcpy(h0.data(), before.p, out_bytes, cudaMemcpyDeviceToHost));

  std::vector<double> want(static_cast<size_t>(8) * columns), y(rows), decoded(k);
  std::vector<double> raw(static_cast<size_t>(8) * rows);
  std::vector<double> xn(static_cast<size_t>(8) * k);
  for (int t = 0; t < 8; t++) {
    double squares = 0;
    for (int i = 0; i < k; i++) squares += pow(static_cast<double>(__bfloat162float(hx[static_cast<size_t>(t) * k + i])), 2);
    double r = normed ? 1 / sqrt(squares / k + 1e-5) : 1;
    for (int i = 0; i < k; i++) {
      double v = __bfloat162float(hx[static_cast<size_t>(t) * k + i]);
      xn[static_cast<size_t>(t) * k + i] = normed ? round_bf16(v * hn[i]) * r : v;
    }
  }
  size_t row_bytes = hw.size() / rows;
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < k; i++) decoded[i] = element(f, hw.data() + row * row_bytes, i);
    for (int t = 0; t < 8; t++) {
      double s = biased ? hb[row] : 0;
      for (int i = 0; i < k; i++) s += decoded[i] * xn[static_cast<size_t>(t) * k + i];
      raw[static_cast<size_t>(t) * rows + row] = s;
    }
  }
  auto bf = [&](size_t i) {
    bf16 v;
    memcpy(&v, h0.data() + i * 2, 2);
    return static_cast<double>(__bfloat162float(v));
  };
  for (int t = 0; t < 8; t++)
    for (int c = 0; c < columns; c++) {
      double v = raw[static_cast<size_t>(t) * rows + c];
      if (gated) v = v / (1 + exp(-v)) * raw[static_cast<size_t>(t) * rows + rows / 2 + c];
      if (epilogue == javelin::ADD) v += bf(static_cast<size_t>(t) * stride + c);
      want[static_cast<size_t>(t) * columns + c] = v;
    }

  bool good = true;
  std::vector<uint8_t> first, got(out_bytes);
  double worst = 0;
  for (int tokens : {8, 3, 1}) {
    for (int splits : {1, segments}) {
      if (normed && splits > 1) continue;
      int stages = 3;
      while (stages > 2 && shared_bytes(f, k, tokens, segments, splits, stages) > 227 * 1024) stages--;
      if (shared_bytes(f, k, tokens, segments, splits, stages) > 227 * 1024) continue;
      CHECK(cudaMemcpy(out.p, before.p, out_bytes, cudaMemcpyDeviceToDevice));
      if (epilogue != javelin::ADD)
        for (int t = 0; t < tokens; t++) CHECK(cudaMemset(out.as<char>() + static_cast<size_t>(t) * stride * element_bytes, 0xff, columns * element_bytes));
      launch({&f, out.p, stride, weights, x.as<bf16>(), normed ? norm.as<float>() : nullptr, 1e-5f, biased ? bias.as<float>() : nullptr, partials.as<float>(),
              counters.as<unsigned>(), rows, k, tokens, segments, splits, pair, stages, epilogue, 0}, 0, false);
      CHECK(cudaDeviceSynchronize());
      CHECK(cudaMemcpy(got.data(), out.p, out_bytes, cudaMemcpyDeviceToHost));
      double error = 0, norm2 = 0;
      for (int t = 0; t < tokens; t++)
        for (int c = 0; c < stride; c++) {
          size_t i = static_cast<size_t>(t) * stride + c;
          if (c >= columns) {
            if (memcmp(got.data() + i * element_bytes, h0.data() + i * element_bytes, element_bytes)) {
              printf("%s %dx%d: wrote beyond the row\n", f.name, rows, k);
              good = false;
            }
            continue;
          }
          double v;
          if (epilogue == javelin::LOGITS) {
            float w;
            memcpy(&w, got.data() + i * 4, 4);
            v = w;
          } else {
            bf16 w;
            memcpy(&w, got.data() + i * 2, 2);
            v = __bfloat162float(w);
          }
          double d = v - want[static_cast<size_t>(t) * columns + c];
          error += d * d;
          norm2 += want[static_cast<size_t>(t) * columns + c] * want[static_cast<size_t>(t) * columns + c];
        }
      double relative = sqrt(error / norm2);
      if (!(relative < (epilogue == javelin::LOGITS ? 2e-5 : 3e-3))) {
        printf("%s %dx%d epilogue %d tokens %d splits %d: error %g of %g\n", f.name, rows, k, epilogue, tokens, splits, sqrt(error), sqrt(norm2));
        for (int c = 0; c < 4; c++) printf("   want %g d %g w %g x %g\n", want[c], half_to_double(hw.data() + std::max(f.d_at, 0)), element(f, hw.data(), c), xn[c]);
        good = false;
      }
      worst = std::max(worst, relative);
      if (first.empty()) first = got;
      for (int t = 0; t < tokens; t++)
        if (memcmp(got.data() + static_cast<size_t>(t) * stride * element_bytes, first.data() + static_cast<size_t>(t) * stride * element_bytes, columns * element_bytes)) {
          printf("%s %dx%d epilogue %d tokens %d splits %d: differs from 8 tokens\n", f.name, rows, k, epilogue, tokens, splits);
          good = false;
          break;
        }
      if (segments == 1) break;
    }
  }
  // The way back.
  if (f.unpack && rows <= 512) {
    Device panel(static_cast<size_t>(rows) * k * 2);
    CHECK(cudaMemset(panel.p, 0xff, panel.bytes));
    void* args[] = {&panel.p, &units.p, &rows, &k};
    CHECK(cudaLaunchKernel(f.unpack, dim3(512), dim3(256), args, 0, 0));
    std::vector<bf16> hp(static_cast<size_t>(rows) * k);
    CHECK(cudaMemcpy(hp.data(), panel.p, panel.bytes, cudaMemcpyDeviceToHost));
    for (int row = 0; row < rows; row++)
      for (int i = 0; i < k; i++) {
        double w = element(f, hw.data() + row * row_bytes, i), v = __bfloat162float(hp[static_cast<size_t>(row) * k + i]);
        if (!(fabs(v - w) <= 0.0042 * fabs(w) + 1e-7)) {
          printf("%s unpack [%d, %d]: %g, want %g\n", f.name, row, i, v, w);
          return false;
        }
      }
  }
  printf("  %-5s %5d x %-5d epilogue %d%s%s  error %.1e %s\n", f.name, rows, k, epilogue, normed ? " norm" : "", biased ? " bias" : "", worst, good ? "ok" : "WRONG");
  return good;
}

static bool check_all() {
  printf("check\n");
  bool good = true;
  for (FormatInfo& f : formats) {
    int k_step = f.block > 32 ? 256 : 32;
    good &= check_one(f, 48, k_step == 256 ? 256 : 32, javelin::STORE, false, true, 1);
    good &= check_one(f, 40, k_step == 256 ? 768 : 576, javelin::STORE, true, false, 2);
    good &= check_one(f, 1024, k_step == 256 ? 1024 : 1056, javelin::GATED, true, false, 3);
    good &= check_one(f, 2128, 2048, javelin::LOGITS, true, false, 4);
    good &= check_one(f, 272, 14336, javelin::ADD, false, false, 5);
    good &= check_one(f, 192, 4096, javelin::LOGITS, false, false, 6);
    good &= check_one(f, 2304, 4096, javelin::ADD, false, false, 7);
  }
  return good;
}

// --- timing ----------------------------------------------------------------------------------

static int splits_of(const FormatInfo& f, int k, int tokens, int stages, int limit_kb) {
  int segments = segments_of(k);
  return segments > 1 && shared_bytes(f, k, tokens, segments, 1, stages) > limit_kb * 1024 ? segments : 1;
}

struct Buffers {
  Device x{8 * 32768 * 2}, out{8 * 131072 * 4}, norm{32768 * 4}, partials{1 << 22}, counters{1 << 16};
  Buffers() {
    fill_bf16<<<64, 256>>>(x.as<bf16>(), 8 * 32768, 3, 1.f);
    std::vector<float> ones(32768, 1.f);
    CHECK(cudaMemcpy(norm.p, ones.data(), 32768 * 4, cudaMemcpyHostToDevice));
    CHECK(cudaMemset(counters.p, 0, counters.bytes));
    CHECK(cudaMemset(out.p, 0, out.bytes));
  }
};

static Call matrix_call(const FormatInfo& f, const Matrix& m, Buffers& b, const void* weights, int tokens, int stages, int splits) {
  bool gated = m.epilogue == javelin::GATED;
  return {&f, b.out.p, gated ? m.rows / 2 : m.rows, weights, b.x.as<bf16>(), m.normed ? b.norm.as<float>() : nullptr, 1e-5f, nullptr, b.partials.as<float>(),
          b.counters.as<unsigned>(), m.rows, m.k, tokens, segments_of(m.k), splits, gated ? m.rows / 16 : 1, stages, m.epilogue, 0};
}

static void time_all() {
  Buffers b;
  printf("time: one matrix, weights rotated over 600 MB or more, graph of 24 launches without PDL; us, TB/s, share of the read ceiling %.2f\n", read_ceiling / 1e12);
  for (FormatInfo& f : formats)
    for (const Matrix& m : matrices) {
      size_t bytes = f.packed_bytes(m.rows, m.k);
      int copies = static_cast<int>((600e6 + bytes - 1) / bytes) + 1;
      size_t pitch = (bytes + 1023) / 1024 * 1024;
      Device weights(pitch * copies);
      for (int c = 0; c < copies; c++) random_weights(f, weights.as<char>() + c * pitch, m.rows, m.k, c + 1);
      printf("  %-5s %-8s %7.1f MB", f.name, m.name, bytes / 1e6);
      for (int tokens : {1, 8})
        for (int stages : {stream_of(f).default_stages, stream_of(f).default_stages + 1}) {
          int splits = splits_of(f, m.k, tokens, stages, 220);
          if (shared_bytes(f, m.k, tokens, segments_of(m.k), splits, stages) > 227 * 1024) {
            printf(" | t%d s%d          -        ", tokens, stages);
            continue;
          }
          int launches = bytes > 500e6 ? 6 : 24;
          double s = graph_seconds(
                         [&](cudaStream_t st) {
                           for (int i = 0; i < launches; i++) launch(matrix_call(f, m, b, weights.as<char>() + i % copies * pitch, tokens, stages, splits), st, false);
                         },
                         7) / launches;
          printf(" | t%d s%d %7.2f %5.2f %3.0f%%", tokens, stages, s * 1e6, bytes / s / 1e12, 100 * bytes / s / read_ceiling);
        }
      printf("\n");
    }
}

static void step_all() {
  Buffers b;
  printf("step: 32 x (qkv, o, gate+up, down) + head; ms, tok/s per sequence, share of the byte floor\n");
  for (const char* name : {"bf16", "q8_0", "q4_0", "q4_k"}) {
    const FormatInfo* f = nullptr;
    for (FormatInfo& g : formats)
      if (!strcmp(g.name, name)) f = &g;
    size_t layer = 0, total = 0;
    std::vector<size_t> offsets;
    for (int i = 0; i < 4; i++) {
      offsets.push_back(layer);
      layer += (f->packed_bytes(matrices[i].rows, matrices[i].k) + 1023) / 1024 * 1024;
    }
    total = layer * 32 + f->packed_bytes(matrices[4].rows, matrices[4].k);
    Device weights(total);
    for (int l = 0; l < 32; l++)
      for (int i = 0; i < 4; i++) random_weights(*f, weights.as<char>() + l * layer + offsets[i], matrices[i].rows, matrices[i].k, l * 5 + i);
    random_weights(*f, weights.as<char>() + layer * 32, matrices[4].rows, matrices[4].k, 999);
    Device hidden(8 * 4096 * 2), qkv(8 * 6144 * 2), inner(8 * 14336 * 2);
    fill_bf16<<<64, 256>>>(hidden.as<bf16>(), 8 * 4096, 1, 1.f);
    fill_bf16<<<64, 256>>>(qkv.as<bf16>(), 8 * 6144, 1, 1.f);
    CHECK(cudaDeviceSynchronize());
    for (int tokens : {1, 8})
      for (int stages : {stream_of(*f).default_stages, stream_of(*f).default_stages + 1}) {
        auto record = [&](bool dependent) {
          return [&, dependent](cudaStream_t st) {
            for (int i = 0; i < 32 * 4 + 1; i++) {
              int which = i == 128 ? 4 : i % 4;
              const Matrix& m = matrices[which];
              int splits = splits_of(*f, m.k, tokens, stages, 112);
              Call c = matrix_call(*f, m, b, weights.as<char>() + i / 4 * layer + (which < 4 ? offsets[which] : 0), tokens, stages, splits);
              if (which == 0) c.x = hidden.as<bf16>(), c.out = qkv.p;
              if (which == 1) c.x = qkv.as<bf16>(), c.out = hidden.p;
              if (which == 2) c.x = hidden.as<bf16>(), c.out = inner.p;
              if (which == 3) c.x = inner.as<bf16>(), c.out = hidden.p;
              if (which == 4) c.x = hidden.as<bf16>(), c.out = b.out.p;
              launch(c, st, dependent);
            }
          };
        };
        double plain = stream_seconds(record(false), 5), graph = graph_seconds(record(false), 9), pdl = graph_seconds(record(true), 9);
        double floor = total / read_ceiling;
        printf("  %-5s %6.2f GB t%d stages %2d | plain %6.3f | graph %6.3f %6.1f %3.0f%% | PDL %6.3f %6.1f %3.0f%%\n", name, total / 1e9, tokens, stages, plain * 1e3, graph * 1e3, 1 / graph,
               100 * floor / graph, pdl * 1e3, 1 / pdl, 100 * floor / pdl);
      }
  }
}

// For a profiler: each format once over the head.
static void one() {
  Buffers b;
  for (FormatInfo& f : formats) {
    Device weights(f.packed_bytes(matrices[4].rows, matrices[4].k));
    random_weights(f, weights.p, matrices[4].rows, matrices[4].k, 1);
    launch(matrix_call(f, matrices[4], b, weights.p, 1, 3, 1), 0, false);
    CHECK(cudaDeviceSynchronize());
  }
}

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IONBF, 0);
  auto wants = [&](const char* what) {
    if (argc == 1) return true;
    for (int i = 1; i < argc; i++)
      if (!strcmp(argv[i], what)) return true;
    return false;
  };
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  multiprocessors = properties.multiProcessorCount;
  int driver;
  CHECK(cudaDriverGetVersion(&driver));
  printf("%s, %d multiprocessors, L2 %d MB, driver %d\n", properties.name, multiprocessors, properties.l2CacheSize >> 20, driver);
  for (FormatInfo& f : formats) {
    CHECK(cudaFuncSetAttribute(stream_of(f).forward, cudaFuncAttributeMaxDynamicSharedMemorySize, 227 * 1024));
    CHECK(cudaFuncSetAttribute(stream_of(f).forward, cudaFuncAttributePreferredSharedMemoryCarveout, 100));
  }
  if (wants("check") && !check_all()) return 1;
  if (argc > 1 && wants("one")) one();
  if (wants("step")) step_all();
  if (wants("time")) time_all();
  return 0;
}
