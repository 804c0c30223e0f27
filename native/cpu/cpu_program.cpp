#include "cpu/cpu_program.hpp"

#include "core/op_kinds.hpp"
#include "core/validate.hpp"
#include "cpu/elements.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace zynqnet::cpu {
namespace {

constexpr std::uint64_t macsPerItem = 1U << 20U;       ///< a few microseconds: far above the cost of taking an item
constexpr std::size_t cachedWeightBytes = 128U << 10U; ///< a quarter of the Zynq's L2, which two cores share
constexpr std::uint32_t rowsPerItem = 32;
constexpr std::uint32_t channelsPerItem = 64;

} // namespace

std::shared_ptr<const PackedModel> packModel(const Model &model, const KernelSet &kernels) {
  auto packed = std::make_shared<PackedModel>();
  packed->phases = phasesOf(model);
  // Row and pixel sizes do not depend on where a tensor is placed.
  const Layout layout = layoutOf(model, packed->phases, kernels.element, false);
  for (const Op &op : model.ops) {
    if (hasWeights(op.kind)) {
      packed->convs.push_back(packConv(model, op, layout.tensors[op.input.tensor], kernels));
    }
  }
  return packed;
}

Program::Program(std::shared_ptr<const Model> model, std::shared_ptr<const PackedModel> packed, const KernelSet &kernels, bool keepAll)
    : model_(std::move(model)), packed_(std::move(packed)), kernels_(kernels),
      layout_(layoutOf(*model_, packed_->phases, kernels.element, keepAll)), arena_(layout_.arenaBytes) {
  const bool isFloat = kernels.element == Element::float32;
  sums_.resize(isFloat ? 0 : model_->classes);
  means_.resize(isFloat ? model_->classes : 0);
  std::vector<bool> filled(model_->tensors.size(), false);
  for (const std::vector<const Op *> &ops : packed_->phases) {
    std::vector<Item> &items = phases_.emplace_back();
    if (phases_.size() == 1) {
      for (std::uint32_t row = 0; row < model_->tensors[0].height; row += rowsPerItem) {
        items.push_back({Kind::bringIn, 0, 0, 0, row, std::min(row + rowsPerItem, model_->tensors[0].height)});
      }
      filled[0] = true;
      if (layout_.tensors[0].hasHalo()) {
        items.push_back({Kind::fillHalo, 0, 0, 0, 0, 0});
      }
    }
    for (const Op *op : ops) {
      addOp(*op, items);
    }
    addHalos(ops, filled, items);
    job_.items.push_back(static_cast<std::uint32_t>(items.size()));
  }
  job_.work = [this](std::uint32_t phase, std::uint32_t item) { work(phases_[phase][item]); };
}

std::uint8_t *Program::addressOf(const View &view) const {
  return arena_.data() + layout_.tensors[view.tensor].origin + view.channelOffset * bytesOf(kernels_.element);
}

void *Program::sumsAt(std::uint32_t channel) {
  return means_.empty() ? static_cast<void *>(sums_.data() + channel) : static_cast<void *>(means_.data() + channel);
}

void Program::addOp(const Op &op, std::vector<Item> &items) {
  switch (op.kind) {
  case OpKind::conv:
    addConv(op, items);
    break;
  case OpKind::maxpool:
    addMaxPool(op, items);
    break;
  case OpKind::gap:
    addGlobalPool(op, items);
    break;
  }
}

void Program::addConv(const Op &op, std::vector<Item> &items) {
  const TensorLayout &in = layout_.tensors[op.input.tensor];
  const PackedConv &packed = packed_->convs[op.weights];
  const Size size = outputSize(*model_, op);
  Conv &conv = convs_.emplace_back();
  conv.packed = &packed;
  ConvJob &job = conv.job;
  job.input = addressOf(op.input) - op.padding.top * in.rowBytes - op.padding.left * in.pixelBytes;
  job.inputStep = static_cast<std::ptrdiff_t>(op.stride * in.pixelBytes);
  job.inputRowStep = static_cast<std::ptrdiff_t>(op.stride * in.rowBytes);
  job.outputWidth = size.width;
  job.positions = size.width * size.height;
  job.segments = packed.segments.data();
  job.segmentCount = static_cast<std::uint32_t>(packed.segments.size());
  job.weights = packed.weights.data();
  job.bias = packed.floatBias.empty() ? static_cast<const void *>(packed.bias.data()) : packed.floatBias.data();
  job.scale = packed.scale.data();
  job.multiplier = packed.multiplier.data();
  job.negativeShift = packed.negativeShift.data();
  job.preShift = op.preShift;
  job.relu = op.relu;
  job.wide = op.output.logits;
  if (job.wide) {
    job.sums = sumsAt(op.output.view.channelOffset);
  } else {
    const TensorLayout &out = layout_.tensors[op.output.view.tensor];
    job.zeroPoint = model_->tensors[op.output.view.tensor].zeroPoint;
    job.output = addressOf(op.output.view);
    job.outputStep = static_cast<std::ptrdiff_t>(out.pixelBytes);
    job.outputRowStep = static_cast<std::ptrdiff_t>(out.rowBytes);
  }
  addConvItems(op, items);
}

void Program::addConvItems(const Op &op, std::vector<Item> &items) const {
  const auto index = static_cast<std::uint32_t>(convs_.size() - 1);
  const ConvJob &job = convs_.back().job;
  const PackedConv &packed = *convs_.back().packed;
  const auto blocks = static_cast<std::uint32_t>(packed.blocks.size());
  const std::uint64_t taps = std::uint64_t{op.kernelHeight} * op.kernelWidth * op.input.channels;
  const auto wholeTiles = [&](std::uint64_t positions) {
    const std::uint64_t tiles = std::max<std::uint64_t>(positions / kernels_.tilePositions, 1);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(tiles * kernels_.tilePositions, job.positions));
  };
  if (!job.wide && kernels_.cacheBytes != 0 && packed.weights.size() <= cachedWeightBytes) {
    const std::uint64_t inputBytes = static_cast<std::uint64_t>(op.stride) * static_cast<std::uint64_t>(job.inputStep);
    const std::uint32_t step = wholeTiles(kernels_.cacheBytes / inputBytes);
    for (std::uint32_t begin = 0; begin < job.positions; begin += step) {
      items.push_back({Kind::conv, index, 0, blocks, begin, std::min(begin + step, job.positions)});
    }
    return;
  }
  // A wide convolution is not split by position: each sum then has one writer and, in float, one order of summation.
  for (std::uint32_t b = 0; b < blocks; ++b) {
    const std::uint64_t wanted = macsPerItem / (taps * packed.blocks[b].vectors * kernels_.lanes) + 1;
    const std::uint32_t step = job.wide ? job.positions : wholeTiles(wanted + kernels_.tilePositions - 1);
    for (std::uint32_t begin = 0; begin < job.positions; begin += step) {
      items.push_back({Kind::conv, index, b, b + 1, begin, std::min(begin + step, job.positions)});
    }
  }
}

PoolJob Program::poolJob(const Op &op) const {
  const TensorLayout &in = layout_.tensors[op.input.tensor];
  PoolJob job;
  job.input = addressOf(op.input);
  job.inputStep = static_cast<std::ptrdiff_t>(in.pixelBytes);
  job.inputRowStep = static_cast<std::ptrdiff_t>(in.rowBytes);
  job.inputHeight = model_->tensors[op.input.tensor].height;
  job.inputWidth = model_->tensors[op.input.tensor].width;
  job.padTop = op.padding.top;
  job.padLeft = op.padding.left;
  job.channels = op.input.channels;
  return job;
}

void Program::addMaxPool(const Op &op, std::vector<Item> &items) {
  const auto index = static_cast<std::uint32_t>(pools_.size());
  PoolJob &job = pools_.emplace_back(poolJob(op));
  const TensorLayout &out = layout_.tensors[op.output.view.tensor];
  const Size size = outputSize(*model_, op);
  job.output = addressOf(op.output.view);
  job.outputStep = static_cast<std::ptrdiff_t>(out.pixelBytes);
  job.outputRowStep = static_cast<std::ptrdiff_t>(out.rowBytes);
  job.outputWidth = size.width;
  for (std::uint32_t row = 0; row < size.height; row += 4) {
    items.push_back({Kind::maxPool, index, 0, 0, row, std::min(row + 4, size.height)});
  }
}

void Program::addGlobalPool(const Op &op, std::vector<Item> &items) {
  const auto index = static_cast<std::uint32_t>(pools_.size());
  PoolJob &job = pools_.emplace_back(poolJob(op));
  job.sums = sumsAt(op.output.view.channelOffset);
  for (std::uint32_t c = 0; c < job.channels; c += channelsPerItem) {
    items.push_back({Kind::globalSum, index, 0, 0, c, std::min(c + channelsPerItem, job.channels)});
  }
}

/// The halo is written anew for every frame, because the memory may have been another tensor's in between.
void Program::addHalos(const std::vector<const Op *> &phase, std::vector<bool> &filled, std::vector<Item> &items) const {
  for (const Op *op : phase) {
    const std::uint32_t tensor = op->output.view.tensor;
    if (op->output.logits || filled[tensor]) {
      continue;
    }
    filled[tensor] = true;
    if (layout_.tensors[tensor].hasHalo()) {
      items.push_back({Kind::fillHalo, tensor, 0, 0, 0, 0});
    }
  }
}

void Program::work(const Item &item) const {
  switch (item.kind) {
  case Kind::bringIn:
    return bringIn(item.begin, item.end);
  case Kind::fillHalo:
    return fillHalo(item.index);
  case Kind::conv: {
    const Conv &conv = convs_[item.index];
    for (std::uint32_t block = item.firstBlock; block < item.endBlock; ++block) {
      kernels_.conv(conv.job, conv.packed->blocks[block], item.begin, item.end);
    }
    return;
  }
  case Kind::maxPool:
    return kernels_.maxPool(pools_[item.index], item.begin, item.end);
  case Kind::globalSum:
    return kernels_.globalSum(pools_[item.index], item.begin, item.end);
  }
}

void Program::bringIn(std::uint32_t firstRow, std::uint32_t endRow) const {
  const TensorLayout &layout = layout_.tensors[0];
  const Tensor &tensor = model_->tensors[0];
  const std::size_t rowElements = std::size_t{tensor.width} * tensor.channels;
  for (std::size_t y = firstRow; y < endRow; ++y) {
    std::uint8_t *target = arena_.data() + layout.origin + y * layout.rowBytes;
    const std::uint8_t *source = input_.data() + y * rowElements;
    if (kernels_.element == Element::float32) {
      normalise(model_->input, source, tensor.width, tensor.channels, reinterpret_cast<float *>(target));
    } else {
      storeBytes(kernels_.element, source, rowElements, target);
    }
  }
}

void Program::fillHalo(std::uint32_t index) const {
  const TensorLayout &layout = layout_.tensors[index];
  const Tensor &tensor = model_->tensors[index];
  // One row of padding; real zero is the zero point, and plain zero in float models.
  std::vector<std::uint8_t> padding(layout.rowBytes, 0);
  if (kernels_.element != Element::float32) {
    std::vector<std::uint8_t> bytes(layout.rowBytes / bytesOf(kernels_.element), tensor.zeroPoint);
    for (std::size_t i = 0; index == 0 && i < bytes.size(); ++i) {
      bytes[i] = model_->input.zeroPoint[i % tensor.channels];
    }
    storeBytes(kernels_.element, bytes.data(), bytes.size(), padding.data());
  }
  std::uint8_t *const begin = arena_.data() + layout.offset;
  const std::size_t rows = std::size_t{layout.halo.top} + tensor.height + layout.halo.bottom;
  const std::size_t left = layout.halo.left * layout.pixelBytes;
  const std::size_t right = layout.halo.right * layout.pixelBytes;
  for (std::size_t y = 0; y < rows; ++y) {
    std::uint8_t *const row = begin + y * layout.rowBytes;
    if (y < layout.halo.top || y >= std::size_t{layout.halo.top} + tensor.height) {
      std::memcpy(row, padding.data(), layout.rowBytes);
      continue;
    }
    std::memcpy(row, padding.data(), left);
    std::memcpy(row + layout.rowBytes - right, padding.data(), right);
  }
}

void Program::run(WorkCrew &crew, std::span<const std::uint8_t> input, Logits &logits) {
  input_ = input;
  crew.run(job_);
  input_ = {};
  logits.sums = sums_;
  logits.values = means_;
}

void Program::tensors(TensorDump &dump) const {
  dump.bytes.clear();
  dump.floats.clear();
  for (std::size_t t = 0; t < layout_.tensors.size(); ++t) {
    const TensorLayout &layout = layout_.tensors[t];
    const Tensor &tensor = model_->tensors[t];
    const std::size_t rowElements = std::size_t{tensor.width} * tensor.channels;
    const bool isFloat = kernels_.element == Element::float32;
    std::vector<std::uint8_t> bytes(isFloat ? 0 : rowElements * tensor.height);
    std::vector<float> floats(isFloat ? rowElements * tensor.height : 0);
    for (std::size_t y = 0; y < tensor.height; ++y) {
      const std::uint8_t *row = arena_.data() + layout.origin + y * layout.rowBytes;
      if (isFloat) {
        std::memcpy(floats.data() + y * rowElements, row, rowElements * sizeof(float));
      } else {
        loadBytes(kernels_.element, row, rowElements, bytes.data() + y * rowElements);
      }
    }
    if (isFloat) {
      dump.floats.push_back(std::move(floats));
    } else {
      dump.bytes.push_back(std::move(bytes));
    }
  }
}

} // namespace zynqnet::cpu
