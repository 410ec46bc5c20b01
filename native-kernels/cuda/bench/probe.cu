// Probe of the card: read bandwidth over ring size and chunk, from DRAM and from L2; what a kernel boundary costs. No arguments.
#include "bench.cuh"

#include "hopper.cuh"

// One warp per block keeps `ring` bytes of bulk copies of `chunk` bytes in flight over its own range.
// mode 0: waits for the previous kernel first; 1: fills the ring first.
__global__ void __launch_bounds__(32) probe_read(const char* data, size_t per_block, size_t wrap, int chunk, int stages, int mode) {
  extern __shared__ __align__(128) unsigned char shared[];
  uint32_t base = javelin::shared_address(shared);
  javelin::allow_next_kernel();
  if (threadIdx.x == 0) {
    for (int s = 0; s < stages; s++) javelin::barrier_init(base + s * 8, 1);
    javelin::barrier_init_visible();
    if (mode == 0) javelin::wait_for_inputs();
    uint64_t policy = javelin::evict_first();
    size_t chunks = per_block / chunk, first = blockIdx.x * per_block;
    auto issue = [&](size_t i) {
      uint32_t barrier = base + (i % stages) * 8;
      javelin::barrier_expect(barrier, chunk);
      javelin::bulk_copy(base + 1024 + (i % stages) * chunk, data + (first + i * chunk) % wrap, chunk, barrier, policy);
    };
    size_t issued = 0;
    for (; issued < chunks && issued < (size_t)stages; issued++) issue(issued);
    if (mode == 1) javelin::wait_for_inputs();
    for (size_t i = 0; i < chunks; i++) {
      javelin::barrier_wait(base + (i % stages) * 8, (i / stages) & 1);
      if (issued < chunks) issue(issued++);
    }
  }
  if (mode >= 0 && threadIdx.x == 1) javelin::wait_for_inputs();
}

static void probe_launch(cudaStream_t stream, const char* data, size_t per_block, size_t wrap, int chunk, int stages, int mode, bool dependent, int blocks) {
  void* args[] = {&data, &per_block, &wrap, &chunk, &stages, &mode};
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(32);
  config.dynamicSmemBytes = 1024 + chunk * stages;
  config.stream = stream;
  cudaLaunchAttribute attribute;
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &attribute;
  config.numAttrs = dependent ? 1 : 0;
  CHECK(cudaLaunchKernelExC(&config, (const void*)probe_read, args));
}

static void probe() {
  double ceiling = 0;  // bytes per second
  CHECK(cudaFuncSetAttribute((const void*)probe_read, cudaFuncAttributeMaxDynamicSharedMemorySize, 227 * 1024));
  CHECK(cudaFuncSetAttribute((const void*)probe_read, cudaFuncAttributePreferredSharedMemoryCarveout, 100));
  size_t total = size_t(6) << 30;
  Device data(total);
  fill_words<<<2048, 256>>>(data.as<uint32_t>(), total / 4, 5);
  printf("probe: DRAM read TB/s, one block an SM; rows: KB in flight, columns: chunk KB\n        2      4      8     16     32\n");
  for (int ring : {16, 32, 48, 64, 96, 128, 192}) {
    printf("%5d", ring);
    for (int chunk : {2, 4, 8, 16, 32}) {
      if (chunk * 2 > ring) {
        printf("      -");
        continue;
      }
      size_t per_block = (size_t(3) << 30) / multiprocessors / (chunk * 1024) * (chunk * 1024);
      double s = graph_seconds([&](cudaStream_t st) { probe_launch(st, data.as<char>(), per_block, total, chunk * 1024, ring / chunk, 0, false, multiprocessors); }, 5);
      double rate = per_block * multiprocessors / s;
      ceiling = std::max(ceiling, rate);
      printf(" %6.2f", rate / 1e12);
    }
    printf("\n");
  }
  printf("probe: two blocks an SM, 48 KB each:");
  {
    size_t per_block = (size_t(3) << 30) / (2 * multiprocessors) / 16384 * 16384;
    double s = graph_seconds([&](cudaStream_t st) { probe_launch(st, data.as<char>(), per_block, total, 16384, 3, 0, false, 2 * multiprocessors); }, 5);
    printf(" %.2f TB/s\n", per_block * 2 * multiprocessors / s / 1e12);
    size_t l2 = size_t(24) << 20;
    s = graph_seconds([&](cudaStream_t st) { probe_launch(st, data.as<char>(), (size_t(2) << 30) / multiprocessors / 16384 * 16384, l2, 16384, 6, 0, false, multiprocessors); }, 5);
    printf("probe: from L2 (24 MB, again and again), 96 KB in flight: %.2f TB/s\n", (size_t(2) << 30) / s / 1e12);
  }
  printf("probe: a chain of 256 kernels, us each (loss against the read ceiling)\n  bytes MB  ring KB      plain launches        graph        graph+PDL    PDL+ring first\n");
  for (double mb : {2.1, 9.4, 33.6, 117.4})
    for (int ring : {48, 96}) {
      int stages = ring / 16;
      size_t per_block = static_cast<size_t>(mb * 1e6 / multiprocessors) / 16384 * 16384;
      if (per_block == 0) per_block = 16384;
      double ideal = per_block * multiprocessors / ceiling * 1e6;
      auto record = [&](bool dependent, int mode) {
        return [&, dependent, mode](cudaStream_t st) {
          for (int i = 0; i < 256; i++)
            probe_launch(st, data.as<char>() + (size_t(i) * per_block * multiprocessors) % (total - (size_t(1) << 28)) / 256 * 256, per_block, total, 16384, stages, mode, dependent, multiprocessors);
        };
      };
      double plain = stream_seconds(record(false, 0), 4) / 256 * 1e6, graph = graph_seconds(record(false, 0), 5) / 256 * 1e6;
      double pdl = graph_seconds(record(true, 0), 5) / 256 * 1e6, ahead = graph_seconds(record(true, 1), 5) / 256 * 1e6;
      printf("  %8.1f %8d  %8.2f (%5.2f) %8.2f (%5.2f) %8.2f (%5.2f) %8.2f (%5.2f)\n", per_block * multiprocessors / 1e6, ring, plain, plain - ideal, graph, graph - ideal, pdl,
             pdl - ideal, ahead, ahead - ideal);
    }
}

int main() {
  setvbuf(stdout, nullptr, _IONBF, 0);
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  multiprocessors = properties.multiProcessorCount;
  int driver;
  CHECK(cudaDriverGetVersion(&driver));
  printf("%s, %d multiprocessors, L2 %d MB, driver %d\n", properties.name, multiprocessors, properties.l2CacheSize >> 20, driver);
  probe();
  return 0;
}
