// Memory that the accelerator reads and writes by itself: u-dma-buf, a reserved region, a model's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace zynqnet::accelerator {

/// One contiguous range of bus addresses, mapped here. The HP ports are not coherent: whoever hands a range over says so.
/// Both sync functions may be called from several threads at once.
class DmaBuffer {
public:
  DmaBuffer() = default;
  DmaBuffer(const DmaBuffer &) = delete;
  DmaBuffer &operator=(const DmaBuffer &) = delete;
  DmaBuffer(DmaBuffer &&) = delete;
  DmaBuffer &operator=(DmaBuffer &&) = delete;
  virtual ~DmaBuffer() = default;

  [[nodiscard]] virtual std::span<std::uint8_t> bytes() noexcept = 0;
  /// Address of the first byte as the accelerator's masters see it.
  [[nodiscard]] virtual std::uint64_t busAddress() const noexcept = 0;
  /// For messages, e.g. "/dev/udmabuf-zynqnetd".
  [[nodiscard]] virtual std::string where() const = 0;

  /// Makes what the processor has written visible to the accelerator.
  virtual void syncForDevice(std::size_t offset, std::size_t bytes) = 0;
  /// Makes what the accelerator has written visible to the processor.
  virtual void syncForCpu(std::size_t offset, std::size_t bytes) = 0;
};

} // namespace zynqnet::accelerator
