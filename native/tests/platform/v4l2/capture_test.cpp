// The capture thread against a driver that misbehaves in every way that drivers do.
#include "platform/v4l2/capture.hpp"
#include "tests/platform/v4l2/fake_kernel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <thread>

using namespace zynqnet::v4l2;
using zynqnet::tests::FakeFrame;
using zynqnet::tests::FakeKernel;

namespace {

constexpr std::uint32_t width = 16;
constexpr std::uint32_t height = 8;

/// What the addon does, for tests: waits for notifications and adds the news up.
class Reader {
public:
  explicit Reader(std::shared_ptr<FakeKernel> kernel,
                  std::vector<PixelFormat> formats = {PixelFormat::mjpg, PixelFormat::yuyv, PixelFormat::nv12, PixelFormat::rgb24,
                                                      PixelFormat::grey})
      : bell_(std::make_shared<Bell>()),
        capture_(std::move(kernel), Wish{"/dev/fake", width, height, 30, std::move(formats)}, [bell = bell_] { bell->ring(); }) {}

  Reader(const Reader &) = delete;
  Reader &operator=(const Reader &) = delete;
  ~Reader() { stop(); }

  void stop() {
    capture_.stop();
    until([&] { return closed; });
  }

  void until(const std::function<bool()> &ready) {
    while (!ready()) {
      bell_->await();
      News news = capture_.drain();
      CHECK(!closed); // nothing comes after closed
      if (news.opened) {
        opened = news.opened;
      }
      lost += news.lost;
      for (std::string &warning : news.warnings) {
        warnings.push_back(std::move(warning));
      }
      if (news.picture) {
        pictures.push_back(std::move(*news.picture));
      }
      closed = news.closed;
      if (news.error) {
        error = news.error;
      }
    }
  }

  void awaitPictures(std::size_t count) {
    until([&] { return pictures.size() >= count; });
  }
  void awaitEnd() {
    until([&] { return closed; });
  }

  Capture &capture() { return capture_; }

  std::optional<Agreement> opened;
  std::vector<Picture> pictures;
  std::vector<std::string> warnings;
  std::uint64_t lost = 0;
  bool closed = false;
  std::optional<zynqnet::Error> error;

private:
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    int count = 0;
    void ring() {
      const std::lock_guard lock(mutex);
      ++count;
      rung.notify_all();
    }
    void await() {
      std::unique_lock lock(mutex);
      rung.wait(lock, [&] { return count > 0; });
      --count;
    }
  };
  std::shared_ptr<Bell> bell_;
  Capture capture_;
};

void expectAllClosed(FakeKernel &kernel) {
  CHECK(kernel.openDescriptors() == 0);
  CHECK(kernel.mappings() == 0);
}

FakeFrame frameOf(std::size_t bytes, std::uint8_t value, std::uint32_t sequence) {
  FakeFrame frame;
  frame.bytes.assign(bytes, value);
  frame.sequence = sequence;
  return frame;
}

TEST_CASE("delivers every format") {
  struct Case {
    PixelFormat format;
    std::uint32_t fourcc;
    std::size_t inputBytes;
    Output output;
  };
  const Case cases[] = {
      {PixelFormat::yuyv, V4L2_PIX_FMT_YUYV, width * height * 2, Output::rgb24},
      {PixelFormat::nv12, V4L2_PIX_FMT_NV12, width * height * 3 / 2, Output::rgb24},
      {PixelFormat::rgb24, V4L2_PIX_FMT_RGB24, width * height * 3, Output::rgb24},
      {PixelFormat::grey, V4L2_PIX_FMT_GREY, width * height, Output::gray8},
  };
  for (const Case &c : cases) {
    auto kernel = std::make_shared<FakeKernel>();
    kernel->formats = {c.fourcc};
    {
      Reader reader(kernel);
      kernel->awaitStreaming();
      kernel->deliver(frameOf(c.inputBytes, 128, 3));
      reader.awaitPictures(1);
      CHECK((reader.opened && reader.opened->layout.format == c.format));
      CHECK((reader.opened && reader.opened->framesPerSecond == 25));
      CHECK((reader.opened && reader.opened->card.size() == 32));
      const Picture &picture = reader.pictures[0];
      CHECK(picture.output == c.output);
      CHECK((picture.width == width && picture.height == height && picture.sequence == 3));
      CHECK(picture.timestampNs == 5'000'000'000);
      CHECK(picture.bytes.size() == (c.output == Output::gray8 ? 1U : 3U) * width * height);
      const std::uint8_t expected = c.output == Output::rgb24 && c.format != PixelFormat::rgb24 ? 130 : 128; // (128 - 16) * 255 / 219
      CHECK((picture.bytes.front() == expected && picture.bytes.back() == expected));
      reader.stop();
      CHECK(!reader.error);
    }
    expectAllClosed(*kernel);
  }
}

TEST_CASE("passes JPEG through and takes the other code") {
  for (const std::uint32_t fourcc : {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_JPEG}) {
    auto kernel = std::make_shared<FakeKernel>();
    kernel->formats = {V4L2_PIX_FMT_YUYV, fourcc};
    Reader reader(kernel);
    kernel->awaitStreaming();
    FakeFrame frame;
    frame.bytes = {0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD9};
    kernel->deliver(frame);
    reader.awaitPictures(1);
    CHECK(reader.pictures[0].output == Output::jpeg);
    CHECK(reader.pictures[0].bytes == frame.bytes);
  }
}

TEST_CASE("takes the first wish that is offered") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->formats = {V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_NV12};
  kernel->padding = 16;
  kernel->grantedWidth = 32;
  Reader reader(kernel, {PixelFormat::yuyv, PixelFormat::nv12, PixelFormat::grey});
  reader.until([&] { return reader.opened.has_value(); });
  CHECK(reader.opened->layout.format == PixelFormat::nv12);
  CHECK((reader.opened->layout.width == 32 && reader.opened->layout.strideBytes == 48));
}

TEST_CASE("counts what is lost") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->formats = {V4L2_PIX_FMT_GREY};
  Reader reader(kernel);
  kernel->awaitStreaming();
  constexpr std::size_t whole = width * height;
  kernel->deliver(frameOf(whole, 1, 10));
  reader.awaitPictures(1);
  FakeFrame damaged = frameOf(whole, 2, 11);
  damaged.flags |= V4L2_BUF_FLAG_ERROR;
  kernel->deliver(damaged);
  kernel->deliver(frameOf(whole - 1, 3, 12));
  kernel->deliver(frameOf(0, 3, 13));
  kernel->cryWolf();
  kernel->deliver(frameOf(whole, 4, 17)); // 14 to 16 never came
  reader.until([&] { return !reader.pictures.empty() && reader.pictures.back().sequence == 17; });
  CHECK(reader.lost == 6);
  CHECK(reader.warnings.size() == 3);
  CHECK(reader.pictures.back().bytes.front() == 4);
  kernel->deliver(frameOf(whole, 5, 0)); // the counter starts anew: nothing is lost by that
  reader.until([&] { return reader.pictures.back().sequence == 0; });
  CHECK(reader.lost == 6);
  CHECK(kernel->queuedBuffers() == 4);
}

TEST_CASE("refuses MJPG that is none") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->formats = {V4L2_PIX_FMT_MJPEG};
  Reader reader(kernel);
  kernel->awaitStreaming();
  kernel->deliver(frameOf(100, 0, 0));
  kernel->deliver(frameOf(0, 0, 1));
  reader.until([&] { return reader.lost == 2; });
  CHECK(reader.pictures.empty());
  CHECK(reader.warnings.size() == 2);
}

TEST_CASE("keeps only the latest") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->formats = {V4L2_PIX_FMT_GREY};
  Reader reader(kernel);
  reader.until([&] { return reader.opened.has_value(); });
  kernel->awaitStreaming();
  constexpr std::uint32_t many = 500;
  for (std::uint32_t sequence = 0; sequence < many; ++sequence) {
    kernel->deliver(frameOf(width * height, static_cast<std::uint8_t>(sequence), sequence));
  }
  // nobody reads until the thread is through with all of them
  while (kernel->queuedBuffers() != 4 || reader.capture().pool() == nullptr) {
    std::this_thread::yield();
  }
  reader.until([&] { return !reader.pictures.empty() && reader.pictures.back().sequence == many - 1; });
  CHECK(reader.pictures.size() + reader.lost == many);
}

TEST_CASE("uses its own clock where the driver has none") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->formats = {V4L2_PIX_FMT_GREY};
  Reader reader(kernel);
  kernel->awaitStreaming();
  FakeFrame frame = frameOf(width * height, 1, 0);
  frame.flags = 0; // timestamp of unknown clock
  const auto before = std::chrono::steady_clock::now().time_since_epoch();
  kernel->deliver(frame);
  reader.awaitPictures(1);
  const std::chrono::nanoseconds stamp(reader.pictures[0].timestampNs);
  CHECK((stamp >= before && stamp <= std::chrono::steady_clock::now().time_since_epoch()));
}

TEST_CASE("ends when unplugged and opens again") {
  auto kernel = std::make_shared<FakeKernel>();
  {
    Reader reader(kernel);
    kernel->awaitStreaming();
    kernel->unplug();
    reader.awaitEnd();
    CHECK((reader.error && reader.error->code() == "CAMERA_LOST"));
    CHECK((reader.error && std::string(reader.error->what()).find("unplugged") != std::string::npos));
  }
  expectAllClosed(*kernel);
  {
    Reader reader(kernel);
    reader.awaitEnd();
    CHECK((reader.error && reader.error->code() == "CAMERA_OPEN"));
  }
  kernel->plugIn();
  {
    Reader reader(kernel);
    kernel->awaitStreaming();
    kernel->deliver(frameOf(width * height * 2, 9, 0));
    reader.awaitPictures(1);
  }
  expectAllClosed(*kernel);
}

TEST_CASE("ends on errors while streaming") {
  for (const int error : {-ENODEV, -EIO, -EINVAL}) {
    auto kernel = std::make_shared<FakeKernel>();
    {
      Reader reader(kernel);
      kernel->awaitStreaming();
      kernel->failNextDequeue(error);
      reader.awaitEnd();
      CHECK((reader.error && reader.error->code() == "CAMERA_LOST"));
    }
    expectAllClosed(*kernel);
  }
}

TEST_CASE("refuses a buffer that it never gave") {
  auto kernel = std::make_shared<FakeKernel>();
  Reader reader(kernel);
  kernel->awaitStreaming();
  FakeFrame frame = frameOf(4, 1, 0);
  frame.index = 77;
  kernel->deliver(frame);
  reader.awaitEnd();
  CHECK((reader.error && reader.error->code() == "CAMERA_LOST"));
}

TEST_CASE("says why it cannot open") {
  struct Case {
    std::function<void(FakeKernel &)> spoil;
    const char *code;
    const char *says;
  };
  const Case cases[] = {
      {[](FakeKernel &k) { k.openError = -ENOENT; }, "CAMERA_OPEN", "plugged in"},
      {[](FakeKernel &k) { k.openError = -EACCES; }, "CAMERA_OPEN", "group 'video'"},
      {[](FakeKernel &k) { k.openError = -EBUSY; }, "CAMERA_OPEN", "another program"},
      {[](FakeKernel &k) { k.refuse[VIDIOC_QUERYCAP] = -ENOTTY; }, "CAMERA_OPEN", "no video device"},
      {[](FakeKernel &k) { k.capabilities = V4L2_CAP_META_CAPTURE; }, "CAMERA_OPEN", "captures no video"},
      {[](FakeKernel &k) { k.capabilities = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING; }, "CAMERA_OPEN", "multi-planar"},
      {[](FakeKernel &k) { k.capabilities = V4L2_CAP_VIDEO_CAPTURE; }, "CAMERA_OPEN", "cannot stream"},
      {[](FakeKernel &k) { k.formats = {V4L2_PIX_FMT_H264}; }, "CAMERA_FORMAT", "offers H264"},
      {[](FakeKernel &k) { k.formats = {}; }, "CAMERA_FORMAT", "no format"},
      {[](FakeKernel &k) { k.grantedFourcc = V4L2_PIX_FMT_H264; }, "CAMERA_FORMAT", "wanted"},
      {[](FakeKernel &k) { k.grantedWidth = 17; }, "CAMERA_FORMAT", "wanted"},
      {[](FakeKernel &k) { k.grantedWidth = 4'000'000; }, "CAMERA_FORMAT", "wanted"},
      {[](FakeKernel &k) { k.refuse[VIDIOC_S_FMT] = -EBUSY; }, "CAMERA_OPEN", "set up"},
      {[](FakeKernel &k) { k.refuse[VIDIOC_REQBUFS] = -ENOMEM; }, "CAMERA_OPEN", "no buffers"},
      {[](FakeKernel &k) { k.buffersGiven = 1; }, "CAMERA_OPEN", "only 1"},
      {[](FakeKernel &k) { k.bufferBytes = 9; }, "CAMERA_FORMAT", "too small"},
      {[](FakeKernel &k) { k.refuse[0] = 0; }, "CAMERA_OPEN", "cannot be mapped"},
      {[](FakeKernel &k) { k.refuse[VIDIOC_QBUF] = -EIO; }, "CAMERA_OPEN", "takes no buffer"},
      {[](FakeKernel &k) { k.refuse[VIDIOC_STREAMON] = -ENOSPC; }, "CAMERA_OPEN", "USB bus"},
  };
  for (const Case &c : cases) {
    auto kernel = std::make_shared<FakeKernel>();
    c.spoil(*kernel);
    {
      Reader reader(kernel);
      reader.awaitEnd();
      const bool right =
          reader.error && reader.error->code() == c.code && std::string(reader.error->what()).find(c.says) != std::string::npos;
      if (!right) {
        std::printf("wanted %s ... %s, got %s\n", c.code, c.says, reader.error ? reader.error->what() : "no error");
      }
      CHECK(right);
      CHECK(!reader.opened);
    }
    expectAllClosed(*kernel);
  }
}

TEST_CASE("stops while the driver hangs in open") {
  auto kernel = std::make_shared<FakeKernel>();
  kernel->holdOpen();
  std::atomic<bool> late = false;
  {
    Capture capture(kernel, Wish{"/dev/fake", width, height, 30, {PixelFormat::yuyv}}, [&late] { late = true; });
    capture.stop(); // returns although open() hangs
    CHECK(!late);
    kernel->letGo();
    while (!capture.drain().closed) {
      std::this_thread::yield();
    }
  }
  expectAllClosed(*kernel);
}

} // namespace
