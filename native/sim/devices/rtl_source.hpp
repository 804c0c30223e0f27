// Where Verilated models come from in this build.
#pragma once

#include "sim/rtl/accelerator_model.hpp"

namespace zynqnet::sim {

/// True when there are models: linked in (ZYNQNET_RTL=ON), or in the library that `npm run build:rtl` makes.
[[nodiscard]] bool haveModels() noexcept;

/// As sim::createModel. Throws Error ENGINE_UNKNOWN when there are none, or the library belongs to other sources, saying how to
/// build it.
[[nodiscard]] std::unique_ptr<AcceleratorModel> modelOf(const accelerator::Preset &preset, std::uint32_t memoryBytes,
                                                        const MemoryConditions &conditions);

} // namespace zynqnet::sim
