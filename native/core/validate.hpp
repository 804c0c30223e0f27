// Graph and range proofs: a model that passes can be run by every engine without any further check.
#pragma once

#include "core/model.hpp"

namespace zynqnet {

/// Checks sizes, shapes, views, order of execution and complete, non-overlapping writes.
/// Needs no weights. Throws Error MODEL_GRAPH naming the operator or tensor.
void validateGraph(const Model &model);

/// Checks the weights' lengths and, for int8 models, the bounds of docs/arithmetic.md. Needs a valid graph.
/// Throws Error MODEL_SECTION (lengths, values) or MODEL_RANGE (bounds).
void validateWeights(const Model &model);

/// Number of weights of a convolution: output channels x input channels x kernel height x kernel width.
[[nodiscard]] std::uint64_t weightCount(const Op &conv) noexcept;

/// Multiply-accumulates of one operator for one frame, padding included (0 for pools).
[[nodiscard]] std::uint64_t macCount(const Model &model, const Op &op) noexcept;

struct Size {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
};

/// Output height and width of a convolution or pool; zero when its kernel does not fit its input.
[[nodiscard]] Size outputSize(const Model &model, const Op &op) noexcept;

} // namespace zynqnet
