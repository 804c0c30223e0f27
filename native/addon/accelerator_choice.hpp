// Which accelerator an engine is to run on, and where it is.
#pragma once

#include "lowering/hardware.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace zynqnet {

/// `accelerator` of createEngine; every member may be left out. Addresses in bytes.
struct AcceleratorChoice {
  std::string preset{accelerator::defaultPreset}; ///< simulators; the board says what it is
  bool backPressure = true;                       ///< rtl
  std::uint32_t seed = 1;                         ///< rtl: of the back-pressure
  std::string root = "/";                         ///< fpga: where /sys and /dev are
  std::string uio = "zynqnetd";
  std::string udmabuf = "udmabuf-zynqnetd";
  std::optional<std::uint32_t> registerAddress, memoryAddress;
  std::uint32_t memoryBytes = 0;
  std::string bitstream = "zynqnetd.bit.bin"; ///< fpga: below /lib/firmware, for a reload
  std::uint32_t timeoutMs = 2000;
};

} // namespace zynqnet
