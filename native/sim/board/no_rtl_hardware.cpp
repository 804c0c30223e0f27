#include "core/error.hpp"
#include "sim/board/board_hardware.hpp"

namespace zynqnet::sim {

std::unique_ptr<Hardware> createRtlHardware(const accelerator::Preset &, std::span<std::uint8_t>) {
  throw Error("ENGINE_UNKNOWN", "this build has no RTL simulation; configure with -DZYNQNET_RTL=ON");
}

} // namespace zynqnet::sim
