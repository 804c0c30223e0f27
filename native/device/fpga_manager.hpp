// The kernel's word on whether there is anything behind the PL's addresses.
#pragma once

#include <filesystem>

namespace zynqnet::device {

/// Throws Error ACCELERATOR_FPGA unless the FPGA manager (the first one below `root`) says `operating`. An access to a PL that
/// is not configured hangs the whole bus without a fault, so this comes before every first access.
void requireOperating(const std::filesystem::path &root);

} // namespace zynqnet::device
