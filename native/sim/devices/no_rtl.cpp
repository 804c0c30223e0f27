// Stands in for rtl.cpp in builds without Verilator.
#include "core/error.hpp"
#include "sim/devices/simulators.hpp"

namespace zynqnet::sim {

bool haveRtl() noexcept { return false; }

Simulator openRtl(const SimulatorOptions &) {
  throw Error("ENGINE_UNKNOWN", "this addon was built without the RTL simulator: install verilator and build with "
                                "\"cmake -S native -B build/native -G Ninja -DZYNQNET_RTL=ON && cmake --build build/native\"");
}

} // namespace zynqnet::sim
