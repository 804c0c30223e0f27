#include "platform/uio_window.hpp"

#include "core/error.hpp"
#include "lowering/hardware.hpp"
#include "platform/mapped_registers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace zynqnet::platform {
namespace {

class UioWindow final : public accelerator::RegisterWindow {
public:
  UioWindow(const std::filesystem::path &node, const std::string &name, accelerator::Use use)
      : where_(node.string() + " (" + name + ")"), file_(node, O_RDWR | O_SYNC, "the accelerator's registers"),
        registers_(file_, accelerator::windowBytes, 0, where_), interrupt_(file_.get()) {
    if (use == accelerator::Use::drive) {
      takeAlone(file_, 0, accelerator::windowBytes, where_);
    }
  }

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return registers_.read(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override { registers_.write(offset, value); }
  [[nodiscard]] std::string where() const override { return where_; }
  [[nodiscard]] bool hasInterrupt() const noexcept override { return true; }
  void armInterrupt() override { interrupt_.arm(); }
  [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override { return interrupt_.wait(timeout); }

private:
  std::string where_;
  FileDescriptor file_;
  MappedRegisters registers_;
  UioInterrupt interrupt_;
};

} // namespace

void UioInterrupt::arm() const {
  const std::uint32_t one = 1;
  if (::write(descriptor_, &one, sizeof one) != static_cast<ssize_t>(sizeof one)) {
    throw Error("ACCELERATOR_MISSING", "the UIO device does not let its interrupt be enabled: " + std::generic_category().message(errno) +
                                           "; its device tree node needs 'interrupts'");
  }
}

bool UioInterrupt::wait(std::chrono::microseconds timeout) const {
  using std::chrono::milliseconds, std::chrono::steady_clock;
  const steady_clock::time_point end = steady_clock::now() + timeout;
  // A signal is neither an interrupt nor the end of the time: the driver would take it for a line that is not connected.
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
    pollfd request{descriptor_, POLLIN, 0};
    const int ready = ::poll(&request, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
    if (ready == 0 || (ready < 0 && errno != EINTR)) {
      return false;
    }
    std::uint32_t count = 0;
    if (ready > 0) {
      const ssize_t got = ::read(descriptor_, &count, sizeof count);
      if (got >= 0 || errno != EINTR) {
        return got == static_cast<ssize_t>(sizeof count);
      }
    }
  }
}

std::unique_ptr<accelerator::RegisterWindow> openUioWindow(const std::filesystem::path &root, const std::string &name,
                                                           accelerator::Use use) {
  const std::filesystem::path folder = below(root, "/sys/class/uio");
  std::vector<std::string> others;
  std::error_code failure;
  for (const auto &entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string found = readAttribute(entry.path() / "name").value_or("");
    if (found != name) {
      others.push_back("'" + found + "'");
      continue;
    }
    const std::uint64_t bytes = readNumber(entry.path() / "maps/map0/size");
    if (bytes < accelerator::windowBytes) {
      throw Error("ACCELERATOR_MISSING", entry.path().string() + ": its first map has " + std::to_string(bytes) +
                                             " bytes, the registers need " + std::to_string(accelerator::windowBytes) +
                                             "; correct 'reg' in the device tree");
    }
    return std::make_unique<UioWindow>(below(root, "/dev") / entry.path().filename(), name, use);
  }
  std::sort(others.begin(), others.end());
  std::string list;
  for (const std::string &other : others) {
    list += (list.empty() ? "" : ", ") + other;
  }
  throw Error("ACCELERATOR_MISSING",
              "no UIO device is named '" + name + "'" + (list.empty() ? "; there are none" : "; there are " + list) +
                  ". The device tree needs the node of firmware/dts, the kernel command line uio_pdrv_genirq.of_id=generic-uio");
}

} // namespace zynqnet::platform
