// A network on the accelerator: lowered once, loaded once, two frames in flight.
#pragma once

#include "accelerator/accelerator.hpp"
#include "core/engine.hpp"
#include "core/model.hpp"

#include <functional>
#include <memory>
#include <string>

namespace zynqnet::accelerator {

class AcceleratorEngine : public Engine {
public:
  /// Counters of the last frame that ended.
  [[nodiscard]] virtual RunCounters lastRun() const = 0;
  [[nodiscard]] virtual Accelerator &driver() noexcept = 0;
};

/// Lowers `model` for the build that `accelerator` is, checks every address and loads the program. Several engines may share
/// one accelerator. `name` is what the engine is called. Throws Error ENGINE_UNSUPPORTED, or ACCELERATOR_MEMORY when the DMA
/// memory has no room, saying how much is needed.
[[nodiscard]] std::unique_ptr<AcceleratorEngine> createAcceleratorEngine(std::shared_ptr<Accelerator> accelerator,
                                                                         std::shared_ptr<const Model> model, std::string name);

} // namespace zynqnet::accelerator
