// First and second moments of what a convolution sees: the statistics behind every later choice.
#pragma once

#include "compress/window.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet::compress {

/// Adds one image to `gram` (taps x taps, lower triangle: sum of x x') and `sum` (taps: sum of x), x in the order
/// [channel][ky][kx] of the weights. `positions` are the output positions (y * outputWidth + x) that count.
template <typename T>
void addMoments(std::span<const T> tensor, const Window &window, const Affine &affine, std::span<const std::uint32_t> positions,
                std::span<float> gram, std::span<double> sum, unsigned threads);

/// Cholesky factor of (gram / rows + damping * mean diagonal * I), in place, lower triangle. With `sum` (else empty) the mean
/// is taken out first: the moments about it, for layers whose bias makes good what an error does on average. The damping
/// grows tenfold until the matrix is positive definite; the damping used is returned. Taps that are always zero are harmless.
double factorMoments(std::span<float> gram, std::span<const double> sum, std::size_t taps, double rows, double damping, unsigned threads);

} // namespace zynqnet::compress
