#include "core/validate.hpp"

#include "core/arithmetic.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/op_kinds.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

namespace zynqnet {
namespace {

[[noreturn]] void refuse(const std::string &what) { throw Error("MODEL_GRAPH", what); }

std::string nameOf(const Op &op) { return "operator '" + op.name + "'"; }

void checkTensors(const Model &model) {
  if (model.tensors.empty() || model.tensors.size() > limits::tensors) {
    refuse("a model has 1 to " + std::to_string(limits::tensors) + " tensors, not " + std::to_string(model.tensors.size()));
  }
  std::uint64_t total = 0;
  for (const Tensor &tensor : model.tensors) {
    for (const std::uint32_t size : {tensor.channels, tensor.height, tensor.width}) {
      if (size == 0 || size > limits::dimension) {
        refuse("tensor '" + tensor.name + "': every dimension is 1 to " + std::to_string(limits::dimension));
      }
    }
    if (!std::isfinite(tensor.scale) || tensor.scale <= 0.0F) {
      refuse("tensor '" + tensor.name + "': its scale is not a positive number");
    }
    if (model.arithmetic == Arithmetic::float32 && (tensor.scale != 1.0F || tensor.zeroPoint != 0)) {
      refuse("tensor '" + tensor.name + "': a float32 model has scale 1 and zero point 0");
    }
    total += std::uint64_t{tensor.channels} * tensor.height * tensor.width;
    if (total > limits::tensorElements) {
      refuse("the tensors hold more than " + std::to_string(limits::tensorElements) + " elements");
    }
  }
  const Tensor &input = model.tensors.front();
  if (input.channels > model.input.mean.size()) {
    refuse("the network input has 1 to 4 channels");
  }
  if (input.scale != 1.0F || input.zeroPoint != 0) {
    refuse("tensor 0 is the network input: scale 1, zero point 0 (its zero points are per channel, under 'input')");
  }
}

void checkKernel(const Op &op) {
  const Padding &pad = op.padding;
  switch (op.kind) {
  case OpKind::conv:
    if (op.kernelHeight < 1 || op.kernelHeight > 7 || op.kernelWidth < 1 || op.kernelWidth > 7) {
      refuse(nameOf(op) + ": a convolution's kernel is 1 to 7 each way");
    }
    if (op.stride != 1 && op.stride != 2) {
      refuse(nameOf(op) + ": a convolution's stride is 1 or 2");
    }
    // Padding up to the kernel's size: a border may be padding only (SqueezeNet's conv_final is 1x1 with padding 1).
    if (pad.top > op.kernelHeight || pad.bottom > op.kernelHeight || pad.left > op.kernelWidth || pad.right > op.kernelWidth) {
      refuse(nameOf(op) + ": padding is at most the kernel's size");
    }
    if (op.preShift > maxPreShift) {
      refuse(nameOf(op) + ": preShift is 0 to 7");
    }
    break;
  case OpKind::maxpool:
    if (op.kernelHeight != 3 || op.kernelWidth != 3 || op.stride != 2) {
      refuse(nameOf(op) + ": a max-pool is 3x3 with stride 2");
    }
    if (pad.top > 2 || pad.left > 2 || pad.bottom > 2 || pad.right > 2) {
      refuse(nameOf(op) + ": a max-pool's padding is below its kernel");
    }
    break;
  case OpKind::gap:
    break;
  }
}

/// Which operator, if any, has written each channel of each tensor and of the logits.
class Writes {
public:
  explicit Writes(const Model &model) : logits_(model.classes, false) {
    for (const Tensor &tensor : model.tensors) {
      channels_.emplace_back(tensor.channels, false);
    }
    channels_.front().assign(channels_.front().size(), true);
  }

  void requireWritten(const Op &op) const {
    for (std::uint32_t c = 0; c < op.input.channels; ++c) {
      if (!channels_[op.input.tensor][op.input.channelOffset + c]) {
        refuse(nameOf(op) + " reads channel " + std::to_string(op.input.channelOffset + c) + " of tensor " +
               std::to_string(op.input.tensor) + " before it is written");
      }
    }
  }

  void mark(const Op &op) {
    const View &view = op.output.view;
    std::vector<bool> &written = op.output.logits ? logits_ : channels_[view.tensor];
    for (std::uint32_t c = view.channelOffset; c < view.channelOffset + view.channels; ++c) {
      if (written[c]) {
        refuse(nameOf(op) + " writes channel " + std::to_string(c) + " a second time");
      }
      written[c] = true;
    }
  }

  void requireComplete(const Model &model) const {
    for (std::size_t t = 0; t < channels_.size(); ++t) {
      for (const bool written : channels_[t]) {
        if (!written) {
          refuse("tensor '" + model.tensors[t].name + "' is not wholly written");
        }
      }
    }
    for (const bool written : logits_) {
      if (!written) {
        refuse("not every class's logit is written");
      }
    }
  }

private:
  std::vector<std::vector<bool>> channels_;
  std::vector<bool> logits_;
};

bool inside(const View &view, std::uint32_t channels) {
  return view.channels >= 1 && view.channels <= channels && view.channelOffset <= channels - view.channels;
}

/// The output of a convolution or max-pool has the shape that the kernel yields.
void checkShape(const Model &model, const Op &op) {
  const Size size = outputSize(model, op);
  if (size.height == 0 || size.width == 0) {
    refuse(nameOf(op) + ": its kernel is larger than its padded input");
  }
  if (op.output.logits) {
    return;
  }
  const Tensor &target = model.tensors[op.output.view.tensor];
  if (target.height != size.height || target.width != size.width) {
    refuse(nameOf(op) + " yields " + std::to_string(size.height) + "x" + std::to_string(size.width) + " but tensor '" + target.name +
           "' is " + std::to_string(target.height) + "x" + std::to_string(target.width));
  }
}

void checkOutput(const Model &model, const Op &op) {
  const Tensor &in = model.tensors[op.input.tensor];
  switch (op.kind) {
  case OpKind::conv:
    checkShape(model, op);
    break;
  case OpKind::maxpool: {
    checkShape(model, op);
    if (op.output.logits) {
      refuse(nameOf(op) + ": a max-pool cannot write logits");
    }
    const Tensor &target = model.tensors[op.output.view.tensor];
    if (in.scale != target.scale || in.zeroPoint != target.zeroPoint) {
      refuse(nameOf(op) + ": a max-pool keeps scale and zero point");
    }
    break;
  }
  case OpKind::gap:
    if (!op.output.logits) {
      refuse(nameOf(op) + ": a global average pool writes logits");
    }
    if (std::int64_t{in.height} * in.width * 255 >= accumulatorLimit) {
      refuse(nameOf(op) + ": the pooled area is too large for 32-bit sums");
    }
    break;
  }
}

void checkOp(const Model &model, const Op &op) {
  if (op.input.tensor >= model.tensors.size() || !inside(op.input, model.tensors[op.input.tensor].channels)) {
    refuse(nameOf(op) + ": its input lies outside the tensor");
  }
  const View &out = op.output.view;
  if (op.output.logits ? !inside(out, model.classes)
                       : out.tensor == 0 || out.tensor >= model.tensors.size() || !inside(out, model.tensors[out.tensor].channels)) {
    refuse(nameOf(op) + ": its output lies outside its destination");
  }
  if (!op.output.logits && out.tensor == op.input.tensor) {
    refuse(nameOf(op) + " writes the tensor it reads");
  }
  checkKernel(op);
  if (isPool(op.kind) && op.input.channels != out.channels) {
    refuse(nameOf(op) + ": a pool has as many outputs as inputs");
  }
  if (isPool(op.kind) && op.input.tensor == 0) {
    refuse(nameOf(op) + ": only convolutions read the network input");
  }
  checkOutput(model, op);
}

void checkOps(const Model &model) {
  if (model.ops.empty() || model.ops.size() > limits::ops) {
    refuse("a model has 1 to " + std::to_string(limits::ops) + " operators, not " + std::to_string(model.ops.size()));
  }
  Writes writes(model);
  std::uint32_t convs = 0;
  std::uint64_t weights = 0;
  std::uint64_t macs = 0;
  for (const Op &op : model.ops) {
    checkOp(model, op);
    writes.requireWritten(op);
    writes.mark(op);
    if (hasWeights(op.kind)) {
      if (op.weights != convs++) {
        refuse(nameOf(op) + ": convolutions number their weights 0, 1, 2 ... in order");
      }
      weights += weightCount(op);
      macs += macCount(model, op);
    }
  }
  writes.requireComplete(model);
  if (weights > (model.arithmetic == Arithmetic::int8 ? limits::int8Weights : limits::floatWeights)) {
    refuse("the model has too many weights: " + std::to_string(weights));
  }
  if (macs > limits::macs) {
    refuse("one frame would take " + std::to_string(macs) + " multiply-accumulates");
  }
}

} // namespace

std::uint64_t weightCount(const Op &conv) noexcept {
  return std::uint64_t{conv.output.view.channels} * conv.input.channels * conv.kernelHeight * conv.kernelWidth;
}

Size outputSize(const Model &model, const Op &op) noexcept {
  const Tensor &in = model.tensors[op.input.tensor];
  const Padding &pad = op.padding;
  switch (op.kind) {
  case OpKind::conv:
    return {convOutput(in.height, op.kernelHeight, op.stride, pad.top, pad.bottom),
            convOutput(in.width, op.kernelWidth, op.stride, pad.left, pad.right)};
  case OpKind::maxpool:
    return {poolOutput(in.height, op.kernelHeight, op.stride, pad.top, pad.bottom, op.ceil),
            poolOutput(in.width, op.kernelWidth, op.stride, pad.left, pad.right, op.ceil)};
  case OpKind::gap:
    return {1, 1};
  }
  return {};
}

std::uint64_t macCount(const Model &model, const Op &op) noexcept {
  if (!hasWeights(op.kind)) {
    return 0;
  }
  const Size size = outputSize(model, op);
  return weightCount(op) * size.height * size.width;
}

void validateGraph(const Model &model) {
  if (model.classes == 0 || model.classes > limits::classes) {
    refuse("a model has 1 to " + std::to_string(limits::classes) + " classes");
  }
  checkTensors(model);
  checkOps(model);
}

} // namespace zynqnet
