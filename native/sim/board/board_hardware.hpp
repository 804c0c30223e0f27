// What stands behind the register window of the emulated board.
#pragma once

#include "lowering/hardware.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace zynqnet::sim {

class Hardware {
public:
  Hardware() = default;
  Hardware(const Hardware &) = delete;
  Hardware &operator=(const Hardware &) = delete;
  Hardware(Hardware &&) = delete;
  Hardware &operator=(Hardware &&) = delete;
  virtual ~Hardware() = default;

  [[nodiscard]] virtual std::uint32_t read(std::uint32_t offset) = 0;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;
  [[nodiscard]] virtual bool interrupt() const = 0;
  /// Lets some time pass; false when nothing would happen.
  virtual bool advance() = 0;
  /// Its clock so far; 0 without one.
  [[nodiscard]] virtual std::uint64_t cycles() const = 0;
};

/// `memory` is the board's DRAM from bus address 0.
[[nodiscard]] std::unique_ptr<Hardware> createFunctionalHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory);
/// Throws Error ENGINE_UNKNOWN when this build has no RTL.
[[nodiscard]] std::unique_ptr<Hardware> createRtlHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory);

} // namespace zynqnet::sim
