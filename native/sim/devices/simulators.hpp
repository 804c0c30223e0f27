// Accelerators in this process, opened with the same driver as a board's.
#pragma once

#include "accelerator/accelerator_device.hpp"
#include "lowering/hardware.hpp"

#include <cstdint>
#include <string>

namespace zynqnet::sim {

struct SimulatorOptions {
  std::string preset{accelerator::defaultPreset};
  bool backPressure = true; ///< of the Verilated model's memory: 30 % of the beats
  std::uint32_t seed = 1;
  std::uint32_t memoryBytes = 64U << 20U;
};

/// Throws Error ENGINE_UNSUPPORTED for an unknown preset.
[[nodiscard]] accelerator::AcceleratorDevice openFunctional(const SimulatorOptions &options);

/// True when this build contains the Verilated accelerator.
[[nodiscard]] bool haveRtl() noexcept;

/// Throws Error ENGINE_UNKNOWN when this build does not contain it, saying how to build it.
[[nodiscard]] accelerator::AcceleratorDevice openRtl(const SimulatorOptions &options);

} // namespace zynqnet::sim
