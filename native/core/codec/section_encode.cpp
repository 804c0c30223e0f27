// Every coding is tried and the smallest kept: a section's size is known only once it is written.
#include "core/codec/arrays.hpp"
#include "core/codec/contexts.hpp"
#include "core/codec/huffman.hpp"
#include "core/codec/row_sets.hpp"
#include "core/codec/section.hpp"
#include "core/validate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace zynqnet {
namespace {

using namespace section;

constexpr std::size_t leastForSets = 2048; ///< weights; below it, more codes never pay

/// A layer as indices: 0 is zero, i + 1 is codebook[i].
struct Indexed {
  std::vector<std::int64_t> codebook; ///< ascending, as int8 value or orderedFromFloat
  std::vector<std::uint16_t> indices;
  std::vector<std::int16_t> levels; ///< by index
  std::size_t rows = 0;
  std::size_t rowLength = 0;
};

struct Plan {
  Coding coding = Coding::dense;
  std::uint32_t patternBits = 0;
  std::uint32_t sets = 1;
  ContextRule rule;
};

/// A position symbol (run or pattern) with extra bits, or a value symbol.
struct Token {
  bool position = false;
  std::uint32_t symbol = 0;
  std::uint32_t extra = 0;
  unsigned extraBits = 0;
  std::uint8_t context = 0; ///< of a value
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
  const auto negatives = std::lower_bound(layer.codebook.begin(), layer.codebook.end(), 0) - layer.codebook.begin();
  layer.levels = levelsOf(layer.codebook.size(), static_cast<std::size_t>(negatives));
  layer.levels.insert(layer.levels.begin(), 0);
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

/// Turns rows into tokens.
class Tokenizer {
public:
  Tokenizer(const Op &conv, const Indexed &layer, const Plan &plan)
      : layer_(layer), plan_(plan), contexts_(conv, plan.rule), valueOffset_(plan.coding == Coding::dense ? 0 : 1) {}

  [[nodiscard]] std::vector<Token> row(std::size_t r) {
    row_ = std::span(layer_.indices).subspan(r * layer_.rowLength, layer_.rowLength);
    tokens_.clear();
    contexts_.beginRow();
    if (plan_.coding == Coding::dense) {
      for (std::size_t i = 0; i < row_.size(); ++i) {
        value(i);
      }
    } else if (plan_.coding == Coding::runs) {
      runs();
    } else {
      patterns();
    }
    return tokens_;
  }

private:
  void value(std::size_t i) {
    const auto context = plan_.rule.thresholds.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(contexts_.at(i));
    contexts_.set(i, layer_.levels[row_[i]]);
    tokens_.push_back({false, row_[i] - valueOffset_, 0, 0, context});
  }

  void runs() {
    std::size_t run = 0;
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (row_[i] == 0) {
        ++run;
        continue;
      }
      tokens_.push_back(runToken(run));
      value(i);
      run = 0;
    }
    if (run > 0) {
      tokens_.push_back({true, rowEnd});
    }
  }

  void patterns() {
    for (std::size_t begin = 0; begin < row_.size(); begin += plan_.patternBits) {
      const std::size_t end = std::min(row_.size(), begin + plan_.patternBits);
      std::uint32_t pattern = 0;
      for (std::size_t i = begin; i < end; ++i) {
        pattern |= row_[i] == 0 ? 0 : 1U << (i - begin);
      }
      tokens_.push_back({true, pattern});
      for (std::size_t i = begin; i < end; ++i) {
        if (row_[i] != 0) {
          value(i);
        }
      }
    }
  }

  const Indexed &layer_;
  const Plan &plan_;
  Contexts contexts_;
  std::uint32_t valueOffset_;
  std::span<const std::uint16_t> row_;
  std::vector<Token> tokens_;
};

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
  TableSet(std::uint32_t positionSymbols, std::uint32_t valueSymbols, std::size_t contexts)
      : positions_(positionSymbols, 0), values_(contexts, std::vector<std::uint64_t>(valueSymbols, 0)) {}
  void count(const Token &token) { ++(token.position ? positions_ : values_[token.context])[token.symbol]; }
  void describe(BitWriter &writer) {
    if (!positions_.empty()) {
      positionCode_.emplace(positions_).describe(writer);
    }
    for (const std::vector<std::uint64_t> &counts : values_) {
      valueCodes_.emplace_back(counts).describe(writer);
    }
  }
  void put(BitWriter &writer, const Token &token) const {
    (token.position ? *positionCode_ : valueCodes_[token.context]).put(writer, token.symbol);
    writer.put(token.extra, token.extraBits);
  }

private:
  std::vector<std::uint64_t> positions_;
  std::vector<std::vector<std::uint64_t>> values_;
  std::optional<HuffmanEncoder> positionCode_;
  std::vector<HuffmanEncoder> valueCodes_;
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

void putContextRule(BitWriter &writer, const ContextRule &rule) {
  writer.put(static_cast<std::uint32_t>(rule.thresholds.size()), 3);
  for (const std::uint32_t threshold : rule.thresholds) {
    writer.put(threshold, Contexts::thresholdBits);
  }
  if (!rule.thresholds.empty()) {
    writer.put(rule.corner ? 1 : 0, 1);
  }
}

BitWriter encodePlan(const Op &conv, const Indexed &layer, const Plan &plan, bool isFloat) {
  BitWriter writer;
  writer.put(static_cast<std::uint32_t>(plan.coding), 2);
  putCodebook(writer, layer.codebook, isFloat);
  if (plan.coding == Coding::patterns) {
    writer.put(plan.patternBits, 4);
  }
  putContextRule(writer, plan.rule);
  writer.put(plan.sets - 1, 3);
  const std::vector<std::uint8_t> setOfRow = setsOf(layer, plan.sets);
  if (plan.sets > 1) {
    putSymbols(writer, setOfRow, plan.sets);
  }
  const bool dense = plan.coding == Coding::dense;
  const auto valueSymbols = static_cast<std::uint32_t>(layer.codebook.size() + (dense ? 1 : 0));
  const std::uint32_t positionSymbols = dense ? 0 : plan.coding == Coding::runs ? runSymbols : 1U << plan.patternBits;
  std::vector<TableSet> sets(plan.sets, TableSet(positionSymbols, valueSymbols, plan.rule.contexts()));
  Tokenizer tokenizer(conv, layer, plan);
  std::vector<std::vector<Token>> rows;
  for (std::size_t r = 0; r < layer.rows; ++r) {
    rows.push_back(tokenizer.row(r));
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

Plan planOf(Coding coding, std::uint32_t patternBits = 0) {
  Plan plan;
  plan.coding = coding;
  plan.patternBits = patternBits;
  return plan;
}

/// Codings without contexts and groups; those are added to the best of them.
std::vector<Plan> basicPlans(const Indexed &layer) {
  const auto zeros = static_cast<std::size_t>(std::count(layer.indices.begin(), layer.indices.end(), 0));
  std::vector<Plan> plans{planOf(Coding::dense)};
  if (zeros > 0 && zeros < layer.indices.size()) {
    plans.push_back(planOf(Coding::runs));
    if (zeros * 16 > layer.indices.size()) { // patterns never pay for a rare zero
      for (const std::uint32_t bits : {6U, 8U, 9U, 10U}) {
        plans.push_back(planOf(Coding::patterns, bits));
      }
    }
  }
  return plans;
}

/// Threshold sets to try, as multiples of the levels' root mean square; measured on ZynqNet's and SqueezeNet's weights.
std::vector<ContextRule> contextRules(const Indexed &layer) {
  double squares = 0;
  for (const std::uint16_t index : layer.indices) {
    squares += static_cast<double>(layer.levels[index]) * layer.levels[index];
  }
  const double rms = std::sqrt(squares / static_cast<double>(layer.indices.size()));
  static const std::vector<std::vector<double>> factors{{0.0}, {0.3, 1.0}, {0.2, 0.8, 1.7}, {0.1, 0.6, 1.3, 2.2}};
  std::vector<ContextRule> rules;
  for (const std::vector<double> &multiples : factors) {
    ContextRule rule;
    for (const double factor : multiples) {
      const auto threshold = static_cast<std::uint32_t>(std::min(rms * factor, double{Contexts::mostLevel}));
      if (rule.thresholds.empty() || threshold > rule.thresholds.back()) {
        rule.thresholds.push_back(threshold);
      }
    }
    for (const bool corner : {false, true}) {
      rule.corner = corner;
      rules.push_back(rule);
    }
  }
  return rules;
}

BitWriter smallest(const Op &conv, const Indexed &layer, bool isFloat) {
  const std::vector<Plan> plans = basicPlans(layer);
  Plan best = plans.front();
  BitWriter result = encodePlan(conv, layer, best, isFloat);
  const auto offer = [&](const Plan &plan) {
    BitWriter candidate = encodePlan(conv, layer, plan, isFloat);
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
  if (layer.indices.size() < leastForSets) {
    return result;
  }
  for (const ContextRule &rule : contextRules(layer)) {
    Plan plan = best;
    plan.rule = rule;
    offer(plan);
  }
  for (std::uint32_t sets = 2; sets <= mostTableSets && sets <= layer.rows; sets *= 2) {
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

template <typename Value> BitWriter encodeWeights(const Op &conv, const std::vector<Value> &weights) {
  BitWriter raw = encodeRaw(weights);
  const std::optional<Indexed> layer = index(weights, conv.output.view.channels);
  if (!layer) {
    return raw;
  }
  BitWriter coded = smallest(conv, *layer, sizeof(Value) == 4);
  return coded.bitCount() < raw.bitCount() ? std::move(coded) : std::move(raw);
}

} // namespace

std::vector<std::uint8_t> encodeSection(const Model &model, const Op &conv) {
  const ConvWeights &source = model.weights[conv.weights];
  if (model.arithmetic == Arithmetic::float32) {
    BitWriter writer = encodeWeights(conv, source.floatWeights);
    putFloats(writer, source.floatBias);
    return writer.finish();
  }
  BitWriter writer = encodeWeights(conv, source.weights);
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
