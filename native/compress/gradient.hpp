// One convolution backwards: what its outputs' gradients mean for its inputs.
#pragma once

#include "compress/window.hpp"

#include <cstddef>
#include <span>

namespace zynqnet::compress {

/// gradient += d(loss)/d(input). `outputGradient` is [outputHeight * outputWidth][outputs], before the activation; `weights`
/// [outputs][taps]; `gradient` has the shape of the whole input tensor, of which the window's view is added to.
void addInputGradient(const Window &window, std::span<const float> weights, std::size_t outputs, std::span<const float> outputGradient,
                      std::span<float> gradient, unsigned threads);

/// result [outputHeight * outputWidth][outputs] = bias + weights * input, no activation.
void convolve(std::span<const float> tensor, const Window &window, std::span<const float> weights, std::span<const float> bias,
              std::span<float> result, unsigned threads);

} // namespace zynqnet::compress
