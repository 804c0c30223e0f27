#include "platform/v4l2/stream.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <linux/videodev2.h>

namespace zynqnet::v4l2 {

namespace {

constexpr std::uint32_t bufferCount = 4;
constexpr std::uint32_t minBuffers = 2;
constexpr std::uint32_t maxPixels = 25'000'000; // as much as preprocessing takes (MAX_FRAME_PIXELS)

std::string explained(const std::string &what, int error) {
  return what + ": " + std::strerror(-error); // NOLINT: glibc's strerror is thread-safe for known errors
}

[[noreturn]] void failOpen(const std::string &device, int error) {
  std::string advice;
  if (error == -ENOENT || error == -ENODEV || error == -ENXIO) {
    advice = "; is the camera plugged in, and camera.v4l2.device right?";
  } else if (error == -EACCES || error == -EPERM) {
    advice = "; the daemon's user must be in the group 'video'";
  } else if (error == -EBUSY) {
    advice = "; another program uses it";
  }
  throw Error("CAMERA_OPEN", explained("cannot open " + device, error) + advice);
}

template <typename T> T zeroed() {
  T value;
  std::memset(&value, 0, sizeof value); // unions included, which = {} does not promise
  return value;
}

template <std::size_t size> std::string textOf(const __u8 (&field)[size]) {
  const auto *text = reinterpret_cast<const char *>(field); // NOLINT: kernel strings are __u8
  return {text, ::strnlen(text, size)};
}

std::int64_t monotonicNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace

Stream::Stream(std::shared_ptr<Kernel> kernel, const Wish &wish) : kernel_(std::move(kernel)), device_(wish.device) {
  fd_ = kernel_->open(device_);
  if (fd_ < 0) {
    failOpen(device_, fd_);
  }
  try {
    checkCapabilities();
    chooseFormat(wish);
    chooseRate(wish.framesPerSecond);
    mapBuffers();
  } catch (...) {
    shutDown();
    throw;
  }
}

Stream::~Stream() { shutDown(); }

void Stream::checkCapabilities() {
  auto capability = zeroed<v4l2_capability>();
  if (const int error = kernel_->ioctl(fd_, VIDIOC_QUERYCAP, &capability); error < 0) {
    throw Error("CAMERA_OPEN", explained(device_ + " is no video device", error));
  }
  const bool own = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  const std::uint32_t can = own ? capability.device_caps : capability.capabilities;
  if ((can & V4L2_CAP_VIDEO_CAPTURE) == 0 && (can & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0) {
    throw Error("CAMERA_OPEN", device_ + " has only the multi-planar interface (" + textOf(capability.driver) +
                                   "), which is not supported; read it through ffmpeg");
  }
  if ((can & V4L2_CAP_VIDEO_CAPTURE) == 0) {
    throw Error("CAMERA_OPEN", device_ + " captures no video (" + textOf(capability.card) +
                                   "); cameras often have a second device without pictures, try the next lower number");
  }
  if ((can & V4L2_CAP_STREAMING) == 0) {
    throw Error("CAMERA_OPEN", device_ + " cannot stream through mapped buffers (" + textOf(capability.driver) + ")");
  }
  agreement_.driver = textOf(capability.driver);
  agreement_.card = textOf(capability.card);
  agreement_.bus = textOf(capability.bus_info);
}

void Stream::chooseFormat(const Wish &wish) {
  std::vector<std::uint32_t> offered;
  std::string names;
  for (std::uint32_t index = 0; index < 256; ++index) {
    auto description = zeroed<v4l2_fmtdesc>();
    description.index = index;
    description.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (kernel_->ioctl(fd_, VIDIOC_ENUM_FMT, &description) < 0) {
      break;
    }
    offered.push_back(description.pixelformat);
    names += (names.empty() ? "" : ", ") + fourccText(description.pixelformat);
  }
  const auto offers = [&](std::uint32_t fourcc) {
    return fourcc != 0 && std::find(offered.begin(), offered.end(), fourcc) != offered.end();
  };
  for (const PixelFormat format : wish.formats) {
    for (const std::uint32_t fourcc : {fourccOf(format), otherFourccOf(format)}) {
      if (offers(fourcc) && tryFormat(wish, format, fourcc)) {
        return;
      }
    }
  }
  std::string wanted;
  for (const PixelFormat format : wish.formats) {
    wanted += (wanted.empty() ? "" : ", ") + std::string(nameOf(format));
  }
  throw Error("CAMERA_FORMAT", device_ + " offers " + (names.empty() ? "no format" : names) + ", but wanted is " + wanted +
                                   "; set camera.v4l2.format, or read it through ffmpeg");
}

bool Stream::tryFormat(const Wish &wish, PixelFormat format, std::uint32_t fourcc) {
  auto request = zeroed<v4l2_format>();
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  v4l2_pix_format &picture = request.fmt.pix;
  picture.width = wish.width;
  picture.height = wish.height;
  picture.pixelformat = fourcc;
  picture.field = V4L2_FIELD_NONE;
  if (const int error = kernel_->ioctl(fd_, VIDIOC_S_FMT, &request); error < 0) {
    if (error == -EBUSY || error == -ENODEV) {
      throw Error("CAMERA_OPEN", explained(device_ + " cannot be set up", error));
    }
    return false;
  }
  if (picture.pixelformat != fourcc || picture.width == 0 || picture.height == 0 || picture.width > maxPixels / picture.height) {
    return false;
  }
  Layout layout{format, picture.width, picture.height, 0};
  if (format != PixelFormat::mjpg) {
    layout.strideBytes = std::max(picture.bytesperline, layout.rowBytes()); // old drivers leave it 0
    const bool paired = format == PixelFormat::yuyv || format == PixelFormat::nv12;
    if (paired && (layout.width % 2 != 0 || (format == PixelFormat::nv12 && layout.height % 2 != 0))) {
      return false;
    }
  }
  agreement_.layout = layout;
  return true;
}

void Stream::chooseRate(double framesPerSecond) {
  auto parameters = zeroed<v4l2_streamparm>();
  parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  v4l2_captureparm &capture = parameters.parm.capture;
  if (kernel_->ioctl(fd_, VIDIOC_G_PARM, &parameters) < 0 || (capture.capability & V4L2_CAP_TIMEPERFRAME) == 0) {
    return; // the driver has one rate and keeps it to itself
  }
  capture.timeperframe.numerator = 1000;
  capture.timeperframe.denominator = static_cast<std::uint32_t>(std::clamp(framesPerSecond, 0.01, 1000.0) * 1000);
  (void)kernel_->ioctl(fd_, VIDIOC_S_PARM, &parameters); // a refusal leaves the driver's own rate
  const v4l2_fract period = capture.timeperframe;
  agreement_.framesPerSecond = period.numerator == 0 ? 0 : double(period.denominator) / period.numerator;
}

void Stream::mapBuffers() {
  auto request = zeroed<v4l2_requestbuffers>();
  request.count = bufferCount;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  if (const int error = kernel_->ioctl(fd_, VIDIOC_REQBUFS, &request); error < 0) {
    throw Error("CAMERA_OPEN", explained(device_ + " gives no buffers", error) + (error == -EBUSY ? "; another program uses it" : ""));
  }
  if (request.count < minBuffers) {
    throw Error("CAMERA_OPEN", device_ + " gives only " + std::to_string(request.count) + " buffers; two are needed");
  }
  for (std::uint32_t index = 0; index < request.count; ++index) {
    auto buffer = zeroed<v4l2_buffer>();
    buffer.index = index;
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    if (const int error = kernel_->ioctl(fd_, VIDIOC_QUERYBUF, &buffer); error < 0) {
      throw Error("CAMERA_OPEN", explained(device_ + " does not describe its buffers", error));
    }
    if (buffer.length < agreement_.layout.inputBytes()) {
      throw Error("CAMERA_FORMAT", device_ + " has buffers of " + std::to_string(buffer.length) + " bytes, too small for " +
                                       std::to_string(agreement_.layout.width) + "x" + std::to_string(agreement_.layout.height));
    }
    std::uint8_t *memory = kernel_->map(fd_, buffer.length, buffer.m.offset);
    if (memory == nullptr) {
      throw Error("CAMERA_OPEN", device_ + ": a buffer of " + std::to_string(buffer.length) + " bytes cannot be mapped");
    }
    buffers_.push_back({memory, buffer.length});
  }
  for (std::uint32_t index = 0; index < buffers_.size(); ++index) {
    queue(index);
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (const int error = kernel_->ioctl(fd_, VIDIOC_STREAMON, &type); error < 0) {
    throw Error("CAMERA_OPEN", explained(device_ + " does not start", error) +
                                   (error == -ENOSPC ? "; the USB bus has no room, ask for a smaller picture or MJPG" : ""));
  }
  streaming_ = true;
}

void Stream::queue(std::uint32_t index) {
  auto buffer = zeroed<v4l2_buffer>();
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  if (const int error = kernel_->ioctl(fd_, VIDIOC_QBUF, &buffer); error < 0) {
    throw Error(streaming_ ? "CAMERA_LOST" : "CAMERA_OPEN", explained(device_ + " takes no buffer", error));
  }
}

Stream::Next Stream::next(int wakeFd, int timeoutMs, Filled &filled) {
  const Wait wait = kernel_->wait(fd_, wakeFd, timeoutMs);
  if (wait == Wait::woken) {
    return Next::woken;
  }
  if (wait == Wait::timeout) {
    return Next::nothing;
  }
  auto buffer = zeroed<v4l2_buffer>();
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  const int error = kernel_->ioctl(fd_, VIDIOC_DQBUF, &buffer);
  if (error == -EAGAIN && wait == Wait::ready) {
    return Next::nothing;
  }
  if (error < 0) {
    const bool gone = error == -ENODEV || error == -ENXIO;
    throw Error("CAMERA_LOST", gone ? device_ + " was unplugged" : explained(device_ + " fails while streaming", error));
  }
  if (buffer.index >= buffers_.size()) {
    throw Error("CAMERA_LOST", device_ + " returned a buffer that it was never given");
  }
  judge(filled, buffer);
  return Next::filled;
}

void Stream::judge(Filled &filled, const v4l2_buffer &buffer) const {
  const Buffer &mapped = buffers_[buffer.index];
  const std::size_t used = std::min<std::size_t>(buffer.bytesused, mapped.bytes);
  filled.index = buffer.index;
  filled.bytes = {mapped.memory, used};
  filled.sequence = buffer.sequence;
  const bool monotonic = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  const std::int64_t stampNs = std::int64_t{buffer.timestamp.tv_sec} * 1'000'000'000 + std::int64_t{buffer.timestamp.tv_usec} * 1000;
  filled.timestampNs = monotonic && stampNs > 0 ? stampNs : monotonicNs();
  if ((buffer.flags & V4L2_BUF_FLAG_ERROR) != 0) {
    filled.verdict = Filled::Verdict::damaged;
  } else if (agreement_.layout.format == PixelFormat::mjpg) {
    const bool jpeg = used >= 4 && mapped.memory[0] == 0xFF && mapped.memory[1] == 0xD8;
    filled.verdict = jpeg ? Filled::Verdict::good : Filled::Verdict::notJpeg;
  } else {
    filled.verdict = used < agreement_.layout.inputBytes() ? Filled::Verdict::shortFrame : Filled::Verdict::good;
  }
}

void Stream::release(const Filled &filled) { queue(filled.index); }

void Stream::shutDown() noexcept {
  if (fd_ < 0) {
    return;
  }
  if (streaming_) {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    (void)kernel_->ioctl(fd_, VIDIOC_STREAMOFF, &type);
  }
  for (const Buffer &buffer : buffers_) {
    kernel_->unmap(buffer.memory, buffer.bytes);
  }
  buffers_.clear();
  kernel_->close(fd_);
  fd_ = -1;
}

} // namespace zynqnet::v4l2
