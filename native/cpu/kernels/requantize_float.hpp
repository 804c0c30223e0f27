// Requantization in one fused multiply-add, exact.
//
//   y = clamp(floor(t * m / 2^s + 1/2) + z, low, 255)          (docs/arithmetic.md)
//
// t has at most 25 bits and is a float exactly (|t| <= 2^24), m / 2^s is a float exactly (16 bits). The sum
// t * m / 2^s + C with C = 1.5 * 2^22 + z + 1/2 is rounded only once, by the fused multiply-add; with the rounding mode
// towards minus infinity, and floats of this size being multiples of 1/2, the result is the floor to halves of the exact
// sum. Dropping its last bit gives the floor to integers. Sums that leave [2^22, 2^23) are beyond the clamp on the
// right side, because rounding is monotonic. The low bits of the float's pattern are then the byte itself.
#pragma once

#include "cpu/kernel_set.hpp"

namespace zynqnet::cpu {
namespace {

struct RequantizeConstants {
  static constexpr float base = 6291456.0F; // 1.5 * 2^22: its bit pattern ends in zeros
  float offset;
  float low;
  float high;

  explicit RequantizeConstants(const ConvJob &job)
      : offset(base + static_cast<float>(job.zeroPoint) + 0.5F), low(base + (job.relu ? static_cast<float>(job.zeroPoint) : 0.0F)),
        high(base + 255.0F) {}
};

} // namespace
} // namespace zynqnet::cpu
