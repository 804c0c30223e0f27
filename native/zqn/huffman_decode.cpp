#include "zqn/huffman.hpp"
#include "zqn/huffman_tables.hpp"

#include <algorithm>

namespace zynqnet {
namespace {

using namespace huffman;

/// The lengths form a complete prefix code: every bit sequence decodes to exactly one symbol.
bool isComplete(std::span<const std::uint8_t> lengths, unsigned limit) {
  std::uint64_t space = 0;
  for (const std::uint8_t length : lengths) {
    space += length == 0 ? 0 : std::uint64_t{1} << (limit - length);
  }
  return space == std::uint64_t{1} << limit;
}

struct SmallCode {
  std::array<std::uint8_t, 1U << maxLengthCodeLength> symbol{};
  std::array<std::uint8_t, lengthSymbols> lengths{};
};

SmallCode readLengthCode(BitReader &reader) {
  SmallCode code;
  const std::uint32_t stored = reader.take(4);
  for (std::uint32_t i = 0; i < stored; ++i) {
    code.lengths[lengthOrder[i]] = static_cast<std::uint8_t>(reader.take(3));
  }
  if (!isComplete(code.lengths, maxLengthCodeLength)) {
    throw Error("MODEL_SECTION", "a code's length code is not complete");
  }
  const std::vector<std::uint16_t> codes = canonicalCodes(code.lengths);
  for (std::uint32_t s = 0; s < lengthSymbols; ++s) {
    for (std::uint32_t i = codes[s]; code.lengths[s] != 0 && i < code.symbol.size(); i += 1U << code.lengths[s]) {
      code.symbol[i] = static_cast<std::uint8_t>(s);
    }
  }
  return code;
}

std::vector<std::uint8_t> readLengths(BitReader &reader, std::uint32_t symbols) {
  const SmallCode code = readLengthCode(reader);
  std::vector<std::uint8_t> lengths;
  lengths.reserve(symbols);
  unsigned previous = firstLength;
  while (lengths.size() < symbols) {
    reader.refill();
    const std::uint32_t symbol = code.symbol[reader.peek(maxLengthCodeLength)];
    reader.skip(code.lengths[symbol]);
    if (symbol < maxCodeLength) {
      previous = (previous - 1 + symbol) % maxCodeLength + 1;
      lengths.push_back(static_cast<std::uint8_t>(previous));
      continue;
    }
    const std::uint32_t run = symbol == unusedOne ? 1 : symbol == unusedShort ? shortRun + reader.take(3) : longRun + reader.take(7);
    if (run > symbols - lengths.size()) {
      throw Error("MODEL_SECTION", "a code describes more symbols than it has");
    }
    lengths.resize(lengths.size() + run, 0);
  }
  reader.requireInside();
  if (!isComplete(lengths, maxCodeLength)) {
    throw Error("MODEL_SECTION", "a code is not complete");
  }
  return lengths;
}

} // namespace

HuffmanDecoder::HuffmanDecoder(BitReader &reader, std::uint32_t symbols) {
  if (reader.take(1) == 1) {
    const std::uint32_t only = reader.take(indexBits(symbols));
    if (only >= symbols) {
      throw Error("MODEL_SECTION", "a code's only symbol does not exist");
    }
    table_.assign(1, {static_cast<std::uint16_t>(only), 0});
    return;
  }
  const std::vector<std::uint8_t> lengths = readLengths(reader, symbols);
  tableBits_ = *std::max_element(lengths.begin(), lengths.end());
  table_.resize(std::size_t{1} << tableBits_);
  const std::vector<std::uint16_t> codes = canonicalCodes(lengths);
  for (std::uint32_t s = 0; s < symbols; ++s) {
    for (std::size_t i = codes[s]; lengths[s] != 0 && i < table_.size(); i += std::size_t{1} << lengths[s]) {
      table_[i] = {static_cast<std::uint16_t>(s), lengths[s]};
    }
  }
}

HuffmanDecoders::HuffmanDecoders(std::span<const HuffmanDecoder> codes) {
  for (const HuffmanDecoder &code : codes) {
    bits_ = std::max(bits_, code.tableBits());
  }
  table_.reserve(codes.size() << bits_);
  for (const HuffmanDecoder &code : codes) {
    for (unsigned copy = 0; copy < 1U << (bits_ - code.tableBits()); ++copy) {
      table_.insert(table_.end(), code.table().begin(), code.table().end());
    }
  }
}

std::vector<std::uint16_t> huffman::canonicalCodes(std::span<const std::uint8_t> lengths) {
  std::array<std::uint32_t, maxCodeLength + 2> next{};
  for (const std::uint8_t length : lengths) {
    next.at(length + 1U) += length == 0 ? 0 : 1;
  }
  std::uint32_t code = 0;
  for (unsigned length = 1; length <= maxCodeLength; ++length) {
    code = (code + next[length]) << 1U; // next[length] still counts the codes of length - 1
    next[length] = code;
  }
  std::vector<std::uint16_t> codes(lengths.size());
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    std::uint32_t forward = lengths[s] == 0 ? 0 : next[lengths[s]]++;
    for (unsigned bit = 0; bit < lengths[s]; ++bit) {
      codes[s] = static_cast<std::uint16_t>(codes[s] << 1U | (forward & 1U));
      forward >>= 1U;
    }
  }
  return codes;
}

unsigned huffman::indexBits(std::uint32_t count) noexcept { return count <= 1 ? 0 : static_cast<unsigned>(std::bit_width(count - 1)); }

} // namespace zynqnet
