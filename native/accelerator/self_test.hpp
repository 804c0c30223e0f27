// The DMA self-test: data there and back through every port.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zynqnet::accelerator {

class Accelerator;

/// Copies patterns by LOAD and a 1x1 POOL and compares, again and again in the same place with other bytes: a stale cache line
/// shows from the second round on. Returns the bytes that were copied. Throws Error ACCELERATOR_SELFTEST naming the first wrong
/// byte: this is what a 32-bit HP port under a 64-bit master, a missing cache sync or a wrong reserved region look like.
std::size_t selfTest(Accelerator &accelerator, std::uint32_t rounds = 2);

} // namespace zynqnet::accelerator
