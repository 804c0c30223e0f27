#include "compress/svd.hpp"

#include "compress/clones.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace zynqnet::compress {
namespace {

struct Products {
  double aa = 0.0, bb = 0.0, ab = 0.0;
};

ZYNQNET_CLONES Products products(const double *a, const double *b, std::size_t n) {
  double aa[8] = {}, bb[8] = {}, ab[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) {
      aa[k] += a[i + k] * a[i + k];
      bb[k] += b[i + k] * b[i + k];
      ab[k] += a[i + k] * b[i + k];
    }
  }
  for (; i < n; ++i) {
    aa[0] += a[i] * a[i];
    bb[0] += b[i] * b[i];
    ab[0] += a[i] * b[i];
  }
  Products sum;
  for (std::size_t k = 0; k < 8; ++k) {
    sum.aa += aa[k];
    sum.bb += bb[k];
    sum.ab += ab[k];
  }
  return sum;
}

ZYNQNET_CLONES void rotate(double *a, double *b, std::size_t n, double c, double s) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a[i];
    const double y = b[i];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}

/// For rows >= columns; `work` holds the columns of a as rows, made orthogonal in place; `v` the rotations.
void jacobi(std::vector<double> &work, std::vector<double> &v, std::size_t rows, std::size_t columns) {
  constexpr int maxSweeps = 40;
  constexpr double tolerance = 1e-9;
  for (int sweep = 0; sweep < maxSweeps; ++sweep) {
    bool rotated = false;
    for (std::size_t i = 0; i + 1 < columns; ++i) {
      for (std::size_t j = i + 1; j < columns; ++j) {
        double *a = work.data() + i * rows;
        double *b = work.data() + j * rows;
        const Products p = products(a, b, rows);
        if (std::abs(p.ab) <= tolerance * std::sqrt(p.aa * p.bb) || p.ab == 0.0)
          continue;
        rotated = true;
        const double zeta = (p.bb - p.aa) / (2.0 * p.ab);
        const double t = std::copysign(1.0, zeta) / (std::abs(zeta) + std::sqrt(1.0 + zeta * zeta));
        const double c = 1.0 / std::sqrt(1.0 + t * t);
        rotate(a, b, rows, c, c * t);
        rotate(v.data() + i * columns, v.data() + j * columns, columns, c, c * t);
      }
    }
    if (!rotated)
      return;
  }
}

} // namespace

Svd svd(std::span<const float> a, std::size_t rows, std::size_t columns) {
  if (a.size() != rows * columns || rows == 0 || columns == 0) {
    throw Error("COMPRESS_NUMERIC", "svd: array sizes do not agree");
  }
  const bool wide = columns > rows; // decompose the transpose, then swap u and v
  const std::size_t n = wide ? columns : rows;
  const std::size_t k = wide ? rows : columns;
  std::vector<double> work(n * k);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      work[i * n + j] = wide ? a[i * columns + j] : a[j * columns + i];
  }
  std::vector<double> v(k * k, 0.0);
  for (std::size_t i = 0; i < k; ++i)
    v[i * k + i] = 1.0;
  jacobi(work, v, n, k);

  std::vector<double> norms(k);
  for (std::size_t i = 0; i < k; ++i) {
    norms[i] = std::sqrt(std::inner_product(work.begin() + static_cast<std::ptrdiff_t>(i * n),
                                            work.begin() + static_cast<std::ptrdiff_t>((i + 1) * n),
                                            work.begin() + static_cast<std::ptrdiff_t>(i * n), 0.0));
  }
  std::vector<std::size_t> order(k);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return norms[x] > norms[y]; });

  Svd result;
  std::vector<float> left(n * k);
  std::vector<float> right(k * k);
  for (std::size_t rank = 0; rank < k; ++rank) {
    const std::size_t source = order[rank];
    const double norm = norms[source];
    result.s.push_back(static_cast<float>(norm));
    for (std::size_t j = 0; j < n; ++j)
      left[j * k + rank] = norm > 0.0 ? static_cast<float>(work[source * n + j] / norm) : 0.0F;
    for (std::size_t j = 0; j < k; ++j)
      right[j * k + rank] = static_cast<float>(v[source * k + j]);
  }
  if (wide)
    std::swap(left, right);
  result.u = std::move(left);
  result.v = std::move(right);
  return result;
}

} // namespace zynqnet::compress
