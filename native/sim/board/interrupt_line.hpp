// The accelerator's interrupt line into the emulated interrupt controller.
#pragma once

#include <cstdint>
#include <string>

namespace zynqnet::sim {

/// Raises a shared peripheral interrupt by QEMU's qtest socket: a write to the GIC distributor's set-pending register
/// (ARM IHI 0048B, section 4.3.7). What it raises while masked is delivered when it is unmasked.
class InterruptLine {
public:
  /// `spi`: the number in the device tree (29 for IRQ_F2P[0]). Throws Error SIMULATION_INTERRUPT.
  InterruptLine(const std::string &socketPath, std::uint32_t spi);
  InterruptLine(const InterruptLine &) = delete;
  InterruptLine &operator=(const InterruptLine &) = delete;
  InterruptLine(InterruptLine &&) = delete;
  InterruptLine &operator=(InterruptLine &&) = delete;
  ~InterruptLine();

  void raise();
  [[nodiscard]] std::uint64_t raised() const noexcept { return raised_; }

private:
  int socket_ = -1;
  std::string command_;
  std::uint64_t raised_ = 0;
};

} // namespace zynqnet::sim
