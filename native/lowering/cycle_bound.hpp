// How long a program can take at most.
#pragma once

#include "lowering/program.hpp"

namespace zynqnet::accelerator {

/// Cycles that a program's list takes if nothing overlaps: every load, every weight, every tile and every result in turn, with
/// `beatShare` of the beats of each port. Real runs overlap all of these and take less; the bound is for time limits, and for
/// convolutions whose group exceeds the ring, which read their weights again for every tile.
[[nodiscard]] std::uint64_t cycleBound(const Program &program, const Preset &preset, double beatShare);

} // namespace zynqnet::accelerator
