// What the fuzzer mutates: header text and payload, without the lengths and the digest that would refuse every mutation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet::fuzz {

/// First byte: 0 = the rest is a whole file; 1 = header text and payload; 2 = packed header and payload.
/// Modes 1 and 2: two bytes header length, mode 2 then two bytes text length (little-endian), header, payload.
[[nodiscard]] std::vector<std::uint8_t> fileFrom(std::span<const std::uint8_t> input);

/// The inverse for a good file with a plain (mode 1) or packed (mode 2) header.
[[nodiscard]] std::vector<std::uint8_t> inputFrom(std::span<const std::uint8_t> file, std::span<const std::uint8_t> plainHeader, int mode);

} // namespace zynqnet::fuzz
