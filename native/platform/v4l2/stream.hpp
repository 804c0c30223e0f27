// One opened camera that streams through mapped buffers.
#pragma once

#include "platform/v4l2/formats.hpp"
#include "platform/v4l2/kernel.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct v4l2_buffer;

namespace zynqnet::v4l2 {

/// What is asked for; drivers choose the nearest size and rate that they have.
struct Wish {
  std::string device;
  std::uint32_t width = 640;
  std::uint32_t height = 480;
  double framesPerSecond = 30;
  std::vector<PixelFormat> formats; ///< in order of preference
};

/// What the driver agreed to.
struct Agreement {
  Layout layout;
  double framesPerSecond = 0; ///< 0 where the driver does not say
  std::string driver, card, bus;
};

/// A filled buffer of the driver, to be given back with Stream::release.
struct Filled {
  enum class Verdict : std::uint8_t { good, damaged, shortFrame, notJpeg };
  Verdict verdict = Verdict::good;
  std::uint32_t index = 0;
  std::span<const std::uint8_t> bytes;
  std::uint32_t sequence = 0;
  std::int64_t timestampNs = 0; ///< CLOCK_MONOTONIC
};

/// Opens in the constructor; closes whatever is open in the destructor. One thread at a time.
class Stream {
public:
  /// Throws Error CAMERA_OPEN or CAMERA_FORMAT with what the device said.
  Stream(std::shared_ptr<Kernel> kernel, const Wish &wish);
  ~Stream();
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;

  [[nodiscard]] const Agreement &agreement() const noexcept { return agreement_; }

  enum class Next : std::uint8_t { filled, nothing, woken };
  /// Waits for a buffer. Throws CAMERA_LOST when the device has gone or fails.
  [[nodiscard]] Next next(int wakeFd, int timeoutMs, Filled &filled);
  void release(const Filled &filled);

private:
  struct Buffer {
    std::uint8_t *memory = nullptr;
    std::size_t bytes = 0;
  };

  void checkCapabilities();
  void chooseFormat(const Wish &wish);
  [[nodiscard]] bool tryFormat(const Wish &wish, PixelFormat format, std::uint32_t fourcc);
  void chooseRate(double framesPerSecond);
  void mapBuffers();
  void queue(std::uint32_t index);
  void shutDown() noexcept;
  void judge(Filled &filled, const v4l2_buffer &buffer) const;

  std::shared_ptr<Kernel> kernel_;
  std::string device_;
  int fd_ = -1;
  bool streaming_ = false;
  Agreement agreement_;
  std::vector<Buffer> buffers_;
};

} // namespace zynqnet::v4l2
