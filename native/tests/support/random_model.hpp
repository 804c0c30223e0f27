// Random valid models: every operator, odd channel counts, all paddings and strides, partial views, extreme numbers.
#pragma once

#include "core/model.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace zynqnet::tests {

/// The same seed gives the same model on every machine. It passes validateGraph and validateWeights.
[[nodiscard]] std::shared_ptr<const Model> randomModel(std::uint32_t seed, Arithmetic arithmetic);

/// The same model with 15 different weights at most (0 and multiples of 18), as a compressed network has them. No weight grows,
/// so every bound still holds.
[[nodiscard]] std::shared_ptr<const Model> clusteredModel(const Model &model);

/// A frame of the model's size: noise, or for some seeds all 0 or all 255.
[[nodiscard]] std::vector<std::uint8_t> randomFrame(std::uint32_t seed, const Model &model);

/// A 3x3 convolution over 480 channels on a small map: one group of its weights exceeds the smallest accelerator's ring.
[[nodiscard]] std::shared_ptr<const Model> deepModel();

/// Two convolutions with a tensor of a little more than `bytes` between them, so that an accelerator makes and reads it in steps;
/// neighbouring steps share rows of it.
[[nodiscard]] std::shared_ptr<const Model> tallModel(std::uint32_t bytes);

/// ZynqNet's layers at 256x256x3 to `classes`, random weights with plausible scales.
[[nodiscard]] std::shared_ptr<const Model> randomZynqNet(std::uint32_t seed, std::uint32_t classes, Arithmetic arithmetic);

} // namespace zynqnet::tests
