// The Verilated accelerators as a library of their own, loaded when one is asked for: a build of the addon needs no Verilator.
#pragma once

#include "sim/rtl/accelerator_model.hpp"

namespace zynqnet::sim {

/// What the library's only symbol, `zynqnetRtlLibrary`, points to.
struct RtlLibrary {
  /// Of the headers on both sides and the compiler (ZYNQNET_RTL_ABI): the models are C++ objects.
  const char *abi;
  /// As sim::createModel.
  std::unique_ptr<AcceleratorModel> (*create)(std::string_view preset, std::uint32_t baseAddress, std::uint32_t memoryBytes,
                                              const MemoryConditions &conditions);
};

} // namespace zynqnet::sim
