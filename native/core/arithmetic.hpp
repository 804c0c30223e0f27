// The executable form of docs/arithmetic.md. Everything that computes with int8 models agrees with this file bit for bit.
#pragma once

#include <algorithm>
#include <cstdint>

namespace zynqnet {

inline constexpr std::int32_t minWeight = -127; ///< -128 is excluded: two products share one DSP48E1
inline constexpr std::uint32_t minShift = 1;
inline constexpr std::uint32_t maxShift = 40;
inline constexpr std::uint32_t maxPreShift = 7;
inline constexpr std::int64_t accumulatorLimit = std::int64_t{1} << 31; ///< bounds stay below it
inline constexpr std::int64_t preShiftedLimit = std::int64_t{1} << 24;  ///< t fits signed 25 bits

/// Accumulator to activation byte. `acc` is proven by the loader to keep t within signed 25 bits.
[[nodiscard]] constexpr std::uint8_t requantize(std::int32_t acc, std::uint32_t preShift, std::uint32_t multiplier, std::uint32_t shift,
                                                std::int32_t zeroPoint, bool relu) noexcept {
  const std::int64_t t = acc >> preShift;
  const std::int64_t rounded = (t * multiplier + (std::int64_t{1} << (shift - 1))) >> shift;
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(rounded + zeroPoint, relu ? zeroPoint : 0, 255));
}

/// One output position's contribution to a wide convolution's sum.
[[nodiscard]] constexpr std::int32_t wideTerm(std::int32_t acc, std::uint32_t preShift, bool relu) noexcept {
  const std::int32_t t = acc >> preShift;
  return relu ? std::max(t, 0) : t;
}

/// The host's last step; compiled without contraction so that it is one product and one sum, each rounded.
[[nodiscard]] inline float logitOf(std::int32_t sum, float scale, float offset) noexcept {
  const volatile float product = static_cast<float>(sum) * scale;
  return product + offset;
}

/// Output length of a convolution or floor-mode pool along one axis; 0 when the kernel does not fit.
[[nodiscard]] constexpr std::uint32_t convOutput(std::uint32_t in, std::uint32_t kernel, std::uint32_t stride, std::uint32_t padBegin,
                                                 std::uint32_t padEnd) noexcept {
  const std::uint32_t padded = in + padBegin + padEnd;
  return padded < kernel ? 0 : (padded - kernel) / stride + 1;
}

/// Output length of the max-pool along one axis (ceil mode as Caffe computes it); 0 when the kernel does not fit.
[[nodiscard]] constexpr std::uint32_t poolOutput(std::uint32_t in, std::uint32_t kernel, std::uint32_t stride, std::uint32_t padBegin,
                                                 std::uint32_t padEnd, bool ceil) noexcept {
  const std::uint32_t padded = in + padBegin + padEnd;
  if (padded < kernel) {
    return 0;
  }
  std::uint32_t out = (padded - kernel + (ceil ? stride - 1 : 0)) / stride + 1;
  if ((out - 1) * stride >= in + padBegin) {
    --out; // the last window would start beyond the input and its leading padding
  }
  return out;
}

} // namespace zynqnet
