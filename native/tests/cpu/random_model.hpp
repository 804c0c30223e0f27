// Random valid models: every operator, odd channel counts, all paddings and strides, partial views, extreme numbers.
#pragma once

#include "core/model.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace zynqnet::tests {

/// The same seed gives the same model on every machine. It passes validateGraph and validateWeights.
[[nodiscard]] std::shared_ptr<const Model> randomModel(std::uint32_t seed, Arithmetic arithmetic);

/// A frame of the model's size: noise, or for some seeds all 0 or all 255.
[[nodiscard]] std::vector<std::uint8_t> randomFrame(std::uint32_t seed, const Model &model);

/// ZynqNet's layers at 256x256x3 to `classes`, random weights with plausible scales.
[[nodiscard]] std::shared_ptr<const Model> randomZynqNet(std::uint32_t seed, std::uint32_t classes, Arithmetic arithmetic);

} // namespace zynqnet::tests
