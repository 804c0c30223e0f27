// Thin singular value decomposition.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace zynqnet::compress {

/// a = u * diag(s) * v', k = min(rows, columns); u is rows x k, v is columns x k (row-major), s descends.
struct Svd {
  std::vector<float> u, s, v;
};

/// One-sided Jacobi (Hestenes 1958; Golub and Van Loan, section 8.6.3): slow for large matrices, accurate for all.
[[nodiscard]] Svd svd(std::span<const float> a, std::size_t rows, std::size_t columns);

} // namespace zynqnet::compress
