#include "cpu/packed_conv.hpp"

#include <algorithm>
#include <cmath>

namespace zynqnet::cpu {
namespace {

std::uint32_t divideUp(std::uint32_t value, std::uint32_t by) { return (value + by - 1) / by; }

/// What one segment covers: kernel row `ky`, `taps` columns from `kx` on. A view of all channels makes a kernel row
/// contiguous; any other view leaves each tap on its own.
struct Run {
  std::uint32_t ky = 0;
  std::uint32_t kx = 0;
  std::uint32_t taps = 1;
};

std::vector<Run> runsOf(const Op &op, bool wholePixels) {
  std::vector<Run> runs;
  for (std::uint32_t ky = 0; ky < op.kernelHeight; ++ky) {
    if (wholePixels) {
      runs.push_back({ky, 0, op.kernelWidth});
      continue;
    }
    for (std::uint32_t kx = 0; kx < op.kernelWidth; ++kx) {
      runs.push_back({ky, kx, 1});
    }
  }
  return runs;
}

/// As even as possible: 5 vectors are 3 + 2, not 4 + 1.
std::vector<ChannelBlock> blocksOf(std::uint32_t channels, const KernelSet &kernels, std::size_t bytesPerVector) {
  const std::uint32_t vectors = divideUp(channels, kernels.lanes);
  const std::uint32_t count = divideUp(vectors, kernels.vectorsPerBlock);
  std::vector<ChannelBlock> blocks;
  std::uint32_t first = 0;
  for (std::uint32_t b = 0; b < count; ++b) {
    const std::uint32_t last = (b + 1) * vectors / count;
    ChannelBlock block;
    block.firstChannel = first * kernels.lanes;
    block.vectors = last - first;
    block.channels = std::min(block.vectors * kernels.lanes, channels - block.firstChannel);
    block.weightOffset = first * bytesPerVector;
    blocks.push_back(block);
    first = last;
  }
  return blocks;
}

/// Copies one convolution's weights, one element of type T at a time.
template <class T, class Source> class Packer {
public:
  Packer(const Op &op, const std::vector<Run> &runs, const std::vector<Source> &source, const KernelSet &kernels, PackedConv &packed)
      : op_(op), runs_(runs), source_(source), kernels_(kernels), packed_(packed) {}

  void pack() const {
    for (const ChannelBlock &block : packed_.blocks) {
      T *target = reinterpret_cast<T *>(packed_.weights.data() + block.weightOffset);
      for (std::size_t r = 0; r < runs_.size(); ++r) {
        target = packRun(block, runs_[r], packed_.segments[r].groups, target);
      }
    }
  }

private:
  T *packRun(const ChannelBlock &block, const Run &run, std::uint32_t groups, T *target) const {
    const std::size_t perGroup = kernels_.groupBytes / bytesOf(kernels_.element);
    const std::uint32_t inputs = op_.input.channels;
    const std::uint32_t taps = std::uint32_t{op_.kernelHeight} * op_.kernelWidth;
    for (std::uint32_t g = 0; g < groups; ++g) {
      for (std::uint32_t lane = 0; lane < block.vectors * kernels_.lanes; ++lane) {
        for (std::size_t e = 0; e < perGroup; ++e, ++target) {
          const std::size_t element = g * perGroup + e;
          const std::size_t kx = run.kx + element / inputs;
          if (lane < block.channels && element < run.taps * inputs) {
            const std::size_t o = block.firstChannel + lane;
            const std::size_t tap = std::size_t{run.ky} * op_.kernelWidth + kx;
            *target = static_cast<T>(source_[(o * inputs + element % inputs) * taps + tap]);
          }
        }
      }
    }
    return target;
  }

  const Op &op_;
  const std::vector<Run> &runs_;
  const std::vector<Source> &source_;
  const KernelSet &kernels_;
  PackedConv &packed_;
};

void packRequantization(const Op &op, const ConvWeights &conv, const KernelSet &kernels, std::size_t padded, PackedConv &packed) {
  packed.bias = conv.bias;
  if (kernels.element == Element::offset8) { // the stored activation is 128 less
    const std::size_t perOutput = conv.weights.size() / conv.bias.size();
    for (std::size_t o = 0; o < conv.bias.size(); ++o) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < perOutput; ++k) {
        sum += conv.weights[o * perOutput + k];
      }
      packed.bias[o] += 128 * sum;
    }
  }
  packed.bias.resize(padded, 0);
  if (op.output.logits) {
    return;
  }
  for (std::size_t o = 0; o < conv.multiplier.size(); ++o) {
    packed.scale.push_back(std::ldexp(static_cast<float>(conv.multiplier[o]), -conv.shift[o]));
    packed.multiplier.push_back(conv.multiplier[o]);
    packed.negativeShift.push_back(-static_cast<std::int32_t>(conv.shift[o]));
  }
  packed.scale.resize(padded, 0.0F);
  packed.multiplier.resize(padded, 0);
  packed.negativeShift.resize(padded, -1);
}

} // namespace

PackedConv packConv(const Model &model, const Op &op, const TensorLayout &input, const KernelSet &kernels) {
  const ConvWeights &conv = model.weights[op.weights];
  const std::uint32_t channels = op.output.view.channels;
  const std::size_t elementBytes = bytesOf(kernels.element);
  const bool wholePixels = op.input.channels == model.tensors[op.input.tensor].channels;
  const std::vector<Run> runs = runsOf(op, wholePixels);
  PackedConv packed;
  std::size_t groups = 0;
  for (const Run &run : runs) {
    const std::uint32_t bytes = static_cast<std::uint32_t>(run.taps * op.input.channels * elementBytes);
    packed.segments.push_back(
        {static_cast<std::ptrdiff_t>(run.ky * input.rowBytes + run.kx * input.pixelBytes), divideUp(bytes, kernels.groupBytes)});
    groups += packed.segments.back().groups;
  }
  // A weight has the size of an activation element in every format.
  const std::size_t vectorBytes = groups * kernels.lanes * kernels.groupBytes;
  packed.blocks = blocksOf(channels, kernels, vectorBytes);
  const std::size_t vectors = divideUp(channels, kernels.lanes);
  packed.weights = AlignedBuffer(vectors * vectorBytes);
  const std::size_t padded = vectors * kernels.lanes;
  switch (kernels.element) {
  case Element::float32:
    Packer<float, float>(op, runs, conv.floatWeights, kernels, packed).pack();
    packed.floatBias = conv.floatBias;
    packed.floatBias.resize(padded, 0.0F);
    break;
  case Element::unsigned16:
    Packer<std::int16_t, std::int8_t>(op, runs, conv.weights, kernels, packed).pack();
    packRequantization(op, conv, kernels, padded, packed);
    break;
  default:
    Packer<std::int8_t, std::int8_t>(op, runs, conv.weights, kernels, packed).pack();
    packRequantization(op, conv, kernels, padded, packed);
    break;
  }
  return packed;
}

} // namespace zynqnet::cpu
