#include "compress/moments.hpp"

#include "compress/dense.hpp"
#include "core/error.hpp"

#include <algorithm>

namespace zynqnet::compress {
namespace {

/// One row of the im2col matrix.
template <typename T>
void gather(std::span<const T> tensor, const Window &w, const Affine &affine, std::uint32_t position, float *row) {
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
        for (std::size_t c = 0; c < w.channels; ++c) target[c * area] = 0.0F;
        continue;
      }
      const T *source = tensor.data() + (static_cast<std::size_t>(y) * w.width + static_cast<std::size_t>(x)) * w.tensorChannels + w.channelOffset;
      for (std::size_t c = 0; c < w.channels; ++c) {
        target[c * area] = (static_cast<float>(source[c]) - affine.zero[c]) * affine.scale[c];
      }
    }
  }
}

} // namespace

template <typename T>
void addMoments(std::span<const T> tensor, const Window &window, const Affine &affine,
                std::span<const std::uint32_t> positions, std::span<float> gram, std::span<double> sum,
                unsigned threads) {
  const std::size_t taps = window.taps();
  const std::size_t stride = padded(taps);
  constexpr std::size_t chunk = 256;
  std::vector<float> rows(std::min(chunk, positions.size()) * stride, 0.0F);
  for (std::size_t start = 0; start < positions.size(); start += chunk) {
    const std::size_t count = std::min(chunk, positions.size() - start);
    for (std::size_t r = 0; r < count; ++r) {
      float *row = rows.data() + r * stride;
      gather(tensor, window, affine, positions[start + r], row);
      for (std::size_t k = 0; k < taps; ++k) sum[k] += row[k];
    }
    if (!gram.empty()) addGram(rows, count, taps, stride, 1.0F, gram.data(), taps, threads);
  }
}

template void addMoments(std::span<const float>, const Window &, const Affine &, std::span<const std::uint32_t>,
                         std::span<float>, std::span<double>, unsigned);
template void addMoments(std::span<const std::uint8_t>, const Window &, const Affine &, std::span<const std::uint32_t>,
                         std::span<float>, std::span<double>, unsigned);

double factorMoments(std::span<float> gram, std::size_t taps, double rows, double damping, unsigned threads) {
  double trace = 0.0;
  for (std::size_t i = 0; i < taps; ++i) trace += gram[i * taps + i];
  const double mean = trace / static_cast<double>(taps) / rows;
  const std::vector<float> original(gram.begin(), gram.end());
  for (double used = damping; used < 1e6; used *= 10.0) {
    const auto factor = static_cast<float>(1.0 / rows);
    const auto ridge = static_cast<float>(mean > 0.0 ? used * mean : 1.0);
    for (std::size_t i = 0; i < taps; ++i) {
      for (std::size_t j = 0; j <= i; ++j) gram[i * taps + j] = original[i * taps + j] * factor;
      gram[i * taps + i] += ridge;
    }
    if (cholesky(gram, taps, threads)) return used;
  }
  throw Error("COMPRESS_NUMERIC", "the moments of the calibration images hold values that are not numbers");
}

} // namespace zynqnet::compress
