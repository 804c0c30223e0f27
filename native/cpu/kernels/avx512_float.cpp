#include "cpu/kernels/float_isa.hpp"
#include "cpu/kernels/kernel_sets.hpp"

#include <immintrin.h>

namespace zynqnet::cpu {
namespace {

struct Simd {
  using V = __m512;
  static constexpr unsigned lanes = 16;
  static constexpr unsigned tile[maxVectors] = {12, 12, 8, 6};
  static V load(const float *p) { return _mm512_loadu_ps(p); }
  static void store(float *p, V v) { _mm512_storeu_ps(p, v); }
  static V set1(float x) { return _mm512_set1_ps(x); }
  static V add(V a, V b) { return _mm512_add_ps(a, b); }
  static V max(V a, V b) { return _mm512_max_ps(a, b); }
  static V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
};

} // namespace

const KernelSet &avx512FloatKernels() noexcept {
  static constexpr KernelSet set = floatKernelSet<Simd>("float-avx512", 4);
  return set;
}

} // namespace zynqnet::cpu
