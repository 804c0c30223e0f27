// Builds with ZYNQNET_RTL=ON.
#include "sim/devices/rtl_source.hpp"
#include "sim/devices/simulated_memory.hpp"

namespace zynqnet::sim {

bool haveModels() noexcept { return true; }

std::unique_ptr<AcceleratorModel> modelOf(const accelerator::Preset &preset, std::uint32_t memoryBytes,
                                          const MemoryConditions &conditions) {
  return createModel(preset.name, simulatedBusAddress, memoryBytes, conditions);
}

} // namespace zynqnet::sim
