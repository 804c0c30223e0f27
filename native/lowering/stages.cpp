#include "lowering/stages.hpp"

#include "core/validate.hpp"

#include <algorithm>

namespace zynqnet::accelerator {
namespace {

constexpr std::uint32_t windowBytes = 32; // two blocks: above that, whole windows cost more memory traffic than they save

/// The only reader of the network's input, or nothing.
const Op *soleInputReader(const Model &model) {
  const Op *reader = nullptr;
  for (const Op &op : model.ops) {
    if (op.input.tensor == 0) {
      if (reader != nullptr) {
        return nullptr;
      }
      reader = &op;
    }
  }
  return reader;
}

InputLayout plainInput(const Model &model) {
  const Tensor &tensor = model.tensors.front();
  InputLayout input;
  input.channels = tensor.channels;
  input.height = input.rows = tensor.height;
  input.width = input.cols = tensor.width;
  input.zeroPoint = model.input.zeroPoint;
  input.blocks = 1;
  return input;
}

/// Whether the taps of a kernel may become channels of a kernel of one tap.
bool tapsFold(OpKind kind) {
  switch (kind) {
  case OpKind::conv:
    return true;
  case OpKind::maxpool:
  case OpKind::gap:
    return false;
  }
  return false;
}

/// Folds the first convolution's taps into channels, if there is one that reads all of the input alone.
InputLayout chooseInput(const Model &model) {
  InputLayout input = plainInput(model);
  const Op *reader = soleInputReader(model);
  if (reader == nullptr || !tapsFold(reader->kind) || reader->kernelWidth == 1 || reader->input.channels != input.channels) {
    return input;
  }
  const Size out = outputSize(model, *reader);
  const std::uint32_t run = reader->kernelWidth * input.channels;
  input.kernelWidth = reader->kernelWidth;
  input.stride = reader->stride;
  input.padding = reader->padding;
  input.cols = out.width;
  if (reader->kernelHeight * run <= windowBytes) {
    input.mode = InputLayout::Mode::windows;
    input.kernelHeight = reader->kernelHeight;
    input.rows = out.height;
    input.blocks = (reader->kernelHeight * run + 15) / 16;
  } else {
    input.mode = InputLayout::Mode::rows;
    input.rows = input.height + reader->padding.top + reader->padding.bottom;
    input.blocks = (run + 15) / 16;
  }
  return input;
}

/// Weights over the stored channels of the view's blocks; channels outside the view get zeros.
StoredConv storeConv(const Model &model, const Op &op, const TensorLayout &source, const BlockRange &range) {
  const ConvWeights &conv = model.weights[op.weights];
  StoredConv stored;
  stored.kernelRows = op.kernelHeight;
  stored.kernelCols = op.kernelWidth;
  stored.blocks = range.count;
  stored.lastQuads = range.lastQuads;
  stored.outputs = op.output.view.channels;
  stored.bias = conv.bias;
  stored.multiplier = conv.multiplier;
  stored.shift = conv.shift;
  const std::size_t taps = std::size_t{op.kernelHeight} * op.kernelWidth;
  const std::size_t channels = std::size_t{range.count} * 16;
  stored.weights.resize(stored.outputs * taps * channels);
  for (std::size_t o = 0; o < stored.outputs; ++o) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::int32_t logical = source.channelOf[range.first * 16 + c] - static_cast<std::int32_t>(op.input.channelOffset);
      if (source.channelOf[range.first * 16 + c] < 0 || logical < 0 || logical >= static_cast<std::int32_t>(op.input.channels)) {
        continue;
      }
      for (std::size_t tap = 0; tap < taps; ++tap) {
        stored.weights[(o * taps + tap) * channels + c] =
            conv.weights[(o * op.input.channels + static_cast<std::size_t>(logical)) * taps + tap];
      }
    }
  }
  return stored;
}

/// The first convolution over folded taps: channel = (kernel row, kernel column, channel), or (kernel column, channel).
StoredConv foldConv(const Model &model, const Op &op, const InputLayout &input) {
  const ConvWeights &conv = model.weights[op.weights];
  const bool windows = input.mode == InputLayout::Mode::windows;
  const std::uint32_t run = op.kernelWidth * input.channels;
  const std::uint32_t used = windows ? op.kernelHeight * run : run;
  StoredConv stored;
  stored.kernelRows = windows ? 1 : op.kernelHeight;
  stored.blocks = input.blocks;
  stored.lastQuads = (used - (input.blocks - 1) * 16 + 3) / 4;
  stored.outputs = op.output.view.channels;
  stored.bias = conv.bias;
  stored.multiplier = conv.multiplier;
  stored.shift = conv.shift;
  const std::size_t channels = std::size_t{input.blocks} * 16;
  stored.weights.resize(stored.outputs * stored.kernelRows * channels);
  for (std::size_t o = 0; o < stored.outputs; ++o) {
    for (std::uint32_t ky = 0; ky < op.kernelHeight; ++ky) {
      for (std::uint32_t kx = 0; kx < op.kernelWidth; ++kx) {
        for (std::uint32_t c = 0; c < input.channels; ++c) {
          const std::size_t inRow = kx * input.channels + c;
          const std::size_t to = windows ? o * channels + ky * run + inRow : (o * op.kernelHeight + ky) * channels + inRow;
          stored.weights[to] = conv.weights[((o * input.channels + c) * op.kernelHeight + ky) * op.kernelWidth + kx];
        }
      }
    }
  }
  return stored;
}

std::uint32_t padPattern(const Model &model, std::uint32_t tensor) {
  std::uint32_t pattern = 0;
  for (std::uint32_t c = 0; c < 4; ++c) {
    const std::uint8_t value = tensor == 0 ? model.input.zeroPoint.at(c) : model.tensors[tensor].zeroPoint;
    pattern |= std::uint32_t{value} << 8 * c;
  }
  return pattern;
}

void setWeights(Stage &stage, const StoredConv &conv, const Preset &preset) {
  stage.weights = buildWeightImage(conv, preset);
  stage.groupWords = conv.groupWords();
  stage.groups = conv.groups();
}

Stage convStage(const Model &model, const Op &op, const Network &network, const Preset &preset) {
  Stage stage;
  stage.input = op.input.tensor;
  const Size out = outputSize(model, op);
  stage.outRows = out.height;
  stage.outCols = out.width;
  stage.relu = op.relu;
  stage.preShift = op.preShift;
  if (op.input.tensor == 0 && network.input.mode != InputLayout::Mode::blocks) {
    const StoredConv conv = foldConv(model, op, network.input);
    stage.blocks = {0, conv.blocks, conv.lastQuads};
    stage.kernelRows = conv.kernelRows;
    stage.strideRows = network.input.mode == InputLayout::Mode::rows ? op.stride : 1;
    setWeights(stage, conv, preset);
    return stage;
  }
  const TensorLayout &source = network.layouts.tensors[op.input.tensor];
  stage.blocks = coverView(source, op.input);
  stage.kernelRows = op.kernelHeight;
  stage.kernelCols = op.kernelWidth;
  stage.strideRows = stage.strideCols = op.stride;
  stage.padTop = op.padding.top;
  stage.padLeft = op.padding.left;
  stage.pad = padPattern(model, op.input.tensor);
  setWeights(stage, storeConv(model, op, source, stage.blocks), preset);
  return stage;
}

Stage maxPoolStage(const Model &model, const Op &op, const Network &network) {
  Stage stage;
  stage.pool = true;
  stage.input = op.input.tensor;
  stage.blocks = coverView(network.layouts.tensors[op.input.tensor], op.input);
  stage.kernelRows = op.kernelHeight;
  stage.kernelCols = op.kernelWidth;
  stage.strideRows = stage.strideCols = op.stride;
  stage.padTop = op.padding.top;
  stage.padLeft = op.padding.left;
  const Size out = outputSize(model, op);
  stage.outRows = out.height;
  stage.outCols = out.width;
  stage.groups = stage.blocks.count;
  return stage;
}

/// Adds a stage whose output is the operator's.
void addStage(Stage stage, const Model &model, std::uint32_t index, Network &network) {
  const Destination &output = model.ops[index].output;
  stage.op = index;
  stage.wide = output.logits;
  if (stage.wide) {
    for (std::uint32_t c = 0; c < stage.groups * 16; ++c) {
      stage.logits.push_back(c < output.view.channels ? static_cast<std::int32_t>(output.view.channelOffset + c) : -1);
    }
  } else {
    stage.output = output.view.tensor;
    stage.outputBlock = network.layouts.outputBlock[index];
    stage.zeroPoint = model.tensors[stage.output].zeroPoint;
  }
  network.stages.push_back(std::move(stage));
}

/// A global average pool over bytes: per block, a wide convolution with the identity.
void addGap(const Op &op, std::uint32_t index, const Preset &preset, Network &network) {
  const TensorLayout &source = network.layouts.tensors[op.input.tensor];
  const BlockRange range = coverView(source, op.input);
  for (std::uint32_t block = range.first; block < range.first + range.count; ++block) {
    StoredConv identity;
    identity.outputs = 16;
    identity.weights.resize(256);
    identity.bias.resize(16);
    Stage stage;
    stage.op = index;
    stage.input = op.input.tensor;
    stage.blocks = {block, 1, 4};
    stage.wide = true;
    stage.outRows = source.rows;
    stage.outCols = source.cols;
    for (std::uint32_t c = 0; c < 16; ++c) {
      identity.weights[std::size_t{17} * c] = 1;
      const std::int32_t logical = source.channelOf[block * 16 + c] - static_cast<std::int32_t>(op.input.channelOffset);
      const bool wanted = source.channelOf[block * 16 + c] >= 0 && logical >= 0 && logical < static_cast<std::int32_t>(op.input.channels);
      stage.logits.push_back(wanted ? static_cast<std::int32_t>(op.output.view.channelOffset) + logical : -1);
    }
    setWeights(stage, identity, preset);
    network.stages.push_back(std::move(stage));
  }
}

} // namespace

Network makeStages(const Model &model, const Preset &preset, bool keepTensors) {
  Network network;
  network.layouts = layOut(model);
  network.input = keepTensors ? plainInput(model) : chooseInput(model);
  TensorLayout &first = network.layouts.tensors.front();
  if (network.input.mode != InputLayout::Mode::blocks) {
    first.rows = network.input.rows;
    first.cols = network.input.cols;
    first.channelOf.assign(std::size_t{network.input.blocks} * 16, -1);
  }
  for (std::uint32_t index = 0; index < model.ops.size(); ++index) {
    const Op &op = model.ops[index];
    switch (op.kind) {
    case OpKind::conv:
      addStage(convStage(model, op, network, preset), model, index, network);
      break;
    case OpKind::maxpool:
      addStage(maxPoolStage(model, op, network), model, index, network);
      break;
    case OpKind::gap:
      addGap(op, index, preset, network);
      break;
    }
  }
  return network;
}

} // namespace zynqnet::accelerator
