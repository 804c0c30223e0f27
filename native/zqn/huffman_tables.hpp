// What encoder and decoder share about the description of a code (docs/model-format.md, "Codes").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet::huffman {

// Length symbols: 0..11 = length minus the previous length, modulo 12; then unused symbols, singly and in runs.
inline constexpr std::uint32_t unusedOne = 12;
inline constexpr std::uint32_t unusedShort = 13; ///< 2 to 9, 3 extra bits
inline constexpr std::uint32_t unusedLong = 14;  ///< 10 to 137, 7 extra bits
inline constexpr std::uint32_t lengthSymbols = 15;
inline constexpr unsigned maxLengthCodeLength = 7;
inline constexpr std::uint32_t shortRun = 2;
inline constexpr std::uint32_t longRun = 10;
inline constexpr unsigned firstLength = 8; ///< the length "before the first"

/// The lengths of the length code are stored in this order, so that the rare ones at the end can be left out.
inline constexpr std::array<std::uint8_t, lengthSymbols> lengthOrder{0, 1, 11, 12, 2, 10, 13, 14, 3, 9, 4, 8, 5, 7, 6};

/// Canonical codes for complete lengths: shorter first, then by symbol; bit-reversed, as they are written.
[[nodiscard]] std::vector<std::uint16_t> canonicalCodes(std::span<const std::uint8_t> lengths);

/// Bits that hold an index below `count`.
[[nodiscard]] unsigned indexBits(std::uint32_t count) noexcept;

} // namespace zynqnet::huffman
