// Which commands the accelerator refuses: the rules of docs/register-map.md.
#pragma once

#include "lowering/command.hpp"

namespace zynqnet::sim {

/// ErrorCode::none for a good command.
[[nodiscard]] accelerator::ErrorCode checkCommand(const accelerator::Command &command, const accelerator::Preset &preset) noexcept;

} // namespace zynqnet::sim
