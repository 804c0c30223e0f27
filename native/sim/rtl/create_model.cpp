#include "sim/rtl/accelerator_model.hpp"

#include "core/error.hpp"

#include <string>

namespace zynqnet::sim {

using Factory = std::unique_ptr<AcceleratorModel>(const accelerator::Preset &, std::uint32_t, std::uint32_t, const MemoryConditions &);
// Defined per preset by CMake (preset_model.cpp.in), for the presets chosen with ZYNQNET_RTL_PRESETS
#ifdef ZYNQNET_RTL_ZYBO
Factory createZybo;
#endif
#ifdef ZYNQNET_RTL_ZYBO_Z7_20
Factory createZyboZ720;
#endif
#ifdef ZYNQNET_RTL_ZC706
Factory createZc706;
#endif

namespace {

Factory *factoryOf(std::string_view name) {
#ifdef ZYNQNET_RTL_ZYBO
  if (name == "zybo") {
    return createZybo;
  }
#endif
#ifdef ZYNQNET_RTL_ZYBO_Z7_20
  if (name == "zybo-z7-20") {
    return createZyboZ720;
  }
#endif
#ifdef ZYNQNET_RTL_ZC706
  if (name == "zc706") {
    return createZc706;
  }
#endif
  static_cast<void>(name);
  return nullptr;
}

} // namespace

std::unique_ptr<AcceleratorModel> createModel(std::string_view name, std::uint32_t baseAddress, std::uint32_t memoryBytes,
                                              const MemoryConditions &conditions) {
  for (const accelerator::Preset &preset : accelerator::presets) {
    Factory *create = preset.name == name ? factoryOf(name) : nullptr;
    if (create != nullptr) {
      return create(preset, baseAddress, memoryBytes, conditions);
    }
  }
  throw Error("ENGINE_UNSUPPORTED", "no simulation of accelerator preset \"" + std::string(name) + "\" in this build; presets are zybo, zybo-z7-20 and zc706 (ZYNQNET_RTL_PRESETS)");
}

} // namespace zynqnet::sim
