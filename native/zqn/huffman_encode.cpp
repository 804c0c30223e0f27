#include "zqn/huffman.hpp"
#include "zqn/huffman_tables.hpp"

#include <algorithm>
#include <numeric>

namespace zynqnet {
namespace {

using namespace huffman;

struct LengthToken {
  std::uint32_t symbol = 0;
  std::uint32_t extra = 0;
  unsigned extraBits = 0;
};

std::vector<LengthToken> lengthTokens(std::span<const std::uint8_t> lengths) {
  std::vector<LengthToken> tokens;
  unsigned previous = firstLength;
  for (std::size_t i = 0; i < lengths.size();) {
    if (lengths[i] != 0) {
      tokens.push_back({(lengths[i] + maxCodeLength - previous) % maxCodeLength});
      previous = lengths[i++];
      continue;
    }
    const auto used = std::find_if(lengths.begin() + static_cast<std::ptrdiff_t>(i), lengths.end(), [](std::uint8_t l) { return l != 0; });
    const auto run =
        std::min<std::uint32_t>(static_cast<std::uint32_t>(used - lengths.begin()) - static_cast<std::uint32_t>(i), longRun + 127);
    if (run >= longRun) {
      tokens.push_back({unusedLong, run - longRun, 7});
    } else if (run >= shortRun) {
      tokens.push_back({unusedShort, run - shortRun, 3});
    } else {
      tokens.push_back({unusedOne});
    }
    i += run;
  }
  return tokens;
}

} // namespace

std::vector<std::uint8_t> limitedCodeLengths(std::span<const std::uint64_t> counts, unsigned limit) {
  struct Package {
    std::uint64_t weight = 0;
    std::vector<std::uint32_t> symbols;
  };
  std::vector<Package> leaves;
  for (std::uint32_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) {
      leaves.push_back({counts[s], {s}});
    }
  }
  std::vector<std::uint8_t> lengths(counts.size(), 0);
  if (leaves.size() < 2) {
    return lengths;
  }
  const auto lighter = [](const Package &a, const Package &b) { return a.weight < b.weight; };
  std::stable_sort(leaves.begin(), leaves.end(), lighter);
  std::vector<Package> level = leaves;
  for (unsigned depth = 1; depth < limit; ++depth) {
    std::vector<Package> packages;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      Package both = std::move(level[i]);
      both.weight += level[i + 1].weight;
      both.symbols.insert(both.symbols.end(), level[i + 1].symbols.begin(), level[i + 1].symbols.end());
      packages.push_back(std::move(both));
    }
    std::vector<Package> merged;
    std::merge(leaves.begin(), leaves.end(), std::make_move_iterator(packages.begin()), std::make_move_iterator(packages.end()),
               std::back_inserter(merged), lighter);
    level = std::move(merged);
  }
  for (std::size_t i = 0; i < 2 * leaves.size() - 2; ++i) {
    for (const std::uint32_t symbol : level[i].symbols) {
      ++lengths[symbol];
    }
  }
  return lengths;
}

HuffmanEncoder::HuffmanEncoder(std::span<const std::uint64_t> counts, unsigned limit) : lengths_(limitedCodeLengths(counts, limit)) {
  codes_ = canonicalCodes(lengths_);
  const auto only = std::find_if(counts.begin(), counts.end(), [](std::uint64_t count) { return count > 0; });
  if (std::all_of(lengths_.begin(), lengths_.end(), [](std::uint8_t length) { return length == 0; })) {
    // The only symbol takes no bits; `codes_` remembers which it is (symbol 0 when nothing occurs).
    std::fill(codes_.begin(), codes_.end(), static_cast<std::uint16_t>(only == counts.end() ? 0 : only - counts.begin()));
  }
}

void HuffmanEncoder::describe(BitWriter &writer) const {
  const bool single = std::all_of(lengths_.begin(), lengths_.end(), [](std::uint8_t length) { return length == 0; });
  writer.put(single ? 1 : 0, 1);
  if (single) {
    writer.put(codes_.front(), indexBits(static_cast<std::uint32_t>(lengths_.size())));
    return;
  }
  const std::vector<LengthToken> tokens = lengthTokens(lengths_);
  std::vector<std::uint64_t> counts(lengthSymbols, 0);
  for (const LengthToken &token : tokens) {
    ++counts[token.symbol];
  }
  if (std::count(counts.begin(), counts.end(), 0) == lengthSymbols - 1) {
    ++counts[counts[0] == 0 ? 0 : 1]; // a length code has two symbols at least
  }
  const std::vector<std::uint8_t> lengths = limitedCodeLengths(counts, maxLengthCodeLength);
  const std::vector<std::uint16_t> codes = canonicalCodes(lengths);
  std::uint32_t stored = lengthSymbols;
  while (lengths[lengthOrder[stored - 1]] == 0) {
    --stored;
  }
  writer.put(stored, 4);
  for (std::uint32_t i = 0; i < stored; ++i) {
    writer.put(lengths[lengthOrder[i]], 3);
  }
  for (const LengthToken &token : tokens) {
    writer.put(codes[token.symbol], lengths[token.symbol]);
    writer.put(token.extra, token.extraBits);
  }
}

std::uint64_t HuffmanEncoder::cost(std::span<const std::uint64_t> counts) const {
  BitWriter writer;
  describe(writer);
  return std::inner_product(counts.begin(), counts.end(), lengths_.begin(), writer.bitCount());
}

} // namespace zynqnet
