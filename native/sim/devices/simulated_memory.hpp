// DMA memory that belongs to a model in this process: coherent, nothing to synchronise.
#pragma once

#include "accelerator/dma_buffer.hpp"

#include <memory>
#include <utility>

namespace zynqnet::sim {

/// Where the boards' device tree puts it.
inline constexpr std::uint32_t simulatedBusAddress = 0x1C00'0000;

class SimulatedMemory final : public accelerator::DmaBuffer {
public:
  /// `owner` keeps `bytes` alive.
  SimulatedMemory(std::shared_ptr<void> owner, std::span<std::uint8_t> bytes) : owner_(std::move(owner)), bytes_(bytes) {}
  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return bytes_; }
  [[nodiscard]] std::uint64_t busAddress() const noexcept override { return simulatedBusAddress; }
  [[nodiscard]] std::string where() const override { return "the simulated memory"; }
  void syncForDevice(std::size_t, std::size_t) override {}
  void syncForCpu(std::size_t, std::size_t) override {}

private:
  std::shared_ptr<void> owner_;
  std::span<std::uint8_t> bytes_;
};

} // namespace zynqnet::sim
