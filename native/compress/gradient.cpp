#include "compress/gradient.hpp"

#include "compress/dense.hpp"

#include <algorithm>
#include <vector>

namespace zynqnet::compress {
namespace {

constexpr std::size_t chunk = 128; // output positions that are worked on together

/// Adds a row of the im2col matrix back to where it was gathered from.
void scatter(const float *row, const Window &w, std::size_t position, std::span<float> tensor) {
  const auto top = static_cast<std::ptrdiff_t>(position / w.outputWidth * w.stride) - static_cast<std::ptrdiff_t>(w.padTop);
  const auto left = static_cast<std::ptrdiff_t>(position % w.outputWidth * w.stride) - static_cast<std::ptrdiff_t>(w.padLeft);
  const std::size_t area = w.kernelHeight * w.kernelWidth;
  for (std::size_t ky = 0; ky < w.kernelHeight; ++ky) {
    for (std::size_t kx = 0; kx < w.kernelWidth; ++kx) {
      const std::ptrdiff_t y = top + static_cast<std::ptrdiff_t>(ky);
      const std::ptrdiff_t x = left + static_cast<std::ptrdiff_t>(kx);
      if (y < 0 || x < 0 || y >= static_cast<std::ptrdiff_t>(w.height) || x >= static_cast<std::ptrdiff_t>(w.width))
        continue;
      float *target =
          tensor.data() + (static_cast<std::size_t>(y) * w.width + static_cast<std::size_t>(x)) * w.tensorChannels + w.channelOffset;
      const float *source = row + ky * w.kernelWidth + kx;
      for (std::size_t c = 0; c < w.channels; ++c)
        target[c] += source[c * area];
    }
  }
}

/// rows x columns with row stride `padded(rows)`, transposed and padded with zeros.
std::vector<float> transposed(std::span<const float> matrix, std::size_t rows, std::size_t columns) {
  const std::size_t stride = padded(rows);
  std::vector<float> result(columns * stride, 0.0F);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c)
      result[c * stride + r] = matrix[r * columns + c];
  }
  return result;
}

} // namespace

void addInputGradient(const Window &w, std::span<const float> weights, std::size_t outputs, std::span<const float> outputGradient,
                      std::span<float> gradient, unsigned threads) {
  const std::size_t taps = w.taps();
  const std::size_t stride = padded(taps);
  std::vector<float> wide(outputs * stride, 0.0F);
  for (std::size_t o = 0; o < outputs; ++o)
    std::copy_n(weights.data() + o * taps, taps, wide.data() + o * stride);
  const std::size_t positions = w.outputHeight * w.outputWidth;
  std::vector<float> rows(chunk * taps);
  for (std::size_t start = 0; start < positions; start += chunk) {
    const std::size_t count = std::min(chunk, positions - start);
    const std::vector<float> part = transposed(outputGradient.subspan(start * outputs, count * outputs), count, outputs);
    std::fill(rows.begin(), rows.end(), 0.0F);
    addProduct(part, count, padded(count), wide, taps, stride, outputs, rows, taps, threads);
    for (std::size_t r = 0; r < count; ++r)
      scatter(rows.data() + r * taps, w, start + r, gradient);
  }
}

void convolve(std::span<const float> tensor, const Window &w, std::span<const float> weights, std::span<const float> bias,
              std::span<float> result, unsigned threads) {
  const std::size_t taps = w.taps();
  const std::size_t outputs = bias.size();
  const std::vector<float> columns = transposed(weights, outputs, taps);
  const std::vector<float> zero(w.channels, 0.0F);
  const std::vector<float> one(w.channels, 1.0F);
  const std::size_t positions = w.outputHeight * w.outputWidth;
  std::vector<float> rows(chunk * taps);
  for (std::size_t start = 0; start < positions; start += chunk) {
    const std::size_t count = std::min(chunk, positions - start);
    for (std::size_t r = 0; r < count; ++r) {
      gather(tensor, w, Affine{zero, one}, static_cast<std::uint32_t>(start + r), rows.data() + r * taps);
      std::copy(bias.begin(), bias.end(), result.begin() + static_cast<std::ptrdiff_t>((start + r) * outputs));
    }
    const std::vector<float> part = transposed(std::span(rows).first(count * taps), count, taps);
    addProduct(part, count, padded(count), columns, outputs, padded(outputs), taps, result.subspan(start * outputs), outputs, threads);
  }
}

} // namespace zynqnet::compress
