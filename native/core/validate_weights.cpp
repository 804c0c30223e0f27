// The range proofs of docs/arithmetic.md.
#include "core/arithmetic.hpp"
#include "core/error.hpp"
#include "core/op_kinds.hpp"
#include "core/validate.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

namespace zynqnet {
namespace {

[[noreturn]] void refuse(const char *code, const Op &op, const std::string &what) {
  throw Error(code, "convolution '" + op.name + "': " + what);
}

void checkFloat(const Op &op, const ConvWeights &conv) {
  const std::size_t outputs = op.output.view.channels;
  if (conv.floatWeights.size() != weightCount(op) || conv.floatBias.size() != outputs || !conv.weights.empty() || !conv.bias.empty() ||
      !conv.multiplier.empty() || !conv.shift.empty()) {
    refuse("MODEL_SECTION", op, "the arrays do not have the convolution's shape");
  }
  for (const float value : conv.floatWeights) {
    if (!std::isfinite(value)) {
      refuse("MODEL_SECTION", op, "a weight is not a finite number");
    }
  }
  for (const float value : conv.floatBias) {
    if (!std::isfinite(value)) {
      refuse("MODEL_SECTION", op, "a bias is not a finite number");
    }
  }
}

void checkBounds(const Model &model, const Op &op, const ConvWeights &conv) {
  const std::size_t perOutput = conv.weights.size() / op.output.view.channels;
  const Size size = outputSize(model, op);
  const std::int64_t positions = std::int64_t{size.height} * size.width;
  for (std::size_t o = 0; o < op.output.view.channels; ++o) {
    std::int64_t magnitude = 0;
    for (std::size_t k = 0; k < perOutput; ++k) {
      const int weight = conv.weights[o * perOutput + k];
      if (weight < minWeight) {
        refuse("MODEL_SECTION", op, "weight -128 is not allowed");
      }
      magnitude += std::abs(weight);
    }
    const std::int64_t bound = std::llabs(std::int64_t{conv.bias[o]}) + 255 * magnitude;
    if (bound >= accumulatorLimit) {
      refuse("MODEL_RANGE", op, "output channel " + std::to_string(o) + " may overflow the 32-bit accumulator");
    }
    if ((bound >> op.preShift) >= preShiftedLimit) {
      refuse("MODEL_RANGE", op, "output channel " + std::to_string(o) + " leaves 25 bits after preShift");
    }
    // Rounded up: the arithmetic shift rounds negative accumulators away from zero.
    if (op.output.logits && positions * (((bound - 1) >> op.preShift) + 1) >= accumulatorLimit) {
      refuse("MODEL_RANGE", op, "the sum over all positions of output channel " + std::to_string(o) + " may overflow");
    }
  }
}

void checkInt8(const Model &model, const Op &op, const ConvWeights &conv) {
  const std::size_t outputs = op.output.view.channels;
  const std::size_t requantized = op.output.logits ? 0 : outputs;
  if (conv.weights.size() != weightCount(op) || conv.bias.size() != outputs || conv.multiplier.size() != requantized ||
      conv.shift.size() != requantized || !conv.floatWeights.empty() || !conv.floatBias.empty()) {
    refuse("MODEL_SECTION", op, "the arrays do not have the convolution's shape");
  }
  for (const std::uint8_t shift : conv.shift) {
    if (shift < minShift || shift > maxShift) {
      refuse("MODEL_SECTION", op, "a shift is not 1 to 40");
    }
  }
  checkBounds(model, op, conv);
}

} // namespace

void validateWeights(const Model &model) {
  if (model.logitScale.size() != model.classes || model.logitOffset.size() != model.classes) {
    throw Error("MODEL_SECTION", "logitScale and logitOffset have one entry per class");
  }
  for (std::uint32_t c = 0; c < model.classes; ++c) {
    if (!std::isfinite(model.logitScale[c]) || !std::isfinite(model.logitOffset[c])) {
      throw Error("MODEL_SECTION", "logitScale or logitOffset of class " + std::to_string(c) + " is not a finite number");
    }
    if (model.arithmetic == Arithmetic::float32 && (model.logitScale[c] != 1.0F || model.logitOffset[c] != 0.0F)) {
      throw Error("MODEL_SECTION", "a float32 model has logitScale 1 and logitOffset 0");
    }
  }
  std::size_t convs = 0;
  for (const Op &op : model.ops) {
    if (!hasWeights(op.kind)) {
      continue;
    }
    if (++convs > model.weights.size()) {
      throw Error("MODEL_SECTION", "there are fewer weight sections than convolutions");
    }
    if (model.arithmetic == Arithmetic::int8) {
      checkInt8(model, op, model.weights[op.weights]);
    } else {
      checkFloat(op, model.weights[op.weights]);
    }
  }
  if (convs != model.weights.size()) {
    throw Error("MODEL_SECTION", "there are more weight sections than convolutions");
  }
}

} // namespace zynqnet
