#include "compress/dense.hpp"

#include "compress/clones.hpp"
#include "compress/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace zynqnet::compress {
namespace {

constexpr std::size_t tileRows = 8;

// Sixteen floats at a time: one AVX-512 register, two AVX ones, four of NEON or SSE.
using Vector = float __attribute__((vector_size(64), aligned(4), may_alias));
constexpr std::size_t vectors = lanes * sizeof(float) / sizeof(Vector);

/// One tile of x' y: eight columns of `x`, 32 columns of `y`, both given by their first row.
ZYNQNET_CLONES void productTile(const float *x, std::size_t xStride, const float *y, std::size_t yStride, std::size_t rows,
                                float (*out)[lanes]) {
  Vector acc[tileRows][vectors] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    const float *left = x + r * xStride;
    const auto *right = reinterpret_cast<const Vector *>(y + r * yStride);
    const Vector first = right[0];
    const Vector second = right[1];
#pragma GCC unroll 8
    for (std::size_t k = 0; k < tileRows; ++k) {
      acc[k][0] += left[k] * first;
      acc[k][1] += left[k] * second;
    }
  }
  for (std::size_t k = 0; k < tileRows; ++k) {
    for (std::size_t v = 0; v < vectors; ++v)
      *reinterpret_cast<Vector *>(out[k] + v * 16) = acc[k][v];
  }
}

} // namespace

void addGram(std::span<const float> x, std::size_t rows, std::size_t n, std::size_t xStride, float sign, float *c, std::size_t cStride,
             unsigned threads) {
  const std::size_t bands = (n + lanes - 1) / lanes; // a band is 32 rows of the result
  parallelFor(bands, threads, [&](std::size_t reversed) {
    const std::size_t band = bands - 1 - reversed; // the longest first, so that no thread is left with it at the end
    float tile[tileRows][lanes];
    for (std::size_t j = 0; j <= band * lanes; j += lanes) {
      for (std::size_t i = band * lanes; i < std::min(n, (band + 1) * lanes); i += tileRows) {
        productTile(x.data() + i, xStride, x.data() + j, xStride, rows, tile);
        for (std::size_t k = 0; k < std::min(tileRows, n - i); ++k) {
          const std::size_t row = i + k;
          const std::size_t width = row + 1 > j ? std::min(lanes, row + 1 - j) : 0;
          float *target = c + row * cStride + j;
          for (std::size_t l = 0; l < width; ++l)
            target[l] += sign * tile[k][l];
        }
      }
    }
  });
}

void addProduct(std::span<const float> x, std::size_t m, std::size_t xStride, std::span<const float> y, std::size_t n, std::size_t yStride,
                std::size_t rows, std::span<float> c, std::size_t cStride, unsigned threads) {
  parallelFor((n + lanes - 1) / lanes, threads, [&](std::size_t band) {
    const std::size_t j = band * lanes;
    const std::size_t width = std::min(lanes, n - j);
    float tile[tileRows][lanes];
    for (std::size_t i = 0; i < m; i += tileRows) {
      productTile(x.data() + i, xStride, y.data() + j, yStride, rows, tile);
      for (std::size_t k = 0; k < std::min(tileRows, m - i); ++k) {
        float *target = c.data() + (i + k) * cStride + j;
        for (std::size_t l = 0; l < width; ++l)
          target[l] += tile[k][l];
      }
    }
  });
}

bool cholesky(std::span<float> a, std::size_t n, unsigned threads) {
  constexpr std::size_t block = 64;
  std::vector<float> panel;
  for (std::size_t start = 0; start < n; start += block) {
    const std::size_t width = std::min(block, n - start);
    // The diagonal block, in double: its rounding errors would reach everything below.
    for (std::size_t j = start; j < start + width; ++j) {
      for (std::size_t i = j; i < start + width; ++i) {
        double sum = a[i * n + j];
        for (std::size_t k = start; k < j; ++k)
          sum -= static_cast<double>(a[i * n + k]) * a[j * n + k];
        if (i == j) {
          if (!(sum > 0.0))
            return false;
          a[j * n + j] = static_cast<float>(std::sqrt(sum));
        } else {
          a[i * n + j] = static_cast<float>(sum / a[j * n + j]);
        }
      }
    }
    const std::size_t below = start + width;
    if (below >= n)
      break;
    const std::size_t rest = n - below;
    const std::size_t stride = padded(rest);
    panel.assign(width * stride, 0.0F); // the panel transposed: panel[k][i]
    parallelFor((rest + block - 1) / block, threads, [&](std::size_t chunk) {
      for (std::size_t i = below + chunk * block; i < std::min(n, below + (chunk + 1) * block); ++i) {
        for (std::size_t j = start; j < start + width; ++j) {
          float sum = a[i * n + j];
          for (std::size_t k = start; k < j; ++k)
            sum -= a[i * n + k] * a[j * n + k];
          a[i * n + j] = sum / a[j * n + j];
          panel[(j - start) * stride + (i - below)] = a[i * n + j];
        }
      }
    });
    addGram(panel, width, rest, stride, -1.0F, a.data() + below * n + below, n, threads);
  }
  return true;
}

} // namespace zynqnet::compress
