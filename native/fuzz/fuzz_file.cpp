#include "fuzz/fuzz_file.hpp"

#include <algorithm>
#include <array>

namespace zynqnet::fuzz {
namespace {

constexpr std::size_t prefixBytes = 20;
constexpr std::size_t digestBytes = 32;

void append(std::vector<std::uint8_t> &bytes, std::size_t value, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

std::size_t numberAt(std::span<const std::uint8_t> bytes, std::size_t offset, unsigned count) {
  std::size_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    value |= std::size_t{bytes[offset + i]} << (8 * i);
  }
  return value;
}

} // namespace

std::vector<std::uint8_t> fileFrom(std::span<const std::uint8_t> input) {
  const std::size_t fixed = input.empty() || input[0] == 0 ? 1 : input[0] == 1 ? 3 : 5;
  if (fixed == 1 || input.size() < fixed) {
    const auto rest = input.subspan(std::min<std::size_t>(1, input.size()));
    return {rest.begin(), rest.end()};
  }
  const std::size_t header = std::min(numberAt(input, 1, 2), input.size() - fixed);
  const std::size_t text = fixed == 3 ? header : numberAt(input, 3, 2);
  std::vector<std::uint8_t> file{'Z', 'Q', 'N', '1', 1, 0, 0, 0};
  append(file, text, 4);
  append(file, header, 4);
  append(file, input.size() - fixed - header, 4);
  file.insert(file.end(), input.begin() + static_cast<std::ptrdiff_t>(fixed), input.end());
  file.resize(file.size() + digestBytes, 0);
  return file;
}

std::vector<std::uint8_t> inputFrom(std::span<const std::uint8_t> file, std::span<const std::uint8_t> plainHeader, int mode) {
  const std::size_t packed = numberAt(file, 12, 4);
  const auto header = mode == 1 ? plainHeader : file.subspan(prefixBytes, packed);
  const auto payload = file.subspan(prefixBytes + packed, file.size() - prefixBytes - packed - digestBytes);
  std::vector<std::uint8_t> input{static_cast<std::uint8_t>(mode)};
  append(input, header.size(), 2);
  if (mode == 2) {
    append(input, plainHeader.size(), 2);
  }
  input.insert(input.end(), header.begin(), header.end());
  input.insert(input.end(), payload.begin(), payload.end());
  return input;
}

} // namespace zynqnet::fuzz
