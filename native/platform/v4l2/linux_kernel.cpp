#include "platform/v4l2/kernel.hpp"

#include <cerrno>

#include <array>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace zynqnet::v4l2 {

namespace {

/// Repeats a system call for as long as a signal interrupts it.
template <typename Call> int retried(Call call) {
  int result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : result;
}

class LinuxKernel final : public Kernel {
public:
  int open(const std::string &path) override {
    return retried([&] { return ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC); });
  }

  void close(int fd) override { ::close(fd); }

  int ioctl(int fd, unsigned long request, void *argument) override {
    return retried([&] { return ::ioctl(fd, request, argument); });
  }

  std::uint8_t *map(int fd, std::size_t bytes, std::uint32_t offset) override {
    void *memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(offset));
    return memory == MAP_FAILED ? nullptr : static_cast<std::uint8_t *>(memory);
  }

  void unmap(std::uint8_t *memory, std::size_t bytes) override { ::munmap(memory, bytes); }

  Wait wait(int fd, int wakeFd, int timeoutMs) override {
    std::array<pollfd, 2> watched{{{fd, POLLIN, 0}, {wakeFd, POLLIN, 0}}};
    const int count = ::poll(watched.data(), watched.size(), timeoutMs);
    if (count < 0) {
      return errno == EINTR ? Wait::timeout : Wait::failed;
    }
    if (watched[1].revents != 0) {
      return Wait::woken;
    }
    if ((watched[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
      return Wait::failed;
    }
    return (watched[0].revents & POLLIN) != 0 ? Wait::ready : Wait::timeout;
  }
};

} // namespace

std::shared_ptr<Kernel> linuxKernel() { return std::make_shared<LinuxKernel>(); }

} // namespace zynqnet::v4l2
