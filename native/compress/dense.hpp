// The dense operations that everything here rests on: X'X, X'Y and Cholesky. Single precision, blocked, threaded.
#pragma once

#include <cstddef>
#include <span>

namespace zynqnet::compress {

/// Columns are padded to this many floats, so that no kernel needs a tail.
inline constexpr std::size_t lanes = 32;

[[nodiscard]] constexpr std::size_t padded(std::size_t n) { return (n + lanes - 1) / lanes * lanes; }

/// c += sign * x' x, lower triangle and diagonal only. `x` is rows x n with row stride `xStride` (a multiple of `lanes`, at
/// least padded(n), padding readable); `c` is n x n with stride `cStride`. Only entries with column <= row are written.
void addGram(std::span<const float> x, std::size_t rows, std::size_t n, std::size_t xStride, float sign, float *c, std::size_t cStride,
             unsigned threads);

/// c += x' y. `x` is rows x m, `y` rows x n, with row strides of multiples of `lanes`, at least padded(m) and padded(n), padding
/// readable; `c` is m x n with stride `cStride`.
void addProduct(std::span<const float> x, std::size_t m, std::size_t xStride, std::span<const float> y, std::size_t n, std::size_t yStride,
                std::size_t rows, std::span<float> c, std::size_t cStride, unsigned threads);

/// Lower Cholesky factor in place (lower triangle of the n x n matrix `a`, row-major). False when `a` is not positive
/// definite; `a` is then spoilt. Right-looking, blocked (Golub and Van Loan, Matrix Computations, section 4.2).
[[nodiscard]] bool cholesky(std::span<float> a, std::size_t n, unsigned threads);

} // namespace zynqnet::compress
