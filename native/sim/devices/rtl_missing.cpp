// Cross builds: boards have the accelerator itself. Without the loader the addon runs on older C libraries too, whose
// dlopen is not in libc.
#include "core/error.hpp"
#include "sim/devices/rtl_source.hpp"

namespace zynqnet::sim {

bool haveModels() noexcept { return false; }

std::unique_ptr<AcceleratorModel> modelOf(const accelerator::Preset &, std::uint32_t, const MemoryConditions &) {
  throw Error("ENGINE_UNKNOWN", "the simulated accelerator is not in an addon that was built for a board");
}

} // namespace zynqnet::sim
