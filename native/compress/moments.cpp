#include "compress/moments.hpp"

#include "compress/dense.hpp"
#include "core/error.hpp"

#include <algorithm>

namespace zynqnet::compress {

template <typename T>
void addMoments(std::span<const T> tensor, const Window &window, const Affine &affine, std::span<const std::uint32_t> positions,
                std::span<float> gram, std::span<double> sum, unsigned threads) {
  const std::size_t taps = window.taps();
  const std::size_t stride = padded(taps);
  constexpr std::size_t chunk = 256;
  std::vector<float> rows(std::min(chunk, positions.size()) * stride, 0.0F);
  for (std::size_t start = 0; start < positions.size(); start += chunk) {
    const std::size_t count = std::min(chunk, positions.size() - start);
    for (std::size_t r = 0; r < count; ++r) {
      float *row = rows.data() + r * stride;
      gather(tensor, window, affine, positions[start + r], row);
      for (std::size_t k = 0; k < taps; ++k)
        sum[k] += row[k];
    }
    if (!gram.empty())
      addGram(rows, count, taps, stride, 1.0F, gram.data(), taps, threads);
  }
}

template void addMoments(std::span<const float>, const Window &, const Affine &, std::span<const std::uint32_t>, std::span<float>,
                         std::span<double>, unsigned);
template void addMoments(std::span<const std::uint8_t>, const Window &, const Affine &, std::span<const std::uint32_t>, std::span<float>,
                         std::span<double>, unsigned);

double factorMoments(std::span<float> gram, std::span<const double> sum, std::size_t taps, double rows, double damping, unsigned threads) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      gram[i * taps + j] = static_cast<float>(gram[i * taps + j] - sum[i] * sum[j] / rows);
    }
  }
  double trace = 0.0;
  for (std::size_t i = 0; i < taps; ++i)
    trace += gram[i * taps + i];
  const double mean = trace / static_cast<double>(taps) / rows;
  const std::vector<float> original(gram.begin(), gram.end());
  for (double used = damping; used < 1e6; used *= 10.0) {
    const auto factor = static_cast<float>(1.0 / rows);
    const auto ridge = static_cast<float>(mean > 0.0 ? used * mean : 1.0);
    for (std::size_t i = 0; i < taps; ++i) {
      for (std::size_t j = 0; j <= i; ++j)
        gram[i * taps + j] = original[i * taps + j] * factor;
      gram[i * taps + i] += ridge;
    }
    if (cholesky(gram, taps, threads))
      return used;
  }
  throw Error("COMPRESS_NUMERIC", "the moments of the calibration images hold values that are not numbers");
}

} // namespace zynqnet::compress
