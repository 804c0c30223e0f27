// The kernel's word on whether there is anything behind the PL's addresses.
#pragma once

#include <filesystem>
#include <string>

namespace zynqnet::platform {

/// Throws Error ACCELERATOR_FPGA unless the FPGA manager (the first one below `root`) says `operating`. An access to a PL that
/// is not configured hangs the whole bus without a fault, so this comes before every first access.
void requireOperating(const std::filesystem::path &root);

/// Its state in the kernel's words ("operating", "power off"); empty when there is no FPGA manager.
[[nodiscard]] std::string managerState(const std::filesystem::path &root);

/// Loads a bitstream (`firmware`: the name of a `.bit.bin` below /lib/firmware) through the FPGA manager. Nothing may access the
/// PL meanwhile. Throws Error ACCELERATOR_FPGA when the kernel cannot or it does not end as `operating`.
void loadBitstream(const std::filesystem::path &root, const std::string &firmware);

} // namespace zynqnet::platform
