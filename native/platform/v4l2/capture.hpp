// A thread that opens a camera and keeps the newest frame. No Node here: the addon drains it on its own thread.
#pragma once

#include "core/error.hpp"
#include "platform/v4l2/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zynqnet::v4l2 {

/// A picture in memory of its own.
struct Picture {
  std::vector<std::uint8_t> bytes;
  Output output = Output::jpeg;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t sequence = 0;
  std::int64_t timestampNs = 0; ///< CLOCK_MONOTONIC
};

/// What has happened since the last drain. In time order: opened, warnings and losses, the newest picture, closed.
struct News {
  std::optional<Agreement> opened;
  std::vector<std::string> warnings; ///< the oldest few
  std::uint64_t lost = 0;            ///< frames that the driver dropped, marked bad, or that a newer one replaced
  std::optional<Picture> picture;
  bool closed = false;
  std::optional<Error> error; ///< with closed: why, unless it was stopped
};

/// Memory of pictures that were read, for those to come; a stream of frames then allocates nothing.
class PicturePool {
public:
  [[nodiscard]] std::vector<std::uint8_t> take(std::size_t bytes);
  void giveBack(std::vector<std::uint8_t> bytes);

  PicturePool();
  ~PicturePool();
  PicturePool(const PicturePool &) = delete;
  PicturePool &operator=(const PicturePool &) = delete;

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Handle to the thread. Destroying it stops the thread but does not wait: a driver may hang in a system call for ever,
/// and then only that thread, with the little that it shares, stays behind.
class Capture {
public:
  /// `notify` is called from the thread, without locks, when there is something to drain; never after the drain that
  /// said `closed`.
  Capture(std::shared_ptr<Kernel> kernel, Wish wish, std::function<void()> notify);
  ~Capture();
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;

  /// Wakes and ends the thread; `closed` follows.
  void stop();
  [[nodiscard]] News drain();
  [[nodiscard]] std::shared_ptr<PicturePool> pool() const;

private:
  struct Shared;
  static void run(const std::shared_ptr<Shared> &shared, const std::shared_ptr<Kernel> &kernel, const Wish &wish);
  static void stream(Shared &shared, Stream &stream);

  std::shared_ptr<Shared> shared_;
};

} // namespace zynqnet::v4l2
