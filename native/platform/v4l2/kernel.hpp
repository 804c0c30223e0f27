// The system calls that V4L2 capture needs, behind an interface so that tests can be the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace zynqnet::v4l2 {

/// Why a wait ended.
enum class Wait : std::uint8_t {
  ready,   ///< the device has a buffer
  woken,   ///< the wake descriptor was signalled
  timeout, ///< nothing happened
  failed,  ///< the device reports an error or has gone
};

/// Results are 0 or a descriptor, or a negative errno, as the raw system calls have it. EINTR never gets out.
class Kernel {
public:
  virtual ~Kernel() = default;
  Kernel() = default;
  Kernel(const Kernel &) = delete;
  Kernel &operator=(const Kernel &) = delete;

  /// Read-write and non-blocking. May block for as long as the driver likes.
  [[nodiscard]] virtual int open(const std::string &path) = 0;
  virtual void close(int fd) = 0;
  [[nodiscard]] virtual int ioctl(int fd, unsigned long request, void *argument) = 0;
  /// Null when the buffer cannot be mapped.
  [[nodiscard]] virtual std::uint8_t *map(int fd, std::size_t bytes, std::uint32_t offset) = 0;
  virtual void unmap(std::uint8_t *memory, std::size_t bytes) = 0;
  [[nodiscard]] virtual Wait wait(int fd, int wakeFd, int timeoutMs) = 0;
};

/// The real one.
[[nodiscard]] std::shared_ptr<Kernel> linuxKernel();

} // namespace zynqnet::v4l2
