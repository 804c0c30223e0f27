// What the build registers say about the accelerator.
#pragma once

#include "accelerator/register_window.hpp"
#include "lowering/hardware.hpp"

namespace zynqnet::accelerator {

/// The build as a preset: lowering then assumes exactly what is there. Named after a known preset, or "custom".
/// Throws Error ACCELERATOR_BUILD when a needed capability is missing or the registers contradict each other.
[[nodiscard]] Preset readBuild(RegisterWindow &registers);

} // namespace zynqnet::accelerator
