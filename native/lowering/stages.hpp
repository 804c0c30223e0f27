// The network as the accelerator sees it: a list of stages, each one convolution or max-pool over stored channels.
#pragma once

#include "lowering/program.hpp"
#include "lowering/tensor_layout.hpp"
#include "lowering/weight_image.hpp"

namespace zynqnet::accelerator {

struct Stage {
  bool pool = false;
  std::uint32_t op = 0;    ///< index of the network's operator
  std::uint32_t input = 0; ///< tensor
  BlockRange blocks;       ///< of the input
  std::uint32_t kernelRows = 1, kernelCols = 1, strideRows = 1, strideCols = 1;
  std::int32_t padTop = 0, padLeft = 0;
  std::uint32_t pad = 0; ///< padding value of channels 0..3 modulo 4
  std::uint32_t outRows = 0, outCols = 0;
  bool wide = false;
  std::uint32_t output = 0;      ///< tensor, unless wide
  std::uint32_t outputBlock = 0; ///< its first block there
  std::uint32_t groups = 0;      ///< of 16 output channels
  bool relu = false;
  std::uint32_t preShift = 0, zeroPoint = 0;
  std::vector<std::int32_t> logits; ///< wide: class of each stored output channel, or -1
  WeightImage weights;              ///< convolutions
  std::uint32_t groupWords = 0;
  std::uint32_t weightsOffset = 0; ///< set by the emitter
};

struct Network {
  Layouts layouts;
  InputLayout input;
  std::vector<Stage> stages;
};

/// Turns a valid int8 model into stages. The first convolution's taps become channels where that pays.
[[nodiscard]] Network makeStages(const Model &model, const Preset &preset, bool keepTensors);

} // namespace zynqnet::accelerator
