// The functional simulator as the driver meets it: a register window and DMA memory.
#pragma once

#include "accelerator/dma_buffer.hpp"
#include "accelerator/register_window.hpp"
#include "sim/functional/functional_simulator.hpp"

#include <memory>
#include <string_view>

namespace zynqnet::sim {

/// Throws Error ENGINE_UNSUPPORTED for an unknown preset, listing those that there are.
[[nodiscard]] const accelerator::Preset &presetNamed(std::string_view name);

/// The model is shared by both: it lives as long as either.
struct FunctionalDevices {
  std::shared_ptr<FunctionalSimulator> model;
  std::unique_ptr<accelerator::RegisterWindow> registers;
  std::unique_ptr<accelerator::DmaBuffer> memory;
};

/// With `interrupt` the window has an interrupt, else the driver polls.
[[nodiscard]] FunctionalDevices createFunctionalDevices(const accelerator::Preset &preset, std::uint32_t memoryBytes,
                                                        bool interrupt = true);

} // namespace zynqnet::sim
