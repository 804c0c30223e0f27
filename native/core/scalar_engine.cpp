#include "core/scalar_engine.hpp"

#include "core/arithmetic.hpp"
#include "core/error.hpp"
#include "core/op_kinds.hpp"
#include "core/validate.hpp"

#include <array>
#include <utility>

namespace zynqnet {
namespace {

class ScalarEngine final : public Engine {
public:
  explicit ScalarEngine(std::shared_ptr<const Model> model) : model_(std::move(model)) {
    if (model_->arithmetic != Arithmetic::int8) {
      throw Error("ENGINE_UNSUPPORTED", "the scalar engine runs int8 models; use backend 'float' for float32 models");
    }
    for (const Tensor &tensor : model_->tensors) {
      tensors_.emplace_back(std::size_t{tensor.channels} * tensor.height * tensor.width);
    }
    for (const Op &op : model_->ops) {
      if (hasWeights(op.kind)) {
        weights_.push_back(channelsLast(op));
      }
    }
  }

  [[nodiscard]] std::string_view name() const noexcept override { return "scalar"; }

  void run(std::span<const std::uint8_t> input, Logits &logits) override {
    tensors_.front().assign(input.begin(), input.end());
    logits.values.clear();
    logits.sums.assign(model_->classes, 0);
    for (const Op &op : model_->ops) {
      switch (op.kind) {
      case OpKind::conv:
        convolve(op, logits.sums);
        break;
      case OpKind::maxpool:
        maxPool(op);
        break;
      case OpKind::gap:
        sumPositions(op, logits.sums);
        break;
      }
    }
  }

  void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) override {
    run(input, logits);
    tensors.floats.clear();
    tensors.bytes = tensors_;
  }

private:
  /// [output][input][ky][kx] to [output][ky][kx][input], so that the inner loop is contiguous.
  [[nodiscard]] std::vector<std::int8_t> channelsLast(const Op &op) const {
    const std::vector<std::int8_t> &source = model_->weights[op.weights].weights;
    const std::size_t taps = std::size_t{op.kernelHeight} * op.kernelWidth;
    const std::size_t inputs = op.input.channels;
    std::vector<std::int8_t> target(source.size());
    for (std::size_t o = 0; o < op.output.view.channels; ++o) {
      for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t tap = 0; tap < taps; ++tap) {
          target[(o * taps + tap) * inputs + i] = source[(o * inputs + i) * taps + tap];
        }
      }
    }
    return target;
  }

  /// The bytes of one input position from the view's first channel on; in the padding, the zero points.
  [[nodiscard]] const std::uint8_t *positionOf(const Op &op, std::int64_t y, std::int64_t x, const std::uint8_t *padding) const {
    const Tensor &in = model_->tensors[op.input.tensor];
    if (y < 0 || x < 0 || y >= in.height || x >= in.width) {
      return padding;
    }
    const std::size_t position = static_cast<std::size_t>(y) * in.width + static_cast<std::size_t>(x);
    return tensors_[op.input.tensor].data() + position * in.channels + op.input.channelOffset;
  }

  [[nodiscard]] std::vector<std::uint8_t> paddingOf(const Op &op) const {
    std::vector<std::uint8_t> padding(op.input.channels, model_->tensors[op.input.tensor].zeroPoint);
    if (op.input.tensor == 0) {
      for (std::size_t c = 0; c < padding.size(); ++c) {
        padding[c] = model_->input.zeroPoint.at(op.input.channelOffset + c);
      }
    }
    return padding;
  }

  void convolve(const Op &op, std::vector<std::int32_t> &sums) {
    const ConvWeights &conv = model_->weights[op.weights];
    const Size size = outputSize(*model_, op);
    const View &out = op.output.view;
    const std::vector<std::uint8_t> padding = paddingOf(op);
    const std::size_t taps = std::size_t{op.kernelHeight} * op.kernelWidth;
    std::array<const std::uint8_t *, 49> inputs{};
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        for (std::uint32_t tap = 0; tap < taps; ++tap) {
          inputs[tap] = positionOf(op, std::int64_t{y} * op.stride + tap / op.kernelWidth - op.padding.top,
                                   std::int64_t{x} * op.stride + tap % op.kernelWidth - op.padding.left, padding.data());
        }
        const std::int8_t *weight = weights_[op.weights].data();
        for (std::uint32_t o = 0; o < out.channels; ++o) {
          std::int32_t acc = conv.bias[o];
          for (std::size_t tap = 0; tap < taps; ++tap) {
            for (std::uint32_t i = 0; i < op.input.channels; ++i) {
              acc += *weight++ * inputs[tap][i];
            }
          }
          if (op.output.logits) {
            sums[out.channelOffset + o] += wideTerm(acc, op.preShift, op.relu);
            continue;
          }
          const Tensor &target = model_->tensors[out.tensor];
          const std::size_t position = std::size_t{y} * size.width + x;
          tensors_[out.tensor][position * target.channels + out.channelOffset + o] =
              requantize(acc, op.preShift, conv.multiplier[o], conv.shift[o], target.zeroPoint, op.relu);
        }
      }
    }
  }

  void maxPool(const Op &op) {
    const Size size = outputSize(*model_, op);
    const Tensor &target = model_->tensors[op.output.view.tensor];
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        std::uint8_t *result =
            tensors_[op.output.view.tensor].data() + (std::size_t{y} * size.width + x) * target.channels + op.output.view.channelOffset;
        std::fill_n(result, op.input.channels, std::uint8_t{0}); // 0 is the least byte: padding never wins
        for (int tap = 0; tap < 9; ++tap) {
          const std::uint8_t *source =
              positionOf(op, std::int64_t{y} * 2 + tap / 3 - op.padding.top, std::int64_t{x} * 2 + tap % 3 - op.padding.left, nullptr);
          for (std::uint32_t c = 0; source != nullptr && c < op.input.channels; ++c) {
            result[c] = std::max(result[c], source[c]);
          }
        }
      }
    }
  }

  void sumPositions(const Op &op, std::vector<std::int32_t> &sums) const {
    const Tensor &in = model_->tensors[op.input.tensor];
    for (std::size_t position = 0; position < std::size_t{in.height} * in.width; ++position) {
      for (std::uint32_t c = 0; c < op.input.channels; ++c) {
        sums[op.output.view.channelOffset + c] += tensors_[op.input.tensor][position * in.channels + op.input.channelOffset + c];
      }
    }
  }

  std::shared_ptr<const Model> model_;
  std::vector<std::vector<std::uint8_t>> tensors_;
  std::vector<std::vector<std::int8_t>> weights_;
};

} // namespace

std::unique_ptr<Engine> createScalarEngine(std::shared_ptr<const Model> model) { return std::make_unique<ScalarEngine>(std::move(model)); }

} // namespace zynqnet
