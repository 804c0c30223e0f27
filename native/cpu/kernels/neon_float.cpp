#include "cpu/kernels/float_isa.hpp"
#include "cpu/kernels/kernel_sets.hpp"

#include <arm_neon.h>

namespace zynqnet::cpu {
namespace {

struct Simd {
  using V = float32x4_t;
  static constexpr unsigned lanes = 4;
  static constexpr unsigned tile[maxVectors] = {4, 4, 0, 0};
  static V load(const float *p) { return vld1q_f32(p); }
  static void store(float *p, V v) { vst1q_f32(p, v); }
  static V set1(float x) { return vdupq_n_f32(x); }
  static V add(V a, V b) { return vaddq_f32(a, b); }
  static V max(V a, V b) { return vmaxq_f32(a, b); }
  static V fma(V a, V b, V c) { return vmlaq_f32(c, a, b); } // the Cortex-A9 has no fused form
};

} // namespace

const KernelSet &neonFloatKernels() noexcept {
  static constexpr KernelSet set = floatKernelSet<Simd>("float-neon", 2);
  return set;
}

} // namespace zynqnet::cpu
