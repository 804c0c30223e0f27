#include "core/codec/arrays.hpp"
#include "core/codec/huffman.hpp"
#include "core/codec/section.hpp"
#include "core/validate.hpp"

#include <algorithm>

namespace zynqnet {
namespace {

using namespace section;

/// How the rows of one layer are coded. A row is one output channel: [input channel][ky][kx].
template <typename Value> struct Layer {
  Coding coding = Coding::raw;
  std::vector<Value> codebook; ///< ascending, without zero
  std::uint32_t patternBits = 0;
  std::vector<std::uint8_t> setOfRow;     ///< which pair of codes
  std::vector<HuffmanDecoder> positions;  ///< runs or patterns; empty when dense
  std::vector<HuffmanDecoder> values;     ///< dense: 0 is zero, i + 1 is codebook[i]; else codebook[i]
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
  constexpr std::int64_t most = isFloat ? 0x7f7fffff : 127; // the largest finite float
  const bool negative = reader.take(1) != 0;
  const std::int64_t magnitude = reader.take(isFloat ? 31 : 7);
  const std::vector<std::int64_t> ordered = readAscending(reader, count, negative ? -magnitude : magnitude);
  std::vector<Value> values;
  for (const std::int64_t value : ordered) {
    if (value == 0 || value < -most || value > most) {
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

template <typename Value> Layer<Value> readLayer(BitReader &reader, Coding coding, std::size_t rows) {
  Layer<Value> layer;
  layer.coding = coding;
  layer.codebook = readCodebook<Value>(reader);
  const auto valueCount = static_cast<std::uint32_t>(layer.codebook.size());
  if (coding == Coding::patterns) {
    layer.patternBits = reader.take(4);
    if (layer.patternBits < leastPattern || layer.patternBits > mostPattern) {
      throw Error("MODEL_SECTION", "a pattern covers 2 to 10 weights");
    }
  }
  if (coding != Coding::dense && valueCount == 0) {
    throw Error("MODEL_SECTION", "only a dense section may have an empty codebook");
  }
  const std::uint32_t sets = reader.take(3) + 1;
  layer.setOfRow = sets == 1 ? std::vector<std::uint8_t>(rows, 0) : takeSymbols(reader, rows, sets);
  for (std::uint32_t set = 0; set < sets; ++set) {
    if (coding == Coding::dense) {
      layer.values.emplace_back(reader, valueCount + 1);
      continue;
    }
    layer.positions.emplace_back(reader, coding == Coding::runs ? runSymbols : 1U << layer.patternBits);
    layer.values.emplace_back(reader, valueCount);
  }
  return layer;
}

template <typename Value> void readDenseRow(BitReader &reader, const HuffmanDecoder &code, const Value *symbols, std::span<Value> row) {
  std::size_t i = 0;
  for (; i + 4 <= row.size(); i += 4) { // four codes of 12 bits fit one refill
    reader.refill();
    row[i] = symbols[code.next(reader)];
    row[i + 1] = symbols[code.next(reader)];
    row[i + 2] = symbols[code.next(reader)];
    row[i + 3] = symbols[code.next(reader)];
  }
  for (; i < row.size(); ++i) {
    reader.refill();
    row[i] = symbols[code.next(reader)];
  }
}

template <typename Value> void readRunRow(BitReader &reader, const Layer<Value> &layer, std::size_t set, std::span<Value> row) {
  std::size_t position = 0;
  while (position < row.size()) {
    reader.refill();
    std::size_t run = layer.positions[set].next(reader);
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
    row[position++] = layer.codebook[layer.values[set].next(reader)];
  }
}

template <typename Value> void readPatternRow(BitReader &reader, const Layer<Value> &layer, std::size_t set, std::span<Value> row) {
  const HuffmanDecoder &positions = layer.positions[set];
  const HuffmanDecoder &values = layer.values[set];
  const Value *codebook = layer.codebook.data();
  for (std::size_t begin = 0; begin < row.size(); begin += layer.patternBits) {
    reader.refill();
    std::uint32_t pattern = positions.next(reader);
    if (begin + static_cast<std::size_t>(std::bit_width(pattern)) > row.size()) {
      throw Error("MODEL_SECTION", "a pattern leaves its row");
    }
    for (unsigned taken = 1; pattern != 0; pattern &= pattern - 1) {
      if (taken++ % 4 == 0) {
        reader.refill();
      }
      row[begin + static_cast<std::size_t>(std::countr_zero(pattern))] = codebook[values.next(reader)];
    }
  }
}

template <typename Value> std::vector<Value> readRows(BitReader &reader, const Layer<Value> &layer, std::size_t count) {
  std::vector<Value> weights(count);
  std::vector<Value> withZero{Value{}};
  withZero.insert(withZero.end(), layer.codebook.begin(), layer.codebook.end());
  const std::size_t rows = layer.setOfRow.size();
  const std::size_t length = count / rows;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::span<Value> row(weights.data() + r * length, length);
    const std::size_t set = layer.setOfRow[r];
    if (layer.coding == Coding::dense) {
      readDenseRow(reader, layer.values[set], withZero.data(), row);
    } else if (layer.coding == Coding::runs) {
      readRunRow(reader, layer, set, row);
    } else {
      readPatternRow(reader, layer, set, row);
    }
    reader.requireInside();
  }
  return weights;
}

template <typename Value> std::string describe(const Layer<Value> &layer) {
  std::string text = layer.coding == Coding::dense  ? "dense"
                     : layer.coding == Coding::runs ? "runs"
                                                    : "patterns" + std::to_string(layer.patternBits);
  const std::size_t sets = layer.values.size();
  return sets == 1 ? text : text + " x" + std::to_string(sets);
}

template <typename Value> std::vector<Value> readWeights(BitReader &reader, const Op &conv, SectionInfo &info) {
  const std::size_t count = weightCount(conv);
  const auto coding = static_cast<Coding>(reader.take(2));
  std::vector<Value> weights;
  if (coding == Coding::raw) {
    info.coding = "raw";
    weights = readRaw<Value>(reader, count);
  } else {
    const Layer<Value> layer = readLayer<Value>(reader, coding, conv.output.view.channels);
    info.coding = describe(layer);
    info.codebookSize = static_cast<std::uint32_t>(layer.codebook.size());
    weights = readRows(reader, layer, count);
  }
  info.nonZero = count - static_cast<std::uint64_t>(std::count(weights.begin(), weights.end(), Value{}));
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
