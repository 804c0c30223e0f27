// Every coding is tried and the smallest kept: a section's size is known only once it is written.
#include "core/validate.hpp"
#include "zqn/arrays.hpp"
#include "zqn/huffman.hpp"
#include "zqn/indexed_layer.hpp"
#include "zqn/row_sets.hpp"
#include "zqn/section.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace zynqnet {
namespace {

using namespace section;

/// With several contexts the decoder reads from many tables: kept small, they stay in the nearest caches (0.1 % larger).
constexpr unsigned shortCodeLength = 11;
constexpr std::size_t minForSets = 2048; ///< weights; below it, more codes never pay

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
      valueCodes_.emplace_back(counts, values_.size() > 1 ? shortCodeLength : maxCodeLength).describe(writer);
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

std::vector<std::uint8_t> setsOf(const IndexedLayer &layer, std::uint32_t sets) {
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

BitWriter encodePlan(const Op &conv, const IndexedLayer &layer, const Plan &plan, bool isFloat) {
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
std::vector<Plan> basicPlans(const IndexedLayer &layer) {
  const std::size_t zeros = layer.zeros();
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
std::vector<ContextRule> contextRules(const IndexedLayer &layer) {
  double squares = 0;
  for (const std::uint16_t index : layer.indices) {
    const double level = static_cast<double>(index) - layer.zero;
    squares += level * level;
  }
  const double rms = std::sqrt(squares / static_cast<double>(layer.indices.size()));
  static const std::vector<std::vector<double>> factors{{0.0}, {0.3, 1.0}, {0.2, 0.8, 1.7}, {0.1, 0.6, 1.3, 2.2}};
  std::vector<ContextRule> rules;
  for (const std::vector<double> &multiples : factors) {
    ContextRule rule;
    for (const double factor : multiples) {
      const auto threshold = static_cast<std::uint32_t>(std::min(rms * factor, double{Contexts::maxLevel}));
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

BitWriter smallest(const Op &conv, const IndexedLayer &layer, bool isFloat) {
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
  if (layer.indices.size() < minForSets) {
    return result;
  }
  for (const ContextRule &rule : contextRules(layer)) {
    Plan plan = best;
    plan.rule = rule;
    offer(plan);
  }
  for (std::uint32_t sets = 2; sets <= maxTableSets && sets <= layer.rows; sets *= 2) {
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
  const std::optional<IndexedLayer> layer = indexLayer(weights, conv.output.view.channels);
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
