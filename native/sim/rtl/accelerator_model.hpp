// The accelerator in simulation: Verilated RTL of one preset with memory behind its ports. One clock; every access to a
// register costs the cycles it costs on the bus. Not thread-safe.
#pragma once

#include "lowering/hardware.hpp"
#include "sim/rtl/axi_memory.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

namespace zynqnet::sim {

class AcceleratorModel {
public:
  virtual ~AcceleratorModel() = default;

  [[nodiscard]] virtual const accelerator::Preset &preset() const noexcept = 0;
  [[nodiscard]] virtual AxiMemory &memory() noexcept = 0;
  /// External reset, 4 cycles.
  virtual void reset() = 0;
  /// One cycle.
  virtual void tick() = 0;
  [[nodiscard]] virtual bool interrupt() const noexcept = 0;
  /// AXI4-Lite accesses; the answer's response code (0: okay, 2: SLVERR) is returned or stored.
  virtual std::uint32_t readRegister(std::uint32_t offset, std::uint8_t *response = nullptr) = 0;
  virtual std::uint8_t writeRegister(std::uint32_t offset, std::uint32_t value) = 0;
  [[nodiscard]] virtual std::uint64_t cycles() const noexcept = 0;
  /// Cycles per operator tag of the command in the array, since clearTrace.
  [[nodiscard]] virtual const std::map<std::uint32_t, std::uint64_t> &trace() const noexcept = 0;
  virtual void clearTrace() = 0;
};

/// The limit of docs/accelerator.md for a preset: 70 % of 4.26 GB/s at its clock.
[[nodiscard]] inline double boardBytesPerCycle(const accelerator::Preset &preset) noexcept { return 0.7 * 4260.0 / preset.clockMHz; }

/// A model of a preset with `memoryBytes` of DRAM at `baseAddress`. Throws Error ENGINE_UNSUPPORTED for an unknown preset.
[[nodiscard]] std::unique_ptr<AcceleratorModel> createModel(std::string_view preset, std::uint32_t baseAddress, std::uint32_t memoryBytes,
                                                            const MemoryConditions &conditions);

} // namespace zynqnet::sim
