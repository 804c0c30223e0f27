// A camera driver that a test plays: every system call of V4L2 capture, with the behaviours that real drivers show.
#pragma once

#include "platform/v4l2/kernel.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include <linux/videodev2.h>

namespace zynqnet::tests {

struct FakeFrame {
  std::vector<std::uint8_t> bytes;
  std::uint32_t sequence = 0;
  std::uint32_t flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  std::int64_t timestampUs = 5'000'000;
  std::uint32_t index = UINT32_MAX; ///< instead of the next queued buffer
};

class FakeKernel final : public v4l2::Kernel {
public:
  FakeKernel();
  FakeKernel(const FakeKernel &) = delete;
  FakeKernel &operator=(const FakeKernel &) = delete;
  ~FakeKernel() override;

  // How the device answers; set before it is opened.
  std::vector<std::uint32_t> formats{V4L2_PIX_FMT_YUYV};
  std::uint32_t capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::uint32_t grantedWidth = 0;  ///< 0: as asked
  std::uint32_t grantedFourcc = 0; ///< 0: as asked
  std::uint32_t padding = 0;       ///< bytes after each row
  std::uint32_t buffersGiven = 4;
  std::uint32_t bufferBytes = 0;       ///< 0: as many as a frame needs
  std::map<unsigned long, int> refuse; ///< request -> negative errno
  int openError = 0;

  // While it runs.
  void deliver(FakeFrame frame);
  void failNextDequeue(int error);
  /// poll says ready though nothing is there.
  void cryWolf();
  void unplug();
  void plugIn();
  /// open() blocks until it is let go.
  void holdOpen();
  void letGo();
  /// Waits until the stream is on.
  void awaitStreaming();

  // What must be even at the end.
  [[nodiscard]] int openDescriptors();
  [[nodiscard]] int mappings();
  [[nodiscard]] int queuedBuffers();

  [[nodiscard]] int open(const std::string &path) override;
  void close(int fd) override;
  [[nodiscard]] int ioctl(int fd, unsigned long request, void *argument) override;
  [[nodiscard]] std::uint8_t *map(int fd, std::size_t bytes, std::uint32_t offset) override;
  void unmap(std::uint8_t *memory, std::size_t bytes) override;
  [[nodiscard]] v4l2::Wait wait(int fd, int wakeFd, int timeoutMs) override;

private:
  int setFormat(v4l2_pix_format &picture);
  int dequeue(v4l2_buffer &buffer);

  std::mutex mutex_;
  std::condition_variable changed_;
  int eventFd_;
  bool held_ = false;
  bool unplugged_ = false;
  bool streaming_ = false;
  int open_ = 0;
  int mappings_ = 0;
  std::uint32_t frameBytes_ = 0;
  std::deque<FakeFrame> frames_;
  std::deque<int> errors_;
  std::deque<std::uint32_t> queued_;
  std::vector<std::vector<std::uint8_t>> memory_;
};

} // namespace zynqnet::tests
