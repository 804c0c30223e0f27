// The JSON header as bits: Lempel-Ziv matches (LZ77) under two Huffman codes, as in deflate, without deflate's window and
// length limits (docs/model-format.md, "Header text").
#pragma once

#include "zqn/bits.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zynqnet {

[[nodiscard]] std::vector<std::uint8_t> packText(std::string_view text);

/// Unpacks exactly `textBytes` bytes from exactly `packed`. Throws Error MODEL_HEADER when it is damaged.
[[nodiscard]] std::string unpackText(std::span<const std::uint8_t> packed, std::size_t textBytes);

namespace text {

inline constexpr std::uint32_t minMatch = 3;
inline constexpr std::uint32_t numberClasses = 80;                  ///< numbers below 2^21
inline constexpr std::uint32_t tokenSymbols = 256 + numberClasses;  ///< bytes, then match lengths - 3
inline constexpr std::uint32_t repeatDistance = numberClasses;      ///< the last match's distance again
inline constexpr std::uint32_t distanceSymbols = numberClasses + 1; ///< distances - 1

/// A number as a class (four per power of two) and extra bits.
struct ClassedNumber {
  std::uint32_t symbol = 0;
  std::uint32_t extra = 0;
  unsigned extraBits = 0;
};

[[nodiscard]] constexpr ClassedNumber classOf(std::uint32_t value) noexcept {
  if (value < 4) {
    return {value, 0, 0};
  }
  const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
  const unsigned extraBits = exponent - 2;
  return {4 * (exponent - 1) + ((value >> extraBits) & 3U), value & ((1U << extraBits) - 1), extraBits};
}

} // namespace text
} // namespace zynqnet
