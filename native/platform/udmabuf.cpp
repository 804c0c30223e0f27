#include "platform/udmabuf.hpp"

#include "accelerator/barrier.hpp"
#include "core/error.hpp"
#include "platform/system.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>

namespace zynqnet::platform {
namespace {

/// An attribute that is written again and again.
class Attribute {
public:
  explicit Attribute(const std::filesystem::path &file) : name_(file.string()), file_(file, O_WRONLY, "cache control") {}

  void write(std::uint64_t value) const {
    const std::string text = std::to_string(value) + "\n";
    if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
      throw Error("ACCELERATOR_MEMORY",
                  "cannot write " + std::to_string(value) + " to " + name_ + ": " + std::generic_category().message(errno));
    }
  }

private:
  std::string name_;
  FileDescriptor file_;
};

class Udmabuf final : public accelerator::DmaBuffer {
public:
  Udmabuf(const std::filesystem::path &folder, const std::filesystem::path &node)
      : address_(readNumber(folder / "phys_addr")), where_(node.string()), file_(node, O_RDWR, "the accelerator's memory"),
        mapping_(file_, readNumber(folder / "size"), 0, where_), offset_(folder / "sync_offset"), size_(folder / "sync_size"),
        direction_(folder / "sync_direction"), forCpu_(folder / "sync_for_cpu"), forDevice_(folder / "sync_for_device") {}

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return {mapping_.data(), mapping_.size()}; }
  [[nodiscard]] std::uint64_t busAddress() const noexcept override { return address_; }
  [[nodiscard]] std::string where() const override { return where_; }

  void syncForDevice(std::size_t offset, std::size_t bytes) override {
    sync(offset, bytes, toDevice, forDevice_);
    accelerator::fullBarrier();
  }
  void syncForCpu(std::size_t offset, std::size_t bytes) override {
    accelerator::fullBarrier();
    sync(offset, bytes, fromDevice, forCpu_);
  }

private:
  // enum dma_data_direction of the kernel
  static constexpr std::uint64_t toDevice = 1, fromDevice = 2;

  void sync(std::size_t offset, std::size_t bytes, std::uint64_t direction, const Attribute &trigger) {
    const std::lock_guard lock(mutex_); // the attributes are the device's, not the caller's
    offset_.write(offset);
    size_.write(bytes);
    direction_.write(direction);
    trigger.write(1);
  }

  std::uint64_t address_;
  std::string where_;
  FileDescriptor file_;
  Mapping mapping_;
  std::mutex mutex_;
  Attribute offset_, size_, direction_, forCpu_, forDevice_;
};

} // namespace

bool haveUdmabuf(const std::filesystem::path &root, const std::string &name) {
  return std::filesystem::exists(below(root, "/sys/class/u-dma-buf") / name) ||
         std::filesystem::exists(below(root, "/sys/class/udmabuf") / name);
}

std::unique_ptr<accelerator::DmaBuffer> openUdmabuf(const std::filesystem::path &root, const std::string &name) {
  for (const char *category : {"/sys/class/u-dma-buf", "/sys/class/udmabuf"}) {
    const std::filesystem::path folder = below(root, category) / name;
    if (std::filesystem::exists(folder)) {
      return std::make_unique<Udmabuf>(folder, below(root, "/dev") / name);
    }
  }
  throw Error("ACCELERATOR_MISSING",
              "there is no u-dma-buf named '" + name + "' below " + below(root, "/sys/class").string() +
                  "; and its UIO device has no second map; load the module u-dma-buf and add the node of firmware/dts to the device tree");
}

} // namespace zynqnet::platform
