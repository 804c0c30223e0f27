#include "tests/platform/v4l2/fake_kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace zynqnet::tests {

namespace {
constexpr int descriptor = 1000;
}

FakeKernel::FakeKernel() : eventFd_(::eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK)) {}
FakeKernel::~FakeKernel() { ::close(eventFd_); }

void FakeKernel::deliver(FakeFrame frame) {
  const std::lock_guard lock(mutex_);
  frames_.push_back(std::move(frame));
  ::eventfd_write(eventFd_, 1);
}

void FakeKernel::failNextDequeue(int error) {
  const std::lock_guard lock(mutex_);
  errors_.push_back(error);
  ::eventfd_write(eventFd_, 1);
}

void FakeKernel::cryWolf() { ::eventfd_write(eventFd_, 1); }

void FakeKernel::unplug() {
  const std::lock_guard lock(mutex_);
  unplugged_ = true;
  ::eventfd_write(eventFd_, 1);
}

void FakeKernel::plugIn() {
  const std::lock_guard lock(mutex_);
  unplugged_ = false;
  frames_.clear();
  errors_.clear();
  eventfd_t count = 0;
  while (::eventfd_read(eventFd_, &count) == 0) {
  }
}

void FakeKernel::holdOpen() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FakeKernel::letGo() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void FakeKernel::awaitStreaming() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return streaming_; });
}

int FakeKernel::openDescriptors() {
  const std::lock_guard lock(mutex_);
  return open_;
}

int FakeKernel::mappings() {
  const std::lock_guard lock(mutex_);
  return mappings_;
}

int FakeKernel::queuedBuffers() {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(queued_.size());
}

int FakeKernel::open(const std::string &) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !held_; });
  if (unplugged_) {
    return -ENOENT;
  }
  if (openError != 0) {
    return openError;
  }
  ++open_;
  return descriptor;
}

void FakeKernel::close(int fd) {
  const std::lock_guard lock(mutex_);
  open_ -= fd == descriptor ? 1 : 1000; // closing anything else shows in the count
  streaming_ = false;
  queued_.clear();
}

int FakeKernel::ioctl(int fd, unsigned long request, void *argument) {
  const std::lock_guard lock(mutex_);
  if (fd != descriptor || open_ != 1) {
    return -EBADF;
  }
  if (const auto refused = refuse.find(request); refused != refuse.end()) {
    return refused->second;
  }
  if (unplugged_) {
    return -ENODEV;
  }
  switch (request) {
  case VIDIOC_QUERYCAP: {
    auto &capability = *static_cast<v4l2_capability *>(argument);
    capability.capabilities = capabilities | V4L2_CAP_DEVICE_CAPS;
    capability.device_caps = capabilities;
    std::strcpy(reinterpret_cast<char *>(capability.driver), "fake");
    std::memset(capability.card, 'c', sizeof capability.card); // without a terminator, as no driver should
    return 0;
  }
  case VIDIOC_ENUM_FMT: {
    auto &description = *static_cast<v4l2_fmtdesc *>(argument);
    if (description.index >= formats.size()) {
      return -EINVAL;
    }
    description.pixelformat = formats[description.index];
    return 0;
  }
  case VIDIOC_S_FMT:
    return setFormat(static_cast<v4l2_format *>(argument)->fmt.pix);
  case VIDIOC_G_PARM:
    static_cast<v4l2_streamparm *>(argument)->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    return 0;
  case VIDIOC_S_PARM:
    static_cast<v4l2_streamparm *>(argument)->parm.capture.timeperframe = {1, 25};
    return 0;
  case VIDIOC_REQBUFS: {
    auto &buffers = *static_cast<v4l2_requestbuffers *>(argument);
    buffers.count = std::min(buffers.count, buffersGiven);
    memory_.assign(buffers.count, std::vector<std::uint8_t>(bufferBytes != 0 ? bufferBytes : frameBytes_));
    return 0;
  }
  case VIDIOC_QUERYBUF: {
    auto &buffer = *static_cast<v4l2_buffer *>(argument);
    if (buffer.index >= memory_.size()) {
      return -EINVAL;
    }
    buffer.length = static_cast<std::uint32_t>(memory_[buffer.index].size());
    buffer.m.offset = buffer.index * 4096;
    return 0;
  }
  case VIDIOC_QBUF:
    queued_.push_back(static_cast<v4l2_buffer *>(argument)->index);
    return 0;
  case VIDIOC_DQBUF:
    return dequeue(*static_cast<v4l2_buffer *>(argument));
  case VIDIOC_STREAMON:
    streaming_ = true;
    changed_.notify_all();
    return 0;
  case VIDIOC_STREAMOFF:
    streaming_ = false;
    queued_.clear();
    return 0;
  default:
    return -ENOTTY;
  }
}

int FakeKernel::setFormat(v4l2_pix_format &picture) {
  if (grantedWidth != 0) {
    picture.width = grantedWidth;
  }
  if (grantedFourcc != 0) {
    picture.pixelformat = grantedFourcc;
  }
  std::uint32_t row = 0;
  std::uint32_t rows = picture.height;
  switch (picture.pixelformat) {
  case V4L2_PIX_FMT_YUYV:
    row = picture.width * 2;
    break;
  case V4L2_PIX_FMT_NV12:
    row = picture.width;
    rows += picture.height / 2;
    break;
  case V4L2_PIX_FMT_RGB24:
    row = picture.width * 3;
    break;
  case V4L2_PIX_FMT_GREY:
    row = picture.width;
    break;
  default:
    picture.bytesperline = 0;
    frameBytes_ = 4096;
    return 0;
  }
  picture.bytesperline = row + padding;
  frameBytes_ = (row + padding) * rows;
  picture.sizeimage = frameBytes_;
  return 0;
}

int FakeKernel::dequeue(v4l2_buffer &buffer) {
  if (!errors_.empty()) {
    const int error = errors_.front();
    errors_.pop_front();
    return error;
  }
  if (frames_.empty() || queued_.empty()) {
    return -EAGAIN;
  }
  const FakeFrame frame = std::move(frames_.front());
  frames_.pop_front();
  buffer.index = frame.index != UINT32_MAX ? frame.index : queued_.front();
  queued_.pop_front();
  if (buffer.index < memory_.size()) {
    std::copy_n(frame.bytes.begin(), std::min(frame.bytes.size(), memory_[buffer.index].size()), memory_[buffer.index].begin());
  }
  buffer.bytesused = static_cast<std::uint32_t>(frame.bytes.size());
  buffer.sequence = frame.sequence;
  buffer.flags = frame.flags;
  buffer.timestamp.tv_sec = frame.timestampUs / 1'000'000;
  buffer.timestamp.tv_usec = frame.timestampUs % 1'000'000;
  return 0;
}

std::uint8_t *FakeKernel::map(int, std::size_t bytes, std::uint32_t offset) {
  const std::lock_guard lock(mutex_);
  if (refuse.contains(0) || offset / 4096 >= memory_.size() || memory_[offset / 4096].size() != bytes) {
    return nullptr;
  }
  ++mappings_;
  return memory_[offset / 4096].data();
}

void FakeKernel::unmap(std::uint8_t *memory, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  for (const auto &buffer : memory_) {
    if (buffer.data() == memory && buffer.size() == bytes) {
      --mappings_;
      return;
    }
  }
  mappings_ -= 1000;
}

v4l2::Wait FakeKernel::wait(int, int wakeFd, int timeoutMs) {
  pollfd watched[2] = {{eventFd_, POLLIN, 0}, {wakeFd, POLLIN, 0}};
  ::poll(watched, 2, timeoutMs);
  if (watched[1].revents != 0) {
    return v4l2::Wait::woken;
  }
  eventfd_t count = 0;
  if (::eventfd_read(eventFd_, &count) != 0) {
    return v4l2::Wait::timeout;
  }
  const std::lock_guard lock(mutex_);
  return unplugged_ ? v4l2::Wait::failed : v4l2::Wait::ready;
}

} // namespace zynqnet::tests
