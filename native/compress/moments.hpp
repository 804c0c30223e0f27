// First and second moments of what a convolution sees: the statistics behind every later choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

/// Adds one image to `gram` (taps x taps, lower triangle: sum of x x') and `sum` (taps: sum of x), x in the order
/// [channel][ky][kx] of the weights. `positions` are the output positions (y * outputWidth + x) that count.
template <typename T>
void addMoments(std::span<const T> tensor, const Window &window, const Affine &affine,
                std::span<const std::uint32_t> positions, std::span<float> gram, std::span<double> sum,
                unsigned threads);

/// Cholesky factor of (gram / rows + damping * mean diagonal * I), in place, lower triangle. The damping grows tenfold until
/// the matrix is positive definite; the damping used is returned. Taps that are always zero are harmless.
double factorMoments(std::span<float> gram, std::size_t taps, double rows, double damping, unsigned threads);

} // namespace zynqnet::compress
