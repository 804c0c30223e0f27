#include "tests/support/random_model.hpp"

#include "core/arithmetic.hpp"
#include "core/error.hpp"
#include "core/validate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace zynqnet::tests {
namespace {

/// A 32-bit generator with a fixed algorithm (PCG, O'Neill 2014): std's distributions differ between libraries.
class Random {
public:
  explicit Random(std::uint32_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1442695040888963407ULL) { next(); }

  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto shifted = static_cast<std::uint32_t>(((old >> 18U) ^ old) >> 27U);
    const auto rotation = static_cast<std::uint32_t>(old >> 59U);
    return shifted >> rotation | shifted << ((32U - rotation) & 31U);
  }
  /// `low` to `high`, both included.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) { return low + next() % (high - low + 1); }
  bool oneIn(std::uint32_t n) { return next() % n == 0; }

private:
  std::uint64_t state_;
};

class Builder {
public:
  Builder(std::uint32_t seed, Arithmetic arithmetic) : random_(seed) {
    model_.name = "random";
    model_.arithmetic = arithmetic;
  }

  Random &random() { return random_; }
  Model &model() { return model_; }

  std::uint32_t addTensor(std::uint32_t channels, Size size, std::uint8_t zeroPoint) {
    Tensor tensor;
    tensor.name = std::string("t").append(std::to_string(model_.tensors.size()));
    tensor.channels = channels;
    tensor.height = size.height;
    tensor.width = size.width;
    tensor.zeroPoint = model_.arithmetic == Arithmetic::int8 ? zeroPoint : 0;
    model_.tensors.push_back(tensor);
    return static_cast<std::uint32_t>(model_.tensors.size() - 1);
  }

  /// The operator's output view must be set; its destination tensor may still be missing.
  void addConv(Op op, bool extreme) {
    op.kind = OpKind::conv;
    op.name = "conv" + std::to_string(model_.ops.size());
    op.weights = static_cast<std::uint32_t>(model_.weights.size());
    ConvWeights conv;
    const std::size_t outputs = op.output.view.channels;
    const std::size_t perOutput = weightCount(op) / outputs;
    for (std::size_t o = 0; o < outputs; ++o) {
      addChannel(conv, op, perOutput, extreme);
    }
    if (model_.arithmetic == Arithmetic::int8) {
      op.preShift = preShiftOf(op, conv, perOutput);
    }
    model_.weights.push_back(std::move(conv));
    model_.ops.push_back(std::move(op));
  }

private:
  void addChannel(ConvWeights &conv, const Op &op, std::size_t perOutput, bool extreme) {
    if (model_.arithmetic == Arithmetic::float32) {
      for (std::size_t k = 0; k < perOutput; ++k) {
        conv.floatWeights.push_back((static_cast<float>(random_.between(0, 2000)) - 1000.0F) /
                                    (1000.0F * std::sqrt(static_cast<float>(perOutput))));
      }
      conv.floatBias.push_back(static_cast<float>(random_.between(0, 200)) / 100.0F - 1.0F);
      return;
    }
    const std::uint32_t kind = extreme ? random_.between(0, 3) : 3;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < perOutput; ++k) {
      const int weight = kind == 0   ? 127
                         : kind == 1 ? -127
                         : kind == 2 ? (random_.oneIn(2) ? 127 : -127)
                                     : static_cast<int>(random_.between(0, 254)) - 127;
      conv.weights.push_back(static_cast<std::int8_t>(weight));
      sum += weight;
    }
    conv.bias.push_back(static_cast<std::int32_t>(random_.between(0, 20000)) - 10000 - sum * 32);
    if (op.output.logits) {
      return;
    }
    if (extreme && random_.oneIn(3)) {
      conv.multiplier.push_back(static_cast<std::uint16_t>(random_.between(0, 65535)));
      conv.shift.push_back(static_cast<std::uint8_t>(random_.between(minShift, maxShift)));
      return;
    }
    // About 100 for a typical sum: 73 is the deviation of a weight, 64 a typical activation.
    const double scale = 100.0 / (73.0 * 64.0 * std::sqrt(static_cast<double>(perOutput)));
    const int shift = 15 - static_cast<int>(std::floor(std::log2(scale)));
    conv.multiplier.push_back(static_cast<std::uint16_t>(std::min(65535.0, std::ldexp(scale, shift))));
    conv.shift.push_back(static_cast<std::uint8_t>(shift));
  }

  std::uint8_t preShiftOf(const Op &op, const ConvWeights &conv, std::size_t perOutput) {
    const Size size = outputSize(model_, op);
    std::uint8_t shift = random_.oneIn(4) ? 2 : 0;
    for (std::size_t o = 0; o < conv.bias.size(); ++o) {
      std::int64_t bound = std::llabs(std::int64_t{conv.bias[o]});
      for (std::size_t k = 0; k < perOutput; ++k) {
        bound += 255 * std::abs(int{conv.weights[o * perOutput + k]});
      }
      const std::int64_t positions = op.output.logits ? std::int64_t{size.height} * size.width : 1;
      while (shift < maxPreShift && ((bound >> shift) >= preShiftedLimit || positions * ((bound >> shift) + 1) >= accumulatorLimit)) {
        ++shift;
      }
    }
    return shift;
  }

  Random random_;
  Model model_;
};

std::uint32_t randomChannels(Random &random) {
  constexpr std::uint32_t typical[] = {16, 32, 48, 64, 80, 112};
  return random.oneIn(3) ? typical[random.between(0, 5)] : random.between(1, 70);
}

Op randomConv(Random &random, const Model &model) {
  Op op;
  op.input.tensor = random.oneIn(4) ? random.between(0, static_cast<std::uint32_t>(model.tensors.size() - 1))
                                    : static_cast<std::uint32_t>(model.tensors.size() - 1);
  op.input.channels = model.tensors[op.input.tensor].channels;
  if (random.oneIn(4)) {
    op.input.channelOffset = random.between(0, op.input.channels - 1);
    op.input.channels = random.between(1, op.input.channels - op.input.channelOffset);
  }
  constexpr std::uint8_t kernels[] = {1, 1, 3, 3, 3, 2, 5, 7};
  op.kernelHeight = kernels[random.between(0, 7)];
  op.kernelWidth = random.oneIn(5) ? kernels[random.between(0, 7)] : op.kernelHeight;
  op.stride = random.oneIn(3) ? 2 : 1;
  const auto pad = [&random](std::uint32_t kernel) {
    return static_cast<std::uint8_t>(random.oneIn(8) ? random.between(0, kernel) : kernel / 2);
  };
  op.padding = {pad(op.kernelHeight), pad(op.kernelWidth), pad(op.kernelHeight), pad(op.kernelWidth)};
  op.relu = !random.oneIn(4);
  return op;
}

/// One to three convolutions with the same output size into slices of one tensor, or a max-pool.
void addStage(Builder &builder, bool extreme) {
  Random &random = builder.random();
  Model &model = builder.model();
  const auto last = static_cast<std::uint32_t>(model.tensors.size() - 1);
  if (last != 0 && random.oneIn(4)) {
    Op op;
    op.kind = OpKind::maxpool;
    op.name = "pool" + std::to_string(model.ops.size());
    op.kernelHeight = op.kernelWidth = 3;
    op.stride = 2;
    op.ceil = random.oneIn(2);
    op.input = {last, 0, model.tensors[last].channels};
    const auto pad = [&random] { return static_cast<std::uint8_t>(random.oneIn(3) ? random.between(0, 2) : 0); };
    op.padding = {pad(), pad(), pad(), pad()};
    const Size size = outputSize(model, op);
    if (size.height == 0 || size.width == 0) {
      return;
    }
    op.output.view = {builder.addTensor(op.input.channels, size, model.tensors[last].zeroPoint), 0, op.input.channels};
    model.ops.push_back(op);
    return;
  }
  Op op = randomConv(random, model);
  const Size size = outputSize(model, op);
  if (size.height == 0 || size.width == 0 || size.height > 64 || size.width > 64) {
    return;
  }
  std::vector<std::uint32_t> slices;
  std::uint32_t channels = 0;
  for (std::uint32_t n = random.between(1, 3); n > 0; --n) {
    slices.push_back(randomChannels(random));
    channels += slices.back();
  }
  const auto zeroPoint = static_cast<std::uint8_t>(op.relu && !extreme ? 0 : random.between(0, 255));
  const std::uint32_t target = builder.addTensor(channels, size, zeroPoint);
  std::uint32_t offset = 0;
  for (const std::uint32_t slice : slices) {
    op.output.view = {target, offset, slice};
    builder.addConv(op, extreme);
    offset += slice;
    if (op.kernelHeight == 1 && op.kernelWidth == 1 && op.stride == 1 &&
        op.padding.top + op.padding.left + op.padding.bottom + op.padding.right == 0) {
      op.kernelHeight = op.kernelWidth = 3; // as in a fire module
      op.padding = {1, 1, 1, 1};
    }
  }
}

void addHead(Builder &builder, bool extreme) {
  Random &random = builder.random();
  Model &model = builder.model();
  const auto last = static_cast<std::uint32_t>(model.tensors.size() - 1);
  if (last != 0 && random.oneIn(3)) {
    Op op;
    op.kind = OpKind::gap;
    op.name = "gap";
    op.input = {last, 0, model.tensors[last].channels};
    op.output.logits = true;
    op.output.view = {0, 0, op.input.channels};
    model.classes = op.input.channels;
    model.ops.push_back(op);
    return;
  }
  for (std::uint32_t parts = random.between(1, 2); parts > 0; --parts) {
    Op op;
    op.input = {last, 0, model.tensors[last].channels};
    op.kernelHeight = op.kernelWidth = 1;
    op.padding = random.oneIn(3) ? Padding{1, 1, 1, 1} : Padding{};
    op.relu = random.oneIn(2);
    op.output.logits = true;
    op.output.view = {0, model.classes, randomChannels(random)};
    model.classes += op.output.view.channels;
    builder.addConv(op, extreme);
  }
}

void finish(Model &model) {
  model.logitScale.assign(model.classes, model.arithmetic == Arithmetic::int8 ? 0.001F : 1.0F);
  model.logitOffset.assign(model.classes, 0.0F);
  validateGraph(model);
  validateWeights(model);
}

void setInput(Builder &builder, std::uint32_t channels, Size size) {
  builder.addTensor(channels, size, 0);
  Model &model = builder.model();
  for (std::uint32_t c = 0; c < channels; ++c) {
    model.input.zeroPoint.at(c) = static_cast<std::uint8_t>(100 + 10 * c);
    model.input.mean.at(c) = static_cast<float>(model.input.zeroPoint.at(c));
    model.input.scale.at(c) = model.arithmetic == Arithmetic::float32 ? 0.02F : 1.0F;
  }
}

} // namespace

std::shared_ptr<const Model> randomModel(std::uint32_t seed, Arithmetic arithmetic) {
  for (std::uint32_t attempt = 0;; ++attempt) {
    Builder builder(seed + attempt * 1000003U, arithmetic);
    const bool extreme = builder.random().oneIn(3);
    setInput(builder, builder.random().between(1, 4), {builder.random().between(1, 40), builder.random().between(1, 40)});
    for (std::uint32_t stages = builder.random().between(1, 6); stages > 0; --stages) {
      addStage(builder, extreme);
    }
    addHead(builder, extreme);
    try {
      finish(builder.model());
    } catch (const Error &) {
      continue; // e.g. a bound that no preShift can meet
    }
    return std::make_shared<const Model>(std::move(builder.model()));
  }
}

std::shared_ptr<const Model> clusteredModel(const Model &model) {
  constexpr int step = 18;
  auto clustered = std::make_shared<Model>(model);
  for (ConvWeights &conv : clustered->weights) {
    for (std::int8_t &weight : conv.weights) {
      weight = static_cast<std::int8_t>(weight / step * step);
    }
  }
  validateWeights(*clustered);
  return clustered;
}

std::vector<std::uint8_t> randomFrame(std::uint32_t seed, const Model &model) {
  Random random(seed ^ 0xF4A3E5U);
  const Tensor &input = model.tensors.front();
  const std::uint32_t kind = random.between(0, 9);
  std::vector<std::uint8_t> frame(std::size_t{input.channels} * input.height * input.width);
  for (std::uint8_t &value : frame) {
    value = static_cast<std::uint8_t>(kind == 0 ? 0 : kind == 1 ? 255 : random.between(0, 255));
  }
  return frame;
}

namespace {

/// A convolution with half-kernel padding over all of the last tensor, into a new one; or to the logits.
void appendConv(Builder &builder, std::uint32_t channels, std::uint8_t kernel, std::uint8_t stride, bool logits = false) {
  Model &model = builder.model();
  const auto last = static_cast<std::uint32_t>(model.tensors.size() - 1);
  Op op;
  op.input = {last, 0, model.tensors[last].channels};
  op.kernelHeight = op.kernelWidth = kernel;
  op.stride = stride;
  const auto pad = static_cast<std::uint8_t>(kernel / 2);
  op.padding = {pad, pad, pad, pad};
  op.relu = true;
  op.output.logits = logits;
  if (logits) {
    model.classes = channels;
    op.output.view = {0, 0, channels};
  } else {
    op.output.view = {builder.addTensor(channels, outputSize(model, op), 0), 0, channels};
  }
  builder.addConv(op, false);
}

} // namespace

std::shared_ptr<const Model> deepModel() {
  Builder builder(1, Arithmetic::int8);
  setInput(builder, 4, {5, 3});
  appendConv(builder, 480, 1, 1);
  appendConv(builder, 20, 3, 1);
  appendConv(builder, 7, 1, 1, true);
  finish(builder.model());
  return std::make_shared<const Model>(std::move(builder.model()));
}

std::shared_ptr<const Model> tallModel(std::uint32_t bytes) {
  constexpr std::uint32_t cols = 40, channels = 64;
  Builder builder(2, Arithmetic::int8);
  setInput(builder, 3, {bytes / (cols * channels) + 3, cols});
  appendConv(builder, channels, 5, 1);
  appendConv(builder, 18, 3, 2);
  appendConv(builder, 7, 1, 1, true);
  finish(builder.model());
  return std::make_shared<const Model>(std::move(builder.model()));
}

std::shared_ptr<const Model> randomZynqNet(std::uint32_t seed, std::uint32_t classes, Arithmetic arithmetic) {
  Builder builder(seed, arithmetic);
  Model &model = builder.model();
  setInput(builder, 3, {256, 256});
  const auto conv = [&](std::uint32_t input, std::uint32_t target, std::uint32_t offset, std::uint32_t channels, std::uint8_t kernel,
                        std::uint8_t stride) {
    Op op;
    op.input = {input, 0, model.tensors[input].channels};
    op.output.view = {target, offset, channels};
    op.kernelHeight = op.kernelWidth = kernel;
    op.stride = stride;
    const auto pad = static_cast<std::uint8_t>(kernel / 2);
    op.padding = {pad, pad, pad, pad};
    op.relu = true;
    builder.addConv(op, false);
  };
  std::uint32_t edge = 128;
  std::uint32_t last = builder.addTensor(64, {edge, edge}, 0);
  conv(0, last, 0, 64, 3, 2);
  struct Fire {
    std::uint32_t squeeze, expand;
    bool strided;
  };
  for (const Fire &fire : {Fire{16, 64, true}, Fire{16, 64, false}, Fire{32, 128, true}, Fire{32, 128, false}, Fire{64, 256, true},
                           Fire{64, 192, false}, Fire{112, 256, true}, Fire{112, 368, false}}) {
    edge /= fire.strided ? 2 : 1;
    const std::uint32_t squeezed = builder.addTensor(fire.squeeze, {edge, edge}, 0);
    conv(last, squeezed, 0, fire.squeeze, fire.strided ? 3 : 1, fire.strided ? 2 : 1);
    last = builder.addTensor(2 * fire.expand, {edge, edge}, 0);
    conv(squeezed, last, 0, fire.expand, 1, 1);
    conv(squeezed, last, fire.expand, fire.expand, 3, 1);
  }
  Op head;
  head.input = {last, 0, model.tensors[last].channels};
  head.output.logits = true;
  head.output.view = {0, 0, classes};
  model.classes = classes;
  builder.addConv(head, false);
  finish(model);
  return std::make_shared<const Model>(std::move(model));
}

} // namespace zynqnet::tests
