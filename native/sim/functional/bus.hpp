// The DRAM as the functional simulator's masters reach it: window check per burst, errors, beats counted.
#pragma once

#include "lowering/hardware.hpp"

#include <cstdint>
#include <span>

namespace zynqnet::sim {

/// Why a list stops.
struct Stop {
  accelerator::ErrorCode code = accelerator::ErrorCode::none;
  std::uint32_t address = 0; ///< of the refused burst
};

class Bus {
public:
  /// Memory at bus address `base`; anything else answers DECERR.
  Bus(std::span<std::uint8_t> memory, std::uint32_t base) noexcept : memory_(memory), base_(base) {}

  void setWindow(std::uint32_t base, std::uint32_t limit) noexcept { windowBase_ = base, windowLimit_ = limit; }
  void clearCounters() noexcept { readBeats_ = writeBeats_ = 0; }
  [[nodiscard]] std::uint32_t readBeats() const noexcept { return readBeats_; }
  [[nodiscard]] std::uint32_t writeBeats() const noexcept { return writeBeats_; }

  /// `bytes` is a multiple of 8, as is `address`. Throws Stop.
  [[nodiscard]] std::span<const std::uint8_t> read(std::uint32_t address, std::size_t bytes);
  void write(std::uint32_t address, std::span<const std::uint8_t> data);

private:
  [[nodiscard]] std::size_t locate(std::uint32_t address, std::size_t bytes, accelerator::ErrorCode outside) const;

  std::span<std::uint8_t> memory_;
  std::uint32_t base_;
  std::uint32_t windowBase_ = 0, windowLimit_ = 0;
  std::uint32_t readBeats_ = 0, writeBeats_ = 0;
};

} // namespace zynqnet::sim
