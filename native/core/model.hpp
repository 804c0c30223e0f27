// The network as every engine, the lowering and the codec see it. No Node, no Linux here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace zynqnet {

enum class Arithmetic : std::uint8_t { float32, int8 };

/// An activation tensor, unsigned 8 bit in int8 models (see docs/arithmetic.md). Tensor 0 is the network input.
struct Tensor {
  std::string name;
  std::uint32_t channels = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  float scale = 1.0F;         ///< real = scale * (q - zeroPoint)
  std::uint8_t zeroPoint = 0; ///< the input tensor uses Input::zeroPoint per channel instead
};

/// A range of channels of a tensor: concatenation is a matter of views, never an operation.
struct View {
  std::uint32_t tensor = 0;
  std::uint32_t channelOffset = 0;
  std::uint32_t channels = 0;
};

struct Padding {
  std::uint8_t top = 0, left = 0, bottom = 0, right = 0;
};

enum class OpKind : std::uint8_t { conv, maxpool, gap };

/// Where an operator's result goes: a view of a tensor, or a slice of the logit sums (wide convolution, gap).
struct Destination {
  bool logits = false;
  View view; ///< with `logits`: tensor unused, channelOffset and channels index the sums
};

struct Op {
  OpKind kind = OpKind::conv;
  std::string name;
  View input;
  Destination output;
  // conv: kernel 1..7 each way, stride 1 or 2; maxpool: 3x3 stride 2
  std::uint8_t kernelHeight = 1, kernelWidth = 1, stride = 1;
  Padding padding;
  bool relu = false;
  bool ceil = false;         ///< maxpool only
  std::uint8_t preShift = 0; ///< int8 conv only
  std::uint32_t weights = 0; ///< conv: index into Model::weights
};

/// Weights of one convolution, order [output channel][input channel][ky][kx].
/// Exactly one of the two groups is filled, by Model::arithmetic.
struct ConvWeights {
  std::vector<float> floatWeights;
  std::vector<float> floatBias;

  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> bias;
  std::vector<std::uint16_t> multiplier; ///< empty for a wide convolution
  std::vector<std::uint8_t> shift;       ///< empty for a wide convolution
};

enum class ChannelOrder : std::uint8_t { rgb, bgr };

/// real input = (pixel - mean[c]) * scale[c]; int8 models: integer zeroPoint[c], scale folded into the weights.
struct Input {
  ChannelOrder order = ChannelOrder::rgb;
  std::array<float, 4> mean{};
  std::array<float, 4> scale{1.0F, 1.0F, 1.0F, 1.0F};
  std::array<std::uint8_t, 4> zeroPoint{};
};

struct Model {
  std::string name;
  Arithmetic arithmetic = Arithmetic::int8;
  Input input; ///< shape is tensors[0]'s, 1..4 channels
  std::vector<Tensor> tensors;
  std::vector<Op> ops; ///< in execution order
  std::vector<ConvWeights> weights;
  std::uint32_t classes = 0;
  std::vector<float> logitScale;  ///< one per class
  std::vector<float> logitOffset; ///< one per class
  std::string headerJson;         ///< the header as stored: labels, preprocessing and provenance for the daemon
};

} // namespace zynqnet
