#include "platform/v4l2/describe.hpp"

#include "core/error.hpp"
#include "platform/v4l2/formats.hpp"

#include <cstring>

#include <linux/videodev2.h>

namespace zynqnet::v4l2 {

namespace {

constexpr std::uint32_t maxFormats = 64;

class Opened {
public:
  Opened(Kernel &kernel, const std::string &device) : kernel_(kernel), fd_(kernel.open(device)) {
    if (fd_ < 0) {
      throw Error("CAMERA_OPEN", "cannot open " + device + ": " + std::strerror(-fd_)); // NOLINT: thread-safe in glibc
    }
  }
  ~Opened() { kernel_.close(fd_); }
  Opened(const Opened &) = delete;
  Opened &operator=(const Opened &) = delete;

  [[nodiscard]] int ioctl(unsigned long request, void *argument) { return kernel_.ioctl(fd_, request, argument); }

private:
  Kernel &kernel_;
  int fd_;
};

template <std::size_t size> std::string textOf(const __u8 (&field)[size]) {
  const auto *text = reinterpret_cast<const char *>(field); // NOLINT: kernel strings are __u8
  return {text, ::strnlen(text, size)};
}

} // namespace

Description describe(Kernel &kernel, const std::string &device) {
  Opened opened(kernel, device);
  v4l2_capability capability;
  std::memset(&capability, 0, sizeof capability);
  if (const int error = opened.ioctl(VIDIOC_QUERYCAP, &capability); error < 0) {
    throw Error("CAMERA_OPEN", device + " is no video device: " + std::strerror(-error)); // NOLINT
  }
  const bool own = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  const std::uint32_t can = own ? capability.device_caps : capability.capabilities;
  Description found{textOf(capability.driver), textOf(capability.card), textOf(capability.bus_info), false, {}};
  found.captures = (can & V4L2_CAP_VIDEO_CAPTURE) != 0 && (can & V4L2_CAP_STREAMING) != 0;
  if (!found.captures) {
    return found;
  }
  for (std::uint32_t index = 0; index < maxFormats; ++index) {
    v4l2_fmtdesc format;
    std::memset(&format, 0, sizeof format);
    format.index = index;
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (opened.ioctl(VIDIOC_ENUM_FMT, &format) < 0) {
      break;
    }
    found.formats.push_back(fourccText(format.pixelformat));
  }
  return found;
}

} // namespace zynqnet::v4l2
