#include "sim/rtl/accelerator_model.hpp"

#include "core/error.hpp"
#include "preset_factories.hpp"

#include <string>

namespace zynqnet::sim {

namespace {

const accelerator::Preset *presetNamed(std::string_view name) {
  for (const accelerator::Preset &preset : accelerator::presets) {
    if (preset.name == name) {
      return &preset;
    }
  }
  return nullptr;
}

} // namespace

std::unique_ptr<AcceleratorModel> createModel(std::string_view name, std::uint32_t baseAddress, std::uint32_t memoryBytes,
                                              const MemoryConditions &conditions) {
  const accelerator::Preset *preset = presetNamed(name);
  std::string built;
  for (const PresetFactory &factory : presetFactories) {
    if (preset != nullptr && factory.preset == name) {
      return factory.create(*preset, baseAddress, memoryBytes, conditions);
    }
    built += (built.empty() ? "" : ", ") + std::string(factory.preset);
  }
  throw Error("ENGINE_UNSUPPORTED", "no simulation of accelerator preset \"" + std::string(name) + "\" in this build; it has " + built +
                                        " (ZYNQNET_RTL_PRESETS)");
}

} // namespace zynqnet::sim
