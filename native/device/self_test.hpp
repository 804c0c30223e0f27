// The DMA self-test: data there and back through every port.
#pragma once

namespace zynqnet::device {

class Accelerator;

/// Copies a pattern by LOAD and a 1x1 POOL and compares. Throws Error ACCELERATOR_SELFTEST naming the first wrong byte: this
/// is what a 32-bit HP port under a 64-bit master, a missing cache sync or a wrong reserved region look like.
void selfTest(Accelerator &accelerator);

} // namespace zynqnet::device
