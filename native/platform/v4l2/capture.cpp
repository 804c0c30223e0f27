#include "platform/v4l2/capture.hpp"

#include "platform/v4l2/convert.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace zynqnet::v4l2 {

namespace {

constexpr int waitMs = 1000;
constexpr std::size_t maxWarnings = 8;
constexpr std::size_t maxPooled = 4;

/// Ends a wait from another thread.
class Wake {
public:
  Wake() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) {
      throw Error("CAMERA_OPEN", "cannot create an eventfd: too many files are open");
    }
  }
  ~Wake() { ::close(fd_); }
  Wake(const Wake &) = delete;
  Wake &operator=(const Wake &) = delete;

  void signal() const {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one); // full means signalled already
  }
  [[nodiscard]] int fd() const { return fd_; }

private:
  int fd_;
};

const char *complaint(Filled::Verdict verdict) {
  switch (verdict) {
  case Filled::Verdict::damaged:
    return "the driver marks frames as damaged; a loose cable, or a USB bus that is too busy";
  case Filled::Verdict::shortFrame:
    return "the driver delivers frames that are cut off";
  case Filled::Verdict::notJpeg:
    return "the camera delivers MJPG frames that are no JPEG";
  case Filled::Verdict::good:
    break;
  }
  return "";
}

} // namespace

struct PicturePool::State {
  std::mutex mutex;
  std::vector<std::vector<std::uint8_t>> spare;
};

PicturePool::PicturePool() : state_(std::make_unique<State>()) {}
PicturePool::~PicturePool() = default;

std::vector<std::uint8_t> PicturePool::take(std::size_t bytes) {
  std::vector<std::uint8_t> memory;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->spare.empty()) {
      memory = std::move(state_->spare.back());
      state_->spare.pop_back();
    }
  }
  memory.resize(bytes);
  return memory;
}

void PicturePool::giveBack(std::vector<std::uint8_t> bytes) {
  const std::lock_guard lock(state_->mutex);
  if (state_->spare.size() < maxPooled) {
    state_->spare.push_back(std::move(bytes));
  }
}

struct Capture::Shared {
  explicit Shared(std::function<void()> notifier) : notify(std::move(notifier)) {}

  Wake wake;
  std::atomic<bool> stopping{false};
  std::shared_ptr<PicturePool> pool = std::make_shared<PicturePool>();
  std::function<void()> notify;

  std::mutex mutex; ///< guards what follows
  News news;
  bool notified = false; ///< a drain is on its way

  /// Changes the news and asks for a drain, once until it comes.
  template <typename Change> void post(Change change) {
    bool ask = false;
    {
      const std::lock_guard lock(mutex);
      change(news);
      ask = !std::exchange(notified, true);
    }
    if (ask) {
      notify();
    }
  }

  void warn(const char *message) {
    post([&](News &posted) {
      if (posted.warnings.size() < maxWarnings) {
        posted.warnings.emplace_back(message);
      }
    });
  }

  void lose(std::uint64_t frames) {
    const std::lock_guard lock(mutex);
    news.lost += frames;
  }
};

Capture::Capture(std::shared_ptr<Kernel> kernel, Wish wish, std::function<void()> notify)
    : shared_(std::make_shared<Shared>(std::move(notify))) {
  std::thread([shared = shared_, kernel = std::move(kernel), wish = std::move(wish)] { run(shared, kernel, wish); }).detach();
}

Capture::~Capture() { stop(); }

void Capture::stop() {
  shared_->stopping = true;
  shared_->wake.signal();
}

News Capture::drain() {
  const std::lock_guard lock(shared_->mutex);
  shared_->notified = false;
  return std::exchange(shared_->news, News{});
}

std::shared_ptr<PicturePool> Capture::pool() const { return shared_->pool; }

void Capture::run(const std::shared_ptr<Shared> &shared, const std::shared_ptr<Kernel> &kernel, const Wish &wish) {
  std::optional<Error> failure;
  try {
    Stream camera(kernel, wish);
    shared->post([&](News &news) { news.opened = camera.agreement(); });
    stream(*shared, camera);
  } catch (const Error &error) {
    failure = error;
  } catch (const std::exception &error) {
    failure = Error("CAMERA_LOST", error.what()); // lack of memory, most likely
  }
  if (shared->stopping) {
    failure.reset();
  }
  shared->post([&](News &news) {
    news.closed = true;
    news.error = std::move(failure);
  });
}

void Capture::stream(Shared &shared, Stream &camera) {
  const Layout layout = camera.agreement().layout;
  std::optional<std::uint32_t> lastSequence;
  Filled filled;
  while (!shared.stopping) {
    if (camera.next(shared.wake.fd(), waitMs, filled) != Stream::Next::filled) {
      continue;
    }
    if (lastSequence) {
      // drivers that do not count leave it 0; a counter that jumps back started anew
      const std::uint32_t step = filled.sequence - *lastSequence;
      shared.lose(step > 1 && step < 0x8000'0000U ? step - 1 : 0);
    }
    lastSequence = filled.sequence;
    if (filled.verdict != Filled::Verdict::good) {
      shared.lose(1);
      shared.warn(complaint(filled.verdict));
      camera.release(filled);
      continue;
    }
    Picture picture;
    picture.output = outputOf(layout.format);
    picture.width = layout.width;
    picture.height = layout.height;
    picture.sequence = filled.sequence;
    picture.timestampNs = filled.timestampNs;
    if (picture.output == Output::jpeg) {
      picture.bytes = shared.pool->take(filled.bytes.size());
      std::copy(filled.bytes.begin(), filled.bytes.end(), picture.bytes.begin());
    } else {
      picture.bytes = shared.pool->take(layout.outputBytes());
      convert(layout, filled.bytes, picture.bytes);
    }
    camera.release(filled);
    shared.post([&](News &news) {
      if (news.picture) {
        news.lost += 1;
        shared.pool->giveBack(std::move(news.picture->bytes));
      }
      news.picture = std::move(picture);
    });
  }
}

} // namespace zynqnet::v4l2
