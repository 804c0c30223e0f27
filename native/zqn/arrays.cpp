#include "zqn/arrays.hpp"

#include "zqn/huffman.hpp"

#include <algorithm>

namespace zynqnet {
namespace {

constexpr std::uint32_t bitLengths = 33; ///< 0 to 32
constexpr std::uint32_t exponents = 512; ///< sign and exponent of a float
constexpr unsigned mantissaBits = 23;

HuffmanEncoder encoderOf(std::span<const std::uint32_t> symbols, std::uint32_t alphabet) {
  std::vector<std::uint64_t> counts(alphabet, 0);
  for (const std::uint32_t symbol : symbols) {
    ++counts[symbol];
  }
  return HuffmanEncoder(counts);
}

} // namespace

void putIntegers(BitWriter &writer, std::span<const std::uint32_t> values) {
  std::uint32_t all = 0;
  for (const std::uint32_t value : values) {
    all |= value;
  }
  const unsigned zeros = all == 0 ? 0 : static_cast<unsigned>(std::countr_zero(all));
  writer.put(zeros, 5);
  std::vector<std::uint32_t> lengths;
  for (const std::uint32_t value : values) {
    lengths.push_back(static_cast<std::uint32_t>(std::bit_width(value >> zeros)));
  }
  const HuffmanEncoder code = encoderOf(lengths, bitLengths);
  code.describe(writer);
  for (std::size_t i = 0; i < values.size(); ++i) {
    code.put(writer, lengths[i]);
    writer.put(values[i] >> zeros, lengths[i] == 0 ? 0 : lengths[i] - 1); // the leading one is known
  }
}

std::vector<std::uint32_t> takeIntegers(BitReader &reader, std::size_t count) {
  const unsigned zeros = reader.take(5);
  const HuffmanDecoder code(reader, bitLengths);
  std::vector<std::uint32_t> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    reader.refill();
    const std::uint32_t length = code.next(reader);
    if (length + zeros > 32) {
      throw Error("MODEL_SECTION", "a number does not fit 32 bits");
    }
    const std::uint32_t value = length == 0 ? 0 : reader.take(length - 1) | 1U << (length - 1);
    values.push_back(zeros < 32 ? value << zeros : 0);
  }
  reader.requireInside();
  return values;
}

void putSymbols(BitWriter &writer, std::span<const std::uint8_t> values, std::uint32_t symbols) {
  const std::vector<std::uint32_t> wide(values.begin(), values.end());
  const HuffmanEncoder code = encoderOf(wide, symbols);
  code.describe(writer);
  for (const std::uint32_t value : wide) {
    code.put(writer, value);
  }
}

std::vector<std::uint8_t> takeSymbols(BitReader &reader, std::size_t count, std::uint32_t symbols) {
  const HuffmanDecoder code(reader, symbols);
  std::vector<std::uint8_t> values(count);
  for (std::uint8_t &value : values) {
    reader.refill();
    value = static_cast<std::uint8_t>(code.next(reader));
  }
  reader.requireInside();
  return values;
}

void putFloats(BitWriter &writer, std::span<const float> values) {
  std::vector<std::uint32_t> raw(values.size());
  std::transform(values.begin(), values.end(), raw.begin(), [](float value) { return std::bit_cast<std::uint32_t>(value); });
  const bool constant = std::all_of(raw.begin(), raw.end(), [&](std::uint32_t value) { return value == raw.front(); });
  writer.put(constant ? 1 : 0, 1);
  if (constant) {
    writer.put(raw.empty() ? 0 : raw.front(), 32);
    return;
  }
  std::uint32_t all = 1U << mantissaBits;
  std::vector<std::uint32_t> heads;
  for (const std::uint32_t value : raw) {
    all |= value;
    heads.push_back(value >> mantissaBits);
  }
  const unsigned zeros = static_cast<unsigned>(std::countr_zero(all)); // at most 23
  writer.put(zeros, 5);
  const HuffmanEncoder code = encoderOf(heads, exponents);
  code.describe(writer);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    code.put(writer, heads[i]);
    writer.put(raw[i] >> zeros, mantissaBits - zeros);
  }
}

std::vector<float> takeFloats(BitReader &reader, std::size_t count) {
  if (reader.take(1) == 1) {
    const std::uint32_t low = reader.take(16);
    const std::uint32_t value = low | reader.take(16) << 16U;
    reader.requireInside();
    return std::vector<float>(count, std::bit_cast<float>(value));
  }
  const unsigned zeros = reader.take(5);
  if (zeros > mantissaBits) {
    throw Error("MODEL_SECTION", "a float array claims more than 23 mantissa bits");
  }
  const HuffmanDecoder code(reader, exponents);
  std::vector<float> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    reader.refill();
    const std::uint32_t head = code.next(reader);
    values.push_back(std::bit_cast<float>(head << mantissaBits | reader.take(mantissaBits - zeros) << zeros));
  }
  reader.requireInside();
  return values;
}

std::int64_t orderedFromFloat(float value) noexcept {
  const auto raw = std::bit_cast<std::uint32_t>(value);
  const std::int64_t magnitude = raw & 0x7fffffffU;
  return (raw >> 31U) != 0 ? -magnitude : magnitude;
}

float floatFromOrdered(std::int64_t ordered) noexcept {
  const auto magnitude = static_cast<std::uint32_t>(ordered < 0 ? -ordered : ordered);
  return std::bit_cast<float>(magnitude | (ordered < 0 ? 0x80000000U : 0U));
}

} // namespace zynqnet
