// Finds the accelerator of this board and its memory, as configured.
#pragma once

#include "accelerator/accelerator.hpp"
#include "accelerator/read_build.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace zynqnet::platform {

/// Defaults fit firmware/dts/zynqnetd.dtsi.
struct BoardConfig {
  std::filesystem::path root = "/";
  std::string uio = "zynqnetd";                 ///< name of the UIO device
  std::optional<std::uint32_t> registerAddress; ///< instead of UIO: physical address, through /dev/mem
  std::string udmabuf = "udmabuf-zynqnetd";     ///< name of the u-dma-buf
  std::optional<std::uint32_t> memoryAddress;   ///< instead of u-dma-buf: a reserved region, through /dev/mem
  std::uint32_t memoryBytes = 0;                ///< of that region
  std::string bitstream = "zynqnetd.bit.bin";   ///< below /lib/firmware; what `Accelerator::reconfigure` loads
  accelerator::DriverOptions driver;
};

/// Throws Error ACCELERATOR_FPGA before anything is touched, ACCELERATOR_MISSING, or what the driver finds.
[[nodiscard]] std::shared_ptr<accelerator::Accelerator> openAccelerator(const BoardConfig &config);

/// Reads those registers, nothing else, and writes nothing: safe beside a daemon that drives the accelerator. Throws Error
/// ACCELERATOR_FPGA before anything is touched, ACCELERATOR_MISSING or ACCELERATOR_BUILD.
[[nodiscard]] accelerator::AcceleratorIdentity identifyAccelerator(const BoardConfig &config);

} // namespace zynqnet::platform
