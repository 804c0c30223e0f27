// A convolution's weights in the order its kernel reads them. Packed once per engine.
#pragma once

#include "core/model.hpp"
#include "cpu/aligned_buffer.hpp"
#include "cpu/kernel_set.hpp"
#include "cpu/layout.hpp"

#include <cstdint>
#include <vector>

namespace zynqnet::cpu {

struct PackedConv {
  std::vector<Segment> segments;
  std::vector<ChannelBlock> blocks;
  AlignedBuffer weights;
  // Per output channel, padded with zeros to whole vectors of the kernel.
  std::vector<std::int32_t> bias;
  std::vector<float> floatBias;
  std::vector<float> scale;
  std::vector<std::int32_t> multiplier;
  std::vector<std::int32_t> negativeShift;
};

/// `input` is the layout of the tensor that `op` reads.
[[nodiscard]] PackedConv packConv(const Model &model, const Op &op, const TensorLayout &input, const KernelSet &kernels);

} // namespace zynqnet::cpu
