// Every address of a program, before any hardware sees it.
#pragma once

#include "lowering/program.hpp"

namespace zynqnet::accelerator {

/// Throws Error ACCELERATOR_MEMORY unless every access of every command lies in [base, base + program.totalBytes).
void checkProgram(const Program &program, const Preset &preset, std::uint32_t base);

} // namespace zynqnet::accelerator
