#include "core/validate.hpp"
#include "zqn/arrays.hpp"
#include "zqn/contexts.hpp"
#include "zqn/huffman.hpp"
#include "zqn/section.hpp"

#include <algorithm>

namespace zynqnet {
namespace {

using namespace section;

/// How the rows of one layer are coded. A row is one output channel: [input channel][ky][kx].
template <typename Value> struct Layer {
  Coding coding = Coding::raw;
  std::vector<Value> values; ///< by value symbol, ascending: the codebook, in dense sections with zero in its place
  std::int32_t negatives = 0;
  std::uint32_t codebookSize = 0;
  std::uint32_t patternBits = 0;
  std::vector<std::uint8_t> setOfRow; ///< which group of codes
  ContextRule rule;
  std::vector<HuffmanDecoder> positionCodes; ///< runs or patterns, one per set; empty when dense
  std::vector<HuffmanDecoder> valueCodes;    ///< one per set and context
};

template <typename Value> std::vector<Value> readRaw(BitReader &reader, std::size_t count) {
  std::vector<Value> values(count);
  for (Value &value : values) {
    if constexpr (sizeof(Value) == 1) {
      value = static_cast<Value>(reader.take(8));
    } else {
      const std::uint32_t low = reader.take(16);
      value = std::bit_cast<Value>(low | reader.take(16) << 16U);
    }
  }
  reader.requireInside();
  return values;
}

std::vector<std::int64_t> readAscending(BitReader &reader, std::size_t count, std::int64_t first) {
  std::vector<std::int64_t> values{first};
  for (const std::uint32_t step : takeIntegers(reader, count - 1)) {
    if (step == 0) {
      throw Error("MODEL_SECTION", "a codebook has the same value twice");
    }
    values.push_back(values.back() + step);
  }
  return values;
}

template <typename Value> std::vector<Value> readCodebook(BitReader &reader) {
  const std::uint32_t count = reader.take(codebookSizeBits);
  if (count == 0) {
    return {};
  }
  constexpr bool isFloat = sizeof(Value) == 4;
  constexpr std::int64_t max = isFloat ? 0x7f7fffff : 127; // the largest finite float
  const bool negative = reader.take(1) != 0;
  const std::int64_t magnitude = reader.take(isFloat ? 31 : 7);
  const std::vector<std::int64_t> ordered = readAscending(reader, count, negative ? -magnitude : magnitude);
  std::vector<Value> values;
  for (const std::int64_t value : ordered) {
    if (value == 0 || value < -max || value > max) {
      throw Error("MODEL_SECTION", "a codebook holds zero or a value out of range");
    }
    if constexpr (isFloat) {
      values.push_back(floatFromOrdered(value));
    } else {
      values.push_back(static_cast<Value>(value));
    }
  }
  return values;
}

ContextRule readContextRule(BitReader &reader) {
  ContextRule rule;
  const std::uint32_t count = reader.take(3);
  if (count > Contexts::maxThresholds) {
    throw Error("MODEL_SECTION", "there are at most 4 context thresholds");
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t threshold = reader.take(Contexts::thresholdBits);
    if (i > 0 && threshold <= rule.thresholds.back()) {
      throw Error("MODEL_SECTION", "context thresholds do not ascend");
    }
    rule.thresholds.push_back(threshold);
  }
  rule.corner = count > 0 && reader.take(1) != 0;
  return rule;
}

template <typename Value> void readValues(BitReader &reader, Layer<Value> &layer) {
  const std::vector<Value> codebook = readCodebook<Value>(reader);
  layer.codebookSize = static_cast<std::uint32_t>(codebook.size());
  if (layer.coding != Coding::dense && codebook.empty()) {
    throw Error("MODEL_SECTION", "only a dense section may have an empty codebook");
  }
  const auto positive = std::find_if(codebook.begin(), codebook.end(), [](Value value) { return value > Value{}; });
  layer.negatives = static_cast<std::int32_t>(positive - codebook.begin());
  layer.values = codebook;
  if (layer.coding == Coding::dense) {
    layer.values.insert(layer.values.begin() + layer.negatives, Value{});
  }
}

template <typename Value> Layer<Value> readLayer(BitReader &reader, Coding coding, std::size_t rows) {
  Layer<Value> layer;
  layer.coding = coding;
  readValues(reader, layer);
  if (coding == Coding::patterns) {
    layer.patternBits = reader.take(4);
    if (layer.patternBits < minPattern || layer.patternBits > maxPattern) {
      throw Error("MODEL_SECTION", "a pattern covers 2 to 10 weights");
    }
  }
  layer.rule = readContextRule(reader);
  const std::uint32_t sets = reader.take(3) + 1;
  layer.setOfRow = sets == 1 ? std::vector<std::uint8_t>(rows, 0) : takeSymbols(reader, rows, sets);
  for (std::uint32_t set = 0; set < sets; ++set) {
    if (coding != Coding::dense) {
      layer.positionCodes.emplace_back(reader, coding == Coding::runs ? runSymbols : 1U << layer.patternBits);
    }
    for (std::size_t context = 0; context < layer.rule.contexts(); ++context) {
      layer.valueCodes.emplace_back(reader, static_cast<std::uint32_t>(layer.values.size()));
    }
  }
  return layer;
}

/// Reads the value at a position of the row with the set's only code.
template <typename Value> struct PlainValues {
  const HuffmanDecoder &code;
  const Value *values;

  Value operator()(BitReader &reader, std::size_t) const noexcept { return values[code.next(reader)]; }
};

/// Reads it with the code of its context.
template <typename Value> struct ContextValues {
  const HuffmanDecoders &codes;
  std::size_t firstCode;
  const Value *values;
  std::int32_t negatives;
  std::int32_t dense; ///< 1 when zero has a symbol, else 0
  Contexts::Row contexts;

  Value operator()(BitReader &reader, std::size_t position) const noexcept {
    const std::uint32_t symbol = codes.next(reader, firstCode + contexts.at(position));
    const std::int32_t rank = static_cast<std::int32_t>(symbol) - negatives;
    contexts.set(position, rank + (rank >= dense ? 1 - dense : 0)); // without a zero symbol, rank 0 is level 1
    return values[symbol];
  }
};

template <typename Value, typename Next> void readDenseRow(BitReader &reader, const Next &next, std::span<Value> row) {
  std::size_t i = 0;
  for (; i + 4 <= row.size(); i += 4) { // four codes of 12 bits fit one refill
    reader.refill();
    row[i] = next(reader, i);
    row[i + 1] = next(reader, i + 1);
    row[i + 2] = next(reader, i + 2);
    row[i + 3] = next(reader, i + 3);
  }
  for (; i < row.size(); ++i) {
    reader.refill();
    row[i] = next(reader, i);
  }
}

template <typename Value, typename Next>
void readRunRow(BitReader &reader, const HuffmanDecoder &runs, const Next &next, std::span<Value> row) {
  std::size_t position = 0;
  while (position < row.size()) {
    reader.refill();
    std::size_t run = runs.next(reader);
    if (run == rowEnd) {
      return;
    }
    if (run >= directRuns) {
      const auto bits = static_cast<unsigned>(run - directRuns);
      run = directRuns + (std::size_t{1} << bits) - 1 + reader.take(bits);
    }
    position += run;
    if (position >= row.size()) {
      throw Error("MODEL_SECTION", "a run of zeros leaves its row");
    }
    reader.refill();
    row[position] = next(reader, position);
    ++position;
  }
}

template <typename Value, typename Next>
void readPatternRow(BitReader &reader, const HuffmanDecoder &patterns, unsigned patternBits, const Next &next, std::span<Value> row) {
  for (std::size_t begin = 0; begin < row.size(); begin += patternBits) {
    reader.refill();
    std::uint32_t pattern = patterns.next(reader);
    if (begin + static_cast<std::size_t>(std::bit_width(pattern)) > row.size()) {
      throw Error("MODEL_SECTION", "a pattern leaves its row");
    }
    for (unsigned taken = 1; pattern != 0; pattern &= pattern - 1) {
      if (taken++ % 4 == 0) {
        reader.refill();
      }
      const std::size_t position = begin + static_cast<std::size_t>(std::countr_zero(pattern));
      row[position] = next(reader, position);
    }
  }
}

template <typename Value, typename Next>
void readRow(BitReader &reader, const Layer<Value> &layer, std::size_t set, const Next &next, std::span<Value> row) {
  BitReader local = reader; // stays in registers
  if (layer.coding == Coding::dense) {
    readDenseRow(local, next, row);
  } else if (layer.coding == Coding::runs) {
    readRunRow(local, layer.positionCodes[set], next, row);
  } else {
    readPatternRow(local, layer.positionCodes[set], layer.patternBits, next, row);
  }
  local.requireInside();
  reader = local;
}

template <typename Value> std::vector<Value> readRows(BitReader &reader, const Layer<Value> &layer, const Op &conv) {
  std::vector<Value> weights(weightCount(conv));
  const std::size_t rows = layer.setOfRow.size();
  const std::size_t length = weights.size() / rows;
  const auto rowAt = [&](std::size_t r) { return std::span<Value>(weights).subspan(r * length, length); };
  if (layer.rule.thresholds.empty()) {
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t set = layer.setOfRow[r];
      readRow(reader, layer, set, PlainValues<Value>{layer.valueCodes[set], layer.values.data()}, rowAt(r));
    }
    return weights;
  }
  const HuffmanDecoders codes(layer.valueCodes);
  Contexts contexts(conv, layer.rule);
  const std::int32_t dense = layer.coding == Coding::dense ? 1 : 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t set = layer.setOfRow[r];
    contexts.beginRow();
    readRow(reader, layer, set,
            ContextValues<Value>{codes, set * layer.rule.contexts(), layer.values.data(), layer.negatives, dense, contexts.row()},
            rowAt(r));
  }
  return weights;
}

template <typename Value> std::string describe(const Layer<Value> &layer) {
  std::string text = layer.coding == Coding::dense  ? "dense"
                     : layer.coding == Coding::runs ? "runs"
                                                    : "patterns" + std::to_string(layer.patternBits);
  const std::size_t contexts = layer.rule.contexts();
  const std::size_t sets = layer.valueCodes.size() / contexts;
  text += contexts == 1 ? "" : ", " + std::to_string(contexts) + " contexts";
  return sets == 1 ? text : text + ", " + std::to_string(sets) + " groups";
}

template <typename Value> std::vector<Value> readWeights(BitReader &reader, const Op &conv, SectionInfo &info) {
  const auto coding = static_cast<Coding>(reader.take(2));
  std::vector<Value> weights;
  if (coding == Coding::raw) {
    info.coding = "raw";
    weights = readRaw<Value>(reader, weightCount(conv));
  } else {
    const Layer<Value> layer = readLayer<Value>(reader, coding, conv.output.view.channels);
    info.coding = describe(layer);
    info.codebookSize = layer.codebookSize;
    weights = readRows(reader, layer, conv);
  }
  info.nonZero = weights.size() - static_cast<std::uint64_t>(std::count(weights.begin(), weights.end(), Value{}));
  return weights;
}

} // namespace

ConvWeights decodeSection(BitReader &reader, const Model &model, const Op &conv, SectionInfo &info) {
  const std::size_t outputs = conv.output.view.channels;
  ConvWeights result;
  if (model.arithmetic == Arithmetic::float32) {
    result.floatWeights = readWeights<float>(reader, conv, info);
    result.floatBias = takeFloats(reader, outputs);
    return result;
  }
  result.weights = readWeights<std::int8_t>(reader, conv, info);
  for (const std::uint32_t bias : takeIntegers(reader, outputs)) {
    result.bias.push_back(unzigzag(bias));
  }
  if (conv.output.logits) {
    return result;
  }
  for (const std::uint32_t multiplier : takeIntegers(reader, outputs)) {
    if (multiplier > 0xffffU) {
      throw Error("MODEL_SECTION", "a multiplier has more than 16 bits");
    }
    result.multiplier.push_back(static_cast<std::uint16_t>(multiplier));
  }
  result.shift = takeSymbols(reader, outputs, shiftSymbols);
  return result;
}

} // namespace zynqnet
