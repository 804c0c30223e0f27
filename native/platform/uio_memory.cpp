#include "platform/uio_memory.hpp"

#include "accelerator/barrier.hpp"
#include "platform/system.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace zynqnet::platform {
namespace {

constexpr int map = 1; ///< map 0 holds the registers

class UioMemory final : public accelerator::DmaBuffer {
public:
  UioMemory(const std::filesystem::path &folder, const std::filesystem::path &node)
      : address_(readNumber(folder / "addr")), where_(node.string() + " map " + std::to_string(map)),
        file_(node, O_RDWR | O_SYNC, "the accelerator's memory"),
        // The kernel takes the map's number as an offset in pages (Documentation/driver-api/uio-howto.rst).
        mapping_(file_, readNumber(folder / "size"), static_cast<std::uint64_t>(map) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
                 where_) {}

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return {mapping_.data(), mapping_.size()}; }
  [[nodiscard]] std::uint64_t busAddress() const noexcept override { return address_; }
  [[nodiscard]] std::string where() const override { return where_; }
  // Uncached: what is left is the write buffer.
  void syncForDevice(std::size_t, std::size_t) override { accelerator::fullBarrier(); }
  void syncForCpu(std::size_t, std::size_t) override { accelerator::fullBarrier(); }

private:
  std::uint64_t address_;
  std::string where_;
  FileDescriptor file_;
  Mapping mapping_;
};

} // namespace

std::unique_ptr<accelerator::DmaBuffer> openUioMemory(const std::filesystem::path &root, const std::string &name) {
  std::error_code failure;
  for (const auto &entry : std::filesystem::directory_iterator(below(root, "/sys/class/uio"), failure)) {
    const std::filesystem::path folder = entry.path() / "maps" / ("map" + std::to_string(map));
    if (readAttribute(entry.path() / "name") == name && std::filesystem::exists(folder)) {
      return std::make_unique<UioMemory>(folder, below(root, "/dev") / entry.path().filename());
    }
  }
  return nullptr;
}

} // namespace zynqnet::platform
