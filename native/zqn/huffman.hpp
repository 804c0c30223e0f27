// Canonical, length-limited Huffman codes.
#pragma once

#include "zqn/bits.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet {

/// One table lookup decodes any symbol: 4096 entries stay in a first-level cache.
inline constexpr unsigned maxCodeLength = 12;

/// Decodes one code by a single table of 2^(longest code) entries.
class HuffmanDecoder {
public:
  /// Reads the description of a code over `symbols` (1 to 2048) symbols. Throws Error MODEL_SECTION when it is damaged.
  HuffmanDecoder(BitReader &reader, std::uint32_t symbols);

  /// The next symbol. The caller has refilled: it takes at most 12 bits.
  [[nodiscard]] std::uint32_t next(BitReader &reader) const noexcept {
    const Entry entry = table_.data()[reader.peek(tableBits_)];
    reader.skip(entry.length);
    return entry.symbol;
  }

  struct Entry {
    std::uint16_t symbol = 0;
    std::uint16_t length = 0;
  };
  [[nodiscard]] unsigned tableBits() const noexcept { return tableBits_; }
  [[nodiscard]] const std::vector<Entry> &table() const noexcept { return table_; }

private:
  std::vector<Entry> table_;
  unsigned tableBits_ = 0;
};

/// Several codes in one block of memory: choosing among them costs an addition.
class HuffmanDecoders {
public:
  explicit HuffmanDecoders(std::span<const HuffmanDecoder> codes);

  /// The next symbol in code `index`. The caller has refilled: it takes at most 12 bits.
  [[nodiscard]] std::uint32_t next(BitReader &reader, std::size_t index) const noexcept {
    const HuffmanDecoder::Entry entry = table_[(index << bits_) + reader.peek(bits_)];
    reader.skip(entry.length);
    return entry.symbol;
  }

private:
  std::vector<HuffmanDecoder::Entry> table_;
  unsigned bits_ = 0;
};

/// The optimal code of at most 12 bits for given counts.
class HuffmanEncoder {
public:
  /// A code for the symbols that occur, of at most `limit` bits and at most 2^limit symbols.
  explicit HuffmanEncoder(std::span<const std::uint64_t> counts, unsigned limit = maxCodeLength);

  void describe(BitWriter &writer) const;
  void put(BitWriter &writer, std::uint32_t symbol) const { writer.put(codes_[symbol], lengths_[symbol]); }
  /// Bits of the description and of all symbols.
  [[nodiscard]] std::uint64_t cost(std::span<const std::uint64_t> counts) const;
  [[nodiscard]] unsigned length(std::uint32_t symbol) const { return lengths_[symbol]; }

private:
  std::vector<std::uint8_t> lengths_; ///< 0: does not occur (or is the only one)
  std::vector<std::uint16_t> codes_;  ///< as it is written: first bit lowest
};

/// Code lengths of at most `limit` bits that minimise the total cost: Larmore and Hirschberg,
/// "A fast algorithm for optimal length-limited Huffman codes" (1990), section 2 (package-merge).
[[nodiscard]] std::vector<std::uint8_t> limitedCodeLengths(std::span<const std::uint64_t> counts, unsigned limit);

} // namespace zynqnet
