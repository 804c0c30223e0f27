#include "core/codec/section.hpp"

#include "core/error.hpp"
#include "core/validate.hpp"

#include <bit>
#include <cstring>

namespace zynqnet {
namespace {

static_assert(std::endian::native == std::endian::little, "the raw arrays are copied as they are");

template <typename T> std::vector<T> takeRaw(ByteReader &reader, std::size_t count) {
  const std::span<const std::uint8_t> bytes = reader.take(count * sizeof(T));
  std::vector<T> values(count);
  if (count > 0) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  }
  return values;
}

template <typename T> void appendRaw(std::vector<std::uint8_t> &bytes, const std::vector<T> &values) {
  const auto *data = reinterpret_cast<const std::uint8_t *>(values.data());
  bytes.insert(bytes.end(), data, data + values.size() * sizeof(T));
}

} // namespace

std::span<const std::uint8_t> ByteReader::take(std::size_t count) {
  if (count > left()) {
    throw Error("MODEL_SECTION", "the payload ends inside a weight section");
  }
  position_ += count;
  return bytes_.subspan(position_ - count, count);
}

std::uint32_t ByteReader::word() {
  const std::span<const std::uint8_t> b = take(4);
  return b[0] | std::uint32_t{b[1]} << 8U | std::uint32_t{b[2]} << 16U | std::uint32_t{b[3]} << 24U;
}

void appendWord(std::vector<std::uint8_t> &bytes, std::uint32_t word) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
}

ConvWeights decodeSection(ByteReader &reader, const Model &model, const Op &conv, SectionInfo &info) {
  const std::size_t begin = reader.position();
  const std::size_t outputs = conv.output.view.channels;
  if (reader.byte() != 0) {
    throw Error("MODEL_SECTION", "convolution '" + conv.name + "': unknown coding");
  }
  ConvWeights weights;
  info.coding = "raw";
  if (model.arithmetic == Arithmetic::float32) {
    weights.floatWeights = takeRaw<float>(reader, weightCount(conv));
    weights.floatBias = takeRaw<float>(reader, outputs);
    for (const float w : weights.floatWeights) {
      info.nonZero += w != 0.0F ? 1 : 0;
    }
  } else {
    weights.weights = takeRaw<std::int8_t>(reader, weightCount(conv));
    weights.bias = takeRaw<std::int32_t>(reader, outputs);
    weights.multiplier = takeRaw<std::uint16_t>(reader, conv.output.logits ? 0 : outputs);
    weights.shift = takeRaw<std::uint8_t>(reader, conv.output.logits ? 0 : outputs);
    for (const std::int8_t w : weights.weights) {
      info.nonZero += w != 0 ? 1 : 0;
    }
  }
  info.storedBytes = static_cast<std::uint32_t>(reader.position() - begin);
  return weights;
}

void encodeSection(std::vector<std::uint8_t> &bytes, const Model &model, const Op &conv) {
  const ConvWeights &weights = model.weights[conv.weights];
  bytes.push_back(0);
  if (model.arithmetic == Arithmetic::float32) {
    appendRaw(bytes, weights.floatWeights);
    appendRaw(bytes, weights.floatBias);
  } else {
    appendRaw(bytes, weights.weights);
    appendRaw(bytes, weights.bias);
    appendRaw(bytes, weights.multiplier);
    appendRaw(bytes, weights.shift);
  }
}

void decodeLogitScales(ByteReader &reader, Model &model) {
  model.logitScale = takeRaw<float>(reader, model.classes);
  model.logitOffset = takeRaw<float>(reader, model.classes);
}

void encodeLogitScales(std::vector<std::uint8_t> &bytes, const Model &model) {
  appendRaw(bytes, model.logitScale);
  appendRaw(bytes, model.logitOffset);
}

} // namespace zynqnet
