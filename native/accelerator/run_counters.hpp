// What the accelerator counted during one command list.
#pragma once

#include <cstdint>

namespace zynqnet::accelerator {

struct RunCounters {
  std::uint32_t cycles = 0;
  std::uint64_t macs = 0; ///< channel padding included
  std::uint32_t arrayCycles = 0;
  std::uint32_t stallReadCycles = 0;
  std::uint32_t stallWriteCycles = 0;
  std::uint32_t stallWeightsCycles = 0;
  std::uint64_t readBytes = 0;
  std::uint64_t writeBytes = 0;
};

} // namespace zynqnet::accelerator
