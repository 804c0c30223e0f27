// What a convolution sees of its input tensor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace zynqnet::compress {

/// What a convolution reads: a view of a [height][width][channels] tensor through a window.
struct Window {
  std::size_t height = 0, width = 0, tensorChannels = 0;
  std::size_t channelOffset = 0, channels = 0;
  std::size_t kernelHeight = 1, kernelWidth = 1, stride = 1;
  std::size_t padTop = 0, padLeft = 0;
  std::size_t outputHeight = 0, outputWidth = 0;

  /// Inputs of one output value.
  [[nodiscard]] std::size_t taps() const { return channels * kernelHeight * kernelWidth; }
};

/// real = (value - zero[channel]) * scale[channel]; the padding is real zero.
struct Affine {
  std::span<const float> zero, scale; ///< one entry a channel of the view
};

/// One row of the im2col matrix, in the order [channel][ky][kx] of the weights.
template <typename T> void gather(std::span<const T> tensor, const Window &w, const Affine &affine, std::uint32_t position, float *row) {
  const auto top = static_cast<std::ptrdiff_t>(position / w.outputWidth * w.stride) - static_cast<std::ptrdiff_t>(w.padTop);
  const auto left = static_cast<std::ptrdiff_t>(position % w.outputWidth * w.stride) - static_cast<std::ptrdiff_t>(w.padLeft);
  const std::size_t area = w.kernelHeight * w.kernelWidth;
  for (std::size_t ky = 0; ky < w.kernelHeight; ++ky) {
    for (std::size_t kx = 0; kx < w.kernelWidth; ++kx) {
      const std::ptrdiff_t y = top + static_cast<std::ptrdiff_t>(ky);
      const std::ptrdiff_t x = left + static_cast<std::ptrdiff_t>(kx);
      float *target = row + ky * w.kernelWidth + kx;
      const bool inside = y >= 0 && x >= 0 && y < static_cast<std::ptrdiff_t>(w.height) && x < static_cast<std::ptrdiff_t>(w.width);
      if (!inside) {
        for (std::size_t c = 0; c < w.channels; ++c)
          target[c * area] = 0.0F;
        continue;
      }
      const T *source =
          tensor.data() + (static_cast<std::size_t>(y) * w.width + static_cast<std::size_t>(x)) * w.tensorChannels + w.channelOffset;
      for (std::size_t c = 0; c < w.channels; ++c) {
        target[c * area] = (static_cast<float>(source[c]) - affine.zero[c]) * affine.scale[c];
      }
    }
  }
}

} // namespace zynqnet::compress
