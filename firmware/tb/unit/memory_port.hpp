// One AXI port between a Verilated module with the ports of zn_axi_read or zn_axi_write and the memory model.
#pragma once

#include "bench.hpp"
#include "sim/rtl/axi_memory.hpp"

namespace zynqnet::bench {

constexpr std::uint32_t memoryBase = 0x10000000;
constexpr std::uint32_t memoryBytes = 1U << 20U;

/// Fills the memory with bytes that name their place.
inline std::uint8_t pattern(std::uint32_t offset) {
  return static_cast<std::uint8_t>(offset * 167U + (offset >> 8U) * 29U + (offset >> 16U));
}

inline sim::MemoryConditions conditionsOf(std::uint32_t seed) {
  sim::MemoryConditions conditions;
  conditions.seed = seed;
  conditions.stallShare = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 0.3 : 0.7;
  conditions.readLatency = seed % 2 == 0 ? 4 : 40;
  return conditions;
}

} // namespace zynqnet::bench
