// What the boot loader (FSBL, ps7_init) set up between processing system and fabric: clock, level shifters, reset, port widths.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace zynqnet::platform {

/// Widths of one HP port in bits.
struct PortWidth {
  std::uint32_t read = 0, write = 0;
};

struct ProcessingSystem {
  std::optional<double> clockMHz; ///< FCLK0 as its PLL and dividers are set; nothing where the crystal is not known
  bool clockRuns = false;         ///< an access to the PL with its clock stopped hangs the bus
  bool levelShifters = false;     ///< open, both ways
  bool inReset = false;           ///< FPGA0_OUT_RST holds the PL
  std::array<PortWidth, 4> ports; ///< HP0..HP3
};

/// Reads registers of the SLCR and the AFIs through /dev/mem and writes none. They belong to the processing system and answer
/// whatever the PL does (UG585, appendix B), but only on a Zynq-7000: the device tree is asked first. Throws Error
/// ACCELERATOR_MISSING on anything else, or when /dev/mem cannot be mapped.
[[nodiscard]] ProcessingSystem readProcessingSystem(const std::filesystem::path &root);

} // namespace zynqnet::platform
