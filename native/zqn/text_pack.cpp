// Shortest-path parsing: costs in bits from the codes of the previous round, three rounds.
#include "zqn/huffman.hpp"
#include "zqn/text_packer.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace zynqnet {
namespace {

constexpr std::uint32_t maxMatch = 1024;
constexpr int maxCandidates = 128;
constexpr int rounds = 3;

struct Token {
  std::uint32_t length = 1; ///< 1: a byte
  std::uint32_t distance = 0;
};

struct Match {
  std::uint32_t length;
  std::uint32_t distance;
};

struct Costs {
  std::array<float, text::tokenSymbols> tokens{};
  std::array<float, text::distanceSymbols> distances{};

  [[nodiscard]] float of(std::uint32_t length, std::uint32_t distance) const {
    const text::ClassedNumber l = text::classOf(length - text::minMatch);
    const text::ClassedNumber d = text::classOf(distance - 1);
    return tokens[256 + l.symbol] + distances[d.symbol] + static_cast<float>(l.extraBits + d.extraBits);
  }
};

/// For each position the nearest match of every length that a nearer one does not reach.
std::vector<std::vector<Match>> findMatches(std::string_view text) {
  std::vector<std::vector<Match>> matches(text.size());
  std::vector<std::int32_t> head(1U << 16U, -1);
  std::vector<std::int32_t> previous(text.size(), -1);
  const auto byteAt = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  for (std::size_t i = 0; i + text::minMatch <= text.size(); ++i) {
    const std::uint32_t hash = ((byteAt(i) << 16U | byteAt(i + 1) << 8U | byteAt(i + 2)) * 0x9e3779b1U) >> 16U;
    std::uint32_t best = text::minMatch - 1;
    const std::size_t max = std::min<std::size_t>(maxMatch, text.size() - i);
    int tried = 0;
    for (std::int32_t from = head[hash]; from >= 0 && best < max && tried < maxCandidates;
         from = previous[static_cast<std::size_t>(from)], ++tried) {
      std::uint32_t length = 0;
      while (length < max && text[static_cast<std::size_t>(from) + length] == text[i + length]) {
        ++length;
      }
      if (length > best) {
        best = length;
        matches[i].push_back({length, static_cast<std::uint32_t>(i) - static_cast<std::uint32_t>(from)});
      }
    }
    previous[i] = head[hash];
    head[hash] = static_cast<std::int32_t>(i);
  }
  return matches;
}

std::vector<Token> cheapestPath(std::string_view text, const std::vector<std::vector<Match>> &matches, const Costs &costs) {
  std::vector<float> reach(text.size() + 1, std::numeric_limits<float>::max());
  std::vector<Token> arrival(text.size() + 1);
  std::vector<std::uint32_t> lastDistance(text.size() + 1, 0);
  reach[0] = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto offer = [&](Token token, float cost) {
      if (reach[i] + cost < reach[i + token.length]) {
        reach[i + token.length] = reach[i] + cost;
        arrival[i + token.length] = token;
        lastDistance[i + token.length] = token.length == 1 ? lastDistance[i] : token.distance;
      }
    };
    offer({}, costs.tokens[static_cast<unsigned char>(text[i])]);
    std::uint32_t from = text::minMatch;
    for (const Match &match : matches[i]) {
      for (; from <= match.length; ++from) {
        offer({from, match.distance}, costs.of(from, match.distance));
      }
    }
    const std::uint32_t repeat = lastDistance[i];
    for (std::uint32_t length = 1;
         repeat != 0 && length <= maxMatch && i + length <= text.size() && text[i + length - 1] == text[i + length - 1 - repeat];
         ++length) {
      if (length >= text::minMatch) {
        const text::ClassedNumber l = text::classOf(length - text::minMatch);
        offer({length, repeat}, costs.tokens[256 + l.symbol] + static_cast<float>(l.extraBits) + costs.distances[text::repeatDistance]);
      }
    }
  }
  std::vector<Token> tokens;
  for (std::size_t i = text.size(); i > 0; i -= tokens.back().length) {
    tokens.push_back(arrival[i]);
  }
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

/// Calls `byte(value)` or `match(length class, distance class)` for every token.
template <typename Byte, typename Pair> void forEach(std::string_view text, const std::vector<Token> &tokens, Byte &&byte, Pair &&match) {
  std::size_t position = 0;
  std::uint32_t last = 0;
  for (const Token &token : tokens) {
    if (token.length == 1) {
      byte(static_cast<unsigned char>(text[position]));
    } else {
      const text::ClassedNumber distance =
          token.distance == last ? text::ClassedNumber{text::repeatDistance, 0, 0} : text::classOf(token.distance - 1);
      match(text::classOf(token.length - text::minMatch), distance);
      last = token.distance;
    }
    position += token.length;
  }
}

struct Counts {
  std::vector<std::uint64_t> tokens = std::vector<std::uint64_t>(text::tokenSymbols, 0);
  std::vector<std::uint64_t> distances = std::vector<std::uint64_t>(text::distanceSymbols, 0);
};

Counts countTokens(std::string_view text, const std::vector<Token> &tokens) {
  Counts counts;
  forEach(
      text, tokens, [&](std::uint32_t byte) { ++counts.tokens[byte]; },
      [&](const text::ClassedNumber &length, const text::ClassedNumber &distance) {
        ++counts.tokens[256 + length.symbol];
        ++counts.distances[distance.symbol];
      });
  return counts;
}

Costs costsOf(const Counts &counts) {
  const std::vector<std::uint8_t> tokens = limitedCodeLengths(counts.tokens, maxCodeLength);
  const std::vector<std::uint8_t> distances = limitedCodeLengths(counts.distances, maxCodeLength);
  Costs costs;
  std::transform(tokens.begin(), tokens.end(), costs.tokens.begin(),
                 [](std::uint8_t bits) { return bits == 0 ? 13.0F : static_cast<float>(bits); });
  std::transform(distances.begin(), distances.end(), costs.distances.begin(),
                 [](std::uint8_t bits) { return bits == 0 ? 10.0F : static_cast<float>(bits); });
  return costs;
}

} // namespace

std::vector<std::uint8_t> packText(std::string_view text) {
  Costs costs;
  costs.tokens.fill(6.0F);
  costs.distances.fill(5.0F);
  const std::vector<std::vector<Match>> matches = findMatches(text);
  std::vector<Token> tokens;
  for (int round = 0; round < rounds; ++round) {
    tokens = cheapestPath(text, matches, costs);
    costs = costsOf(countTokens(text, tokens));
  }
  const Counts counts = countTokens(text, tokens);
  const HuffmanEncoder tokenCode(counts.tokens);
  const HuffmanEncoder distanceCode(counts.distances);
  BitWriter writer;
  tokenCode.describe(writer);
  distanceCode.describe(writer);
  forEach(
      text, tokens, [&](std::uint32_t byte) { tokenCode.put(writer, byte); },
      [&](const text::ClassedNumber &length, const text::ClassedNumber &distance) {
        tokenCode.put(writer, 256 + length.symbol);
        writer.put(length.extra, length.extraBits);
        distanceCode.put(writer, distance.symbol);
        writer.put(distance.extra, distance.extraBits);
      });
  return writer.finish();
}

} // namespace zynqnet
