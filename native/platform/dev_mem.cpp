#include "platform/dev_mem.hpp"

#include "lowering/hardware.hpp"
#include "platform/mapped_registers.hpp"

#include <fcntl.h>

#include <cstdio>

namespace zynqnet::platform {
namespace {

std::string hex(std::uint32_t value) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", value);
  return text;
}

class DevMemWindow final : public accelerator::RegisterWindow {
public:
  DevMemWindow(const std::filesystem::path &node, std::uint32_t address, accelerator::Use use)
      : where_(node.string() + " at " + hex(address)), file_(node, O_RDWR | O_SYNC, "the accelerator's registers"),
        registers_(file_, accelerator::windowBytes, address, where_) {
    if (use == accelerator::Use::drive) {
      takeAlone(file_, address, accelerator::windowBytes, where_);
    }
  }

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return registers_.read(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override { registers_.write(offset, value); }
  [[nodiscard]] std::string where() const override { return where_; }

private:
  std::string where_;
  FileDescriptor file_;
  MappedRegisters registers_;
};

class ReservedMemory final : public accelerator::DmaBuffer {
public:
  ReservedMemory(const std::filesystem::path &node, std::uint32_t address, std::uint32_t bytes)
      : address_(address), where_(node.string() + " at " + hex(address)), file_(node, O_RDWR | O_SYNC, "the accelerator's memory"),
        mapping_(file_, bytes, address, where_) {}

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return {mapping_.data(), mapping_.size()}; }
  [[nodiscard]] std::uint64_t busAddress() const noexcept override { return address_; }
  [[nodiscard]] std::string where() const override { return where_; }
  // Uncached: what is left is the write buffer.
  void syncForDevice(std::size_t, std::size_t) override { accelerator::fullBarrier(); }
  void syncForCpu(std::size_t, std::size_t) override { accelerator::fullBarrier(); }

private:
  std::uint32_t address_;
  std::string where_;
  FileDescriptor file_;
  Mapping mapping_;
};

} // namespace

std::unique_ptr<accelerator::RegisterWindow> openDevMemWindow(const std::filesystem::path &root, std::uint32_t address,
                                                              accelerator::Use use) {
  return std::make_unique<DevMemWindow>(below(root, "/dev/mem"), address, use);
}

std::unique_ptr<accelerator::DmaBuffer> openReservedMemory(const std::filesystem::path &root, std::uint32_t address, std::uint32_t bytes) {
  return std::make_unique<ReservedMemory>(below(root, "/dev/mem"), address, bytes);
}

} // namespace zynqnet::platform
