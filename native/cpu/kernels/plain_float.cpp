// Float for any processor: four lanes that the compiler maps to what there is.
#include "cpu/kernels/float_isa.hpp"
#include "cpu/kernels/kernel_sets.hpp"

namespace zynqnet::cpu {
namespace {

struct Simd {
  struct V {
    float x[4];
  };
  static constexpr unsigned lanes = 4;
  static constexpr unsigned tile[maxVectors] = {4, 4, 0, 0};

  template <class F> static V each(F f) { return {{f(0), f(1), f(2), f(3)}}; }
  static V load(const float *p) {
    return each([p](int i) { return p[i]; });
  }
  static void store(float *p, V v) { __builtin_memcpy(p, v.x, sizeof v.x); }
  static V set1(float x) { return {{x, x, x, x}}; }
  static V add(V a, V b) {
    return each([&](int i) { return a.x[i] + b.x[i]; });
  }
  static V max(V a, V b) {
    return each([&](int i) { return a.x[i] > b.x[i] ? a.x[i] : b.x[i]; });
  }
  static V fma(V a, V b, V c) {
    return each([&](int i) { return a.x[i] * b.x[i] + c.x[i]; });
  }
};

} // namespace

const KernelSet &plainFloatKernels() noexcept {
  static constexpr KernelSet set = floatKernelSet<Simd>("float-plain", 2);
  return set;
}

} // namespace zynqnet::cpu
