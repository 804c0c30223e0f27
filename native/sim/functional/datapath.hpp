// What one command does to the memories: docs/accelerator.md as loops over the scalar arithmetic.
#pragma once

#include "lowering/command.hpp"
#include "sim/functional/bus.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace zynqnet::sim {

/// A result on its way to DRAM.
struct PendingWrite {
  std::uint32_t address = 0;
  std::vector<std::uint8_t> bytes;
};

class Datapath {
public:
  Datapath(const accelerator::Preset &preset, Bus &bus);

  void load(const accelerator::Command &command);
  void weights(const accelerator::Command &command);
  /// CONV or POOL. False, and nothing done, when the ring does not hold the command's weights yet.
  [[nodiscard]] bool compute(const accelerator::Command &command, std::vector<PendingWrite> &stores);
  /// Empties the weight ring; the activation memory keeps its contents.
  void reset();
  void clearCounters() noexcept { macs_ = arrayCycles_ = 0; }

  [[nodiscard]] std::uint64_t macs() const noexcept { return macs_; }
  /// By the rules of docs/accelerator.md, "The array"; without stalls.
  [[nodiscard]] std::uint64_t arrayCycles() const noexcept { return arrayCycles_; }

private:
  using Word = std::array<std::uint8_t, 64>;
  [[nodiscard]] std::uint8_t *act(std::uint32_t row, std::uint32_t column);
  void convolve(const accelerator::Command &command, std::vector<PendingWrite> &stores);
  void pool(const accelerator::Command &command, std::vector<PendingWrite> &stores);
  void gather(const accelerator::Command &command, std::uint32_t y, std::uint32_t x, std::int16_t *target);
  void put(const accelerator::Command &command, std::uint32_t group, std::uint32_t y, const std::vector<std::uint8_t> &line,
           std::vector<PendingWrite> &stores);

  const accelerator::Preset preset_;
  Bus &bus_;
  std::vector<std::uint8_t> activations_;
  std::vector<Word> ring_; ///< words not used yet
  std::size_t ringUsed_ = 0;
  std::uint64_t macs_ = 0, arrayCycles_ = 0;
};

} // namespace zynqnet::sim
