// What the device can do at most: measured by ./javelin doctor, beside which every kernel's rate is read.
// Launcher: ProbeKernels. Exports: probe_read.
#include "javelin.cuh"

// ---- exports ----

// Reads count 16-byte words; sink takes one word only if a sum is a number that it never is, so that the loads stay. Any grid, block 256.
extern "C" __global__ void probe_read(int* sink, const int* words, long long count) {
  const int4* source = reinterpret_cast<const int4*>(words);
  int sum = 0;
  const long long step = (long long)gridDim.x * blockDim.x;
  long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  for (; i + 3 * step < count; i += 4 * step) {
    const int4 a = source[i], b = source[i + step], c = source[i + 2 * step], d = source[i + 3 * step];
    sum |= (a.x | a.y | a.z | a.w) | (b.x | b.y | b.z | b.w) | (c.x | c.y | c.z | c.w) | (d.x | d.y | d.z | d.w);
  }
  for (; i < count; i += step) {
    const int4 a = source[i];
    sum |= a.x | a.y | a.z | a.w;
  }
  if (sum == -1) *sink = sum;
}
