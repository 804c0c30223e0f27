// An accelerator that is open, whatever it is: a board's, or a simulated one.
#pragma once

#include "accelerator/accelerator.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace zynqnet::accelerator {

struct AcceleratorDevice {
  std::shared_ptr<Accelerator> driver;
  /// Cycles by index of the operator in the last frame, where something counts them; call it only between frames.
  std::function<std::map<std::uint32_t, std::uint64_t>()> operatorCycles = [] { return std::map<std::uint32_t, std::uint64_t>{}; };
};

} // namespace zynqnet::accelerator
