// Every coding is tried and the smallest kept: a section's size is known only once it is written.
#include "core/codec/arrays.hpp"
#include "core/codec/huffman.hpp"
#include "core/codec/row_sets.hpp"
#include "core/codec/section.hpp"
#include "core/validate.hpp"

#include <algorithm>
#include <optional>

namespace zynqnet {
namespace {

using namespace section;

constexpr std::size_t leastForSets = 4096; ///< weights; below it, more tables never pay

/// A layer as indices: 0 is zero, i + 1 is codebook[i].
struct Indexed {
  std::vector<std::int64_t> codebook; ///< ascending, as int8 value or orderedFromFloat
  std::vector<std::uint16_t> indices;
  std::size_t rows = 0;
  std::size_t rowLength = 0;
};

struct Plan {
  Coding coding = Coding::dense;
  std::uint32_t patternBits = 0;
  std::uint32_t sets = 1;
};

/// A position symbol (run or pattern) with extra bits, or a value symbol.
struct Token {
  bool position = false;
  std::uint32_t symbol = 0;
  std::uint32_t extra = 0;
  unsigned extraBits = 0;
};

std::int64_t orderedOf(float value) { return orderedFromFloat(value); }
std::int64_t orderedOf(std::int8_t value) { return value; }

/// Nothing when there are more values than a codebook holds.
template <typename Value> std::optional<Indexed> index(const std::vector<Value> &weights, std::size_t rows) {
  Indexed layer;
  layer.rows = rows;
  layer.rowLength = weights.size() / rows;
  std::vector<std::int64_t> ordered(weights.size());
  std::transform(weights.begin(), weights.end(), ordered.begin(), [](Value value) { return orderedOf(value); });
  layer.codebook = ordered;
  std::sort(layer.codebook.begin(), layer.codebook.end());
  layer.codebook.erase(std::unique(layer.codebook.begin(), layer.codebook.end()), layer.codebook.end());
  std::erase(layer.codebook, 0);
  if (layer.codebook.size() > mostValues) {
    return std::nullopt;
  }
  for (const std::int64_t value : ordered) {
    const auto found = std::lower_bound(layer.codebook.begin(), layer.codebook.end(), value);
    layer.indices.push_back(value == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(found - layer.codebook.begin() + 1));
  }
  return layer;
}

Token runToken(std::size_t run) {
  if (run < directRuns) {
    return {true, static_cast<std::uint32_t>(run)};
  }
  const auto above = static_cast<std::uint32_t>(run - directRuns + 1); // at least 1
  const auto bits = static_cast<unsigned>(std::bit_width(above)) - 1;
  return {true, directRuns + bits, above - (1U << bits), bits};
}

std::vector<Token> tokensOf(std::span<const std::uint16_t> row, const Plan &plan) {
  std::vector<Token> tokens;
  if (plan.coding == Coding::dense) {
    for (const std::uint16_t symbol : row) {
      tokens.push_back({false, symbol});
    }
    return tokens;
  }
  if (plan.coding == Coding::runs) {
    std::size_t run = 0;
    for (const std::uint16_t symbol : row) {
      if (symbol == 0) {
        ++run;
        continue;
      }
      tokens.push_back(runToken(run));
      tokens.push_back({false, symbol - 1U});
      run = 0;
    }
    if (run > 0) {
      tokens.push_back({true, rowEnd});
    }
    return tokens;
  }
  for (std::size_t begin = 0; begin < row.size(); begin += plan.patternBits) {
    const std::size_t end = std::min(row.size(), begin + plan.patternBits);
    std::uint32_t pattern = 0;
    for (std::size_t i = begin; i < end; ++i) {
      pattern |= row[i] == 0 ? 0 : 1U << (i - begin);
    }
    tokens.push_back({true, pattern});
    for (std::size_t i = begin; i < end; ++i) {
      if (row[i] != 0) {
        tokens.push_back({false, row[i] - 1U});
      }
    }
  }
  return tokens;
}

void putCodebook(BitWriter &writer, const std::vector<std::int64_t> &codebook, bool isFloat) {
  writer.put(static_cast<std::uint32_t>(codebook.size()), codebookSizeBits);
  if (codebook.empty()) {
    return;
  }
  const std::int64_t first = codebook.front();
  writer.put(first < 0 ? 1 : 0, 1);
  writer.put(static_cast<std::uint32_t>(first < 0 ? -first : first), isFloat ? 31 : 7);
  std::vector<std::uint32_t> steps;
  for (std::size_t i = 1; i < codebook.size(); ++i) {
    steps.push_back(static_cast<std::uint32_t>(codebook[i] - codebook[i - 1]));
  }
  putIntegers(writer, steps);
}

/// The codes of one group of rows.
class TableSet {
public:
  TableSet(std::uint32_t positionSymbols, std::uint32_t valueSymbols) : positions_(positionSymbols, 0), values_(valueSymbols, 0) {}
  void count(const Token &token) { ++(token.position ? positions_ : values_)[token.symbol]; }
  void describe(BitWriter &writer) {
    if (!positions_.empty()) {
      positionCode_.emplace(positions_).describe(writer);
    }
    valueCode_.emplace(values_).describe(writer);
  }
  void put(BitWriter &writer, const Token &token) const {
    (token.position ? positionCode_ : valueCode_)->put(writer, token.symbol);
    writer.put(token.extra, token.extraBits);
  }

private:
  std::vector<std::uint64_t> positions_;
  std::vector<std::uint64_t> values_;
  std::optional<HuffmanEncoder> positionCode_;
  std::optional<HuffmanEncoder> valueCode_;
};

std::vector<std::uint8_t> setsOf(const Indexed &layer, std::uint32_t sets) {
  if (sets == 1) {
    return std::vector<std::uint8_t>(layer.rows, 0);
  }
  std::vector<std::vector<std::uint32_t>> histograms(layer.rows, std::vector<std::uint32_t>(layer.codebook.size() + 1, 0));
  for (std::size_t i = 0; i < layer.indices.size(); ++i) {
    ++histograms[i / layer.rowLength][layer.indices[i]];
  }
  return groupRows(histograms, sets);
}

BitWriter encodeWeights(const Indexed &layer, const Plan &plan, bool isFloat) {
  BitWriter writer;
  writer.put(static_cast<std::uint32_t>(plan.coding), 2);
  putCodebook(writer, layer.codebook, isFloat);
  if (plan.coding == Coding::patterns) {
    writer.put(plan.patternBits, 4);
  }
  writer.put(plan.sets - 1, 3);
  const std::vector<std::uint8_t> setOfRow = setsOf(layer, plan.sets);
  if (plan.sets > 1) {
    putSymbols(writer, setOfRow, plan.sets);
  }
  const auto valueCount = static_cast<std::uint32_t>(layer.codebook.size());
  const std::uint32_t positionSymbols = plan.coding == Coding::dense ? 0 : plan.coding == Coding::runs ? runSymbols : 1U << plan.patternBits;
  std::vector<TableSet> sets(plan.sets, TableSet(positionSymbols, plan.coding == Coding::dense ? valueCount + 1 : valueCount));
  std::vector<std::vector<Token>> rows;
  for (std::size_t r = 0; r < layer.rows; ++r) {
    rows.push_back(tokensOf(std::span(layer.indices).subspan(r * layer.rowLength, layer.rowLength), plan));
    for (const Token &token : rows.back()) {
      sets[setOfRow[r]].count(token);
    }
  }
  for (TableSet &set : sets) {
    set.describe(writer);
  }
  for (std::size_t r = 0; r < layer.rows; ++r) {
    for (const Token &token : rows[r]) {
      sets[setOfRow[r]].put(writer, token);
    }
  }
  return writer;
}

BitWriter smallest(const Indexed &layer, bool isFloat) {
  const std::size_t zeros = static_cast<std::size_t>(std::count(layer.indices.begin(), layer.indices.end(), 0));
  std::vector<Plan> plans{{Coding::dense}};
  if (zeros > 0 && zeros < layer.indices.size()) {
    plans.push_back({Coding::runs});
    if (zeros * 16 > layer.indices.size()) { // patterns never pay for a rare zero
      for (const std::uint32_t bits : {6U, 8U, 9U, 10U}) {
        plans.push_back({Coding::patterns, bits});
      }
    }
  }
  Plan best = plans.front();
  BitWriter result = encodeWeights(layer, best, isFloat);
  const auto offer = [&](const Plan &plan) {
    BitWriter candidate = encodeWeights(layer, plan, isFloat);
    const bool better = candidate.bitCount() < result.bitCount();
    if (better) {
      best = plan;
      result = std::move(candidate);
    }
    return better;
  };
  for (std::size_t i = 1; i < plans.size(); ++i) {
    offer(plans[i]);
  }
  for (std::uint32_t sets = 2; sets <= mostTableSets && sets <= layer.rows && layer.indices.size() >= leastForSets; sets *= 2) {
    Plan plan = best;
    plan.sets = sets;
    if (!offer(plan)) {
      break;
    }
  }
  return result;
}

template <typename Value> BitWriter encodeRaw(const std::vector<Value> &weights) {
  BitWriter writer;
  writer.put(static_cast<std::uint32_t>(Coding::raw), 2);
  for (const Value value : weights) {
    if constexpr (sizeof(Value) == 1) {
      writer.put(static_cast<std::uint8_t>(value), 8);
    } else {
      writer.put(std::bit_cast<std::uint32_t>(value), 32);
    }
  }
  return writer;
}

template <typename Value> BitWriter encodeWeights(const std::vector<Value> &weights, std::size_t rows) {
  BitWriter raw = encodeRaw(weights);
  const std::optional<Indexed> layer = index(weights, rows);
  if (!layer) {
    return raw;
  }
  BitWriter coded = smallest(*layer, sizeof(Value) == 4);
  return coded.bitCount() < raw.bitCount() ? std::move(coded) : std::move(raw);
}

} // namespace

std::vector<std::uint8_t> encodeSection(const Model &model, const Op &conv) {
  const ConvWeights &source = model.weights[conv.weights];
  if (model.arithmetic == Arithmetic::float32) {
    BitWriter writer = encodeWeights(source.floatWeights, conv.output.view.channels);
    putFloats(writer, source.floatBias);
    return writer.finish();
  }
  BitWriter writer = encodeWeights(source.weights, conv.output.view.channels);
  std::vector<std::uint32_t> bias(source.bias.size());
  std::transform(source.bias.begin(), source.bias.end(), bias.begin(), zigzag);
  putIntegers(writer, bias);
  if (!conv.output.logits) {
    putIntegers(writer, std::vector<std::uint32_t>(source.multiplier.begin(), source.multiplier.end()));
    putSymbols(writer, source.shift, shiftSymbols);
  }
  return writer.finish();
}

} // namespace zynqnet
