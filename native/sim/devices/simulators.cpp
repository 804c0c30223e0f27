#include "sim/devices/simulators.hpp"

#include "sim/devices/functional_devices.hpp"

namespace zynqnet::sim {

accelerator::AcceleratorDevice openFunctional(const SimulatorOptions &options) {
  FunctionalDevices devices = createFunctionalDevices(presetNamed(options.preset), options.memoryBytes);
  auto driver = std::make_shared<accelerator::Accelerator>(std::move(devices.registers), std::move(devices.memory));
  return {std::move(driver), [model = devices.model] { return model->trace(); }};
}

} // namespace zynqnet::sim
