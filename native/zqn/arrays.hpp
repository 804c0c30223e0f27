// Short arrays of numbers: biases, multipliers, shifts, codebooks, logit scales (docs/model-format.md, "Arrays").
#pragma once

#include "zqn/bits.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet {

/// Unsigned numbers: common factor 2^t, a Huffman code over bit lengths, then the bits below the leading one.
void putIntegers(BitWriter &writer, std::span<const std::uint32_t> values);
[[nodiscard]] std::vector<std::uint32_t> takeIntegers(BitReader &reader, std::size_t count);

/// Small numbers, each below `symbols`: a Huffman code over the values themselves.
void putSymbols(BitWriter &writer, std::span<const std::uint8_t> values, std::uint32_t symbols);
[[nodiscard]] std::vector<std::uint8_t> takeSymbols(BitReader &reader, std::size_t count, std::uint32_t symbols);

/// Floats, bit for bit: one value for all, or a Huffman code over sign and exponent and the mantissa's leading bits.
void putFloats(BitWriter &writer, std::span<const float> values);
[[nodiscard]] std::vector<float> takeFloats(BitReader &reader, std::size_t count);

/// Signed to unsigned, small magnitudes to small numbers: 0, -1, 1, -2, 2 ...
[[nodiscard]] constexpr std::uint32_t zigzag(std::int32_t value) noexcept {
  return (static_cast<std::uint32_t>(value) << 1U) ^ static_cast<std::uint32_t>(value >> 31);
}
[[nodiscard]] constexpr std::int32_t unzigzag(std::uint32_t value) noexcept {
  return static_cast<std::int32_t>(value >> 1U) ^ -static_cast<std::int32_t>(value & 1U);
}

/// Sign and magnitude as one number that orders like the floats; multiples of a power of two stay such.
[[nodiscard]] std::int64_t orderedFromFloat(float value) noexcept;
[[nodiscard]] float floatFromOrdered(std::int64_t ordered) noexcept;

} // namespace zynqnet
