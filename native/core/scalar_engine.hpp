// The plain reference: docs/arithmetic.md as loops. Every other engine, the RTL and the board are compared with it.
#pragma once

#include "core/engine.hpp"
#include "core/model.hpp"

#include <memory>

namespace zynqnet {

/// An engine for an int8 model that has passed validateGraph and validateWeights.
/// Throws Error ENGINE_UNSUPPORTED for a float32 model.
[[nodiscard]] std::unique_ptr<Engine> createScalarEngine(std::shared_ptr<const Model> model);

} // namespace zynqnet
