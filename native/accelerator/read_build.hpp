// What the build registers say about the accelerator.
#pragma once

#include "accelerator/register_window.hpp"
#include "lowering/hardware.hpp"

#include <cstdint>
#include <optional>

namespace zynqnet::accelerator {

/// The build as a preset: lowering then assumes exactly what is there. Named after a known preset, or "custom".
/// Throws Error ACCELERATOR_BUILD when a needed capability is missing or the registers contradict each other.
[[nodiscard]] Preset readBuild(RegisterWindow &registers);

/// What the identity, version and build registers say.
struct AcceleratorIdentity {
  std::uint32_t id = 0;        ///< whatever answers
  std::uint32_t version = 0;   ///< major in the upper half; 0 unless the id is ours
  std::optional<Preset> build; ///< nothing unless id and major version are ours
};

/// Reads those registers, nothing else, and writes nothing. Throws Error ACCELERATOR_BUILD.
[[nodiscard]] AcceleratorIdentity readIdentity(RegisterWindow &registers);

} // namespace zynqnet::accelerator
