#include "cpu/kernels/float_isa.hpp"
#include "cpu/kernels/kernel_sets.hpp"

#include <immintrin.h>

namespace zynqnet::cpu {
namespace {

struct Simd {
  using V = __m256;
  static constexpr unsigned lanes = 8;
  static constexpr unsigned tile[maxVectors] = {10, 6, 4, 0};
  static V load(const float *p) { return _mm256_loadu_ps(p); }
  static void store(float *p, V v) { _mm256_storeu_ps(p, v); }
  static V set1(float x) { return _mm256_set1_ps(x); }
  static V add(V a, V b) { return _mm256_add_ps(a, b); }
  static V max(V a, V b) { return _mm256_max_ps(a, b); }
  static V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
};

} // namespace

const KernelSet &avx2FloatKernels() noexcept {
  static constexpr KernelSet set = floatKernelSet<Simd>("float-avx2", 3);
  return set;
}

} // namespace zynqnet::cpu
