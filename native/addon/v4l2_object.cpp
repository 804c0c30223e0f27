#include "addon/v4l2_object.hpp"

#include "addon/typed_arrays.hpp"
#include "platform/v4l2/capture.hpp"
#include "platform/v4l2/describe.hpp"

#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace zynqnet {

namespace {

using v4l2::Capture;
using v4l2::News;
using v4l2::Output;

/// Carries the capture thread's notifications to the JavaScript thread, until the environment goes.
class Doorbell {
public:
  void connect(Napi::ThreadSafeFunction function) { function_ = function; }

  void ring() {
    const std::lock_guard lock(mutex_);
    if (connected_) {
      (void)function_.NonBlockingCall();
    }
  }

  /// A driver that hangs must not keep the process from ending.
  void hush(Napi::Env env) {
    const std::lock_guard lock(mutex_);
    if (connected_) {
      function_.Unref(env);
    }
  }

  void disconnect() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(connected_, false)) {
      (void)function_.Release();
    }
  }

private:
  std::mutex mutex_;
  Napi::ThreadSafeFunction function_;
  bool connected_ = true;
};

/// One capture as JavaScript holds it. Lives until `closed` was reported, whether or not anybody keeps the object.
class Session : public std::enable_shared_from_this<Session> {
public:
  static Napi::Value open(Napi::Env env, v4l2::Wish wish, const Napi::Function &onEvent) {
    auto session = std::make_shared<Session>();
    session->onEvent_ = Napi::Persistent(onEvent);
    const Napi::Function drain = Napi::Function::New(
        env, [session](const Napi::CallbackInfo &call) { session->drain(call.Env()); }, "drain");
    // one call is ever waiting: the capture asks again only after a drain
    session->doorbell_->connect(Napi::ThreadSafeFunction::New(env, drain, "zynqnet.v4l2", 0, 1));
    session->cleanup_ = std::make_unique<Cleanup>(env, session);
    session->capture_ =
        std::make_unique<Capture>(v4l2::linuxKernel(), std::move(wish), [doorbell = session->doorbell_] { doorbell->ring(); });
    Napi::Object handle = Napi::Object::New(env);
    const std::weak_ptr<Session> weak = session;
    handle.Set("stop", Napi::Function::New(
                           env,
                           [weak](const Napi::CallbackInfo &call) {
                             if (const auto alive = weak.lock(); alive && alive->capture_) {
                               alive->doorbell_->hush(call.Env());
                               alive->capture_->stop();
                             }
                           },
                           "stop"));
    return handle;
  }

private:
  /// Reports to the session when the environment goes before the camera is closed (a worker that ends, process.exit).
  class Cleanup {
  public:
    Cleanup(Napi::Env env, std::weak_ptr<Session> session) : env_(env), session_(std::move(session)) {
      napi_add_env_cleanup_hook(env_, &Cleanup::run, this);
    }
    ~Cleanup() {
      if (!ran_) {
        napi_remove_env_cleanup_hook(env_, &Cleanup::run, this);
      }
    }
    Cleanup(const Cleanup &) = delete;
    Cleanup &operator=(const Cleanup &) = delete;

  private:
    static void run(void *self) {
      auto &cleanup = *static_cast<Cleanup *>(self);
      cleanup.ran_ = true;
      if (const auto session = cleanup.session_.lock()) {
        session->doorbell_->disconnect();
        session->capture_->stop();
      }
    }
    napi_env env_;
    std::weak_ptr<Session> session_;
    bool ran_ = false;
  };

  void drain(Napi::Env env) {
    if (!capture_) {
      return;
    }
    const auto self = shared_from_this(); // onEvent may drop the last other reference
    News news = capture_->drain();
    const Napi::HandleScope scope(env);
    if (news.opened) {
      report(openedEvent(env, *news.opened));
    }
    for (const std::string &warning : news.warnings) {
      Napi::Object event = eventOf(env, "warning");
      event.Set("message", warning);
      report(event);
    }
    if (news.picture) {
      report(frameEvent(env, *news.picture, news.lost));
    } else if (news.lost > 0) {
      Napi::Object event = eventOf(env, "lost");
      event.Set("frames", static_cast<double>(news.lost));
      report(event);
    }
    if (news.closed) {
      Napi::Object event = eventOf(env, "closed");
      if (news.error) {
        event.Set("code", news.error->code());
        event.Set("message", news.error->what());
      }
      cleanup_.reset();
      doorbell_->disconnect();
      capture_.reset();
      report(event);
      onEvent_.Reset();
    }
  }

  static Napi::Object eventOf(Napi::Env env, const char *type) {
    Napi::Object event = Napi::Object::New(env);
    event.Set("type", type);
    return event;
  }

  static Napi::Object openedEvent(Napi::Env env, const v4l2::Agreement &agreement) {
    Napi::Object event = eventOf(env, "opened");
    event.Set("format", std::string(v4l2::nameOf(agreement.layout.format)));
    event.Set("width", agreement.layout.width);
    event.Set("height", agreement.layout.height);
    event.Set("framesPerSecond", agreement.framesPerSecond);
    event.Set("driver", agreement.driver);
    event.Set("card", agreement.card);
    event.Set("bus", agreement.bus);
    return event;
  }

  Napi::Object frameEvent(Napi::Env env, v4l2::Picture &picture, std::uint64_t lost) {
    Napi::Object event = eventOf(env, "frame");
    const char *format = picture.output == Output::jpeg ? "jpeg" : picture.output == Output::rgb24 ? "rgb24" : "gray8";
    event.Set("data", bufferOf(env, std::move(picture.bytes)));
    event.Set("format", format);
    event.Set("width", picture.width);
    event.Set("height", picture.height);
    event.Set("sequence", picture.sequence);
    event.Set("lost", static_cast<double>(lost));
    event.Set("timestampMs", static_cast<double>(picture.timestampNs) / 1e6);
    return event;
  }

  /// The picture without a copy; its memory goes back to the pool once JavaScript has no use for it.
  Napi::Value bufferOf(Napi::Env env, std::vector<std::uint8_t> bytes) {
    struct Loan {
      std::vector<std::uint8_t> bytes;
      std::shared_ptr<v4l2::PicturePool> pool;
    };
    auto loan = std::make_unique<Loan>(Loan{std::move(bytes), capture_->pool()});
    std::uint8_t *data = loan->bytes.data();
    const std::size_t size = loan->bytes.size();
    return Napi::Buffer<std::uint8_t>::New(
        env, data, size,
        [](Napi::Env, std::uint8_t *, Loan *owned) {
          const std::unique_ptr<Loan> back(owned);
          back->pool->giveBack(std::move(back->bytes));
        },
        loan.release());
  }

  void report(const Napi::Object &event) { onEvent_.Value().Call({event}); }

  Napi::FunctionReference onEvent_;
  std::shared_ptr<Doorbell> doorbell_ = std::make_shared<Doorbell>();
  std::unique_ptr<Cleanup> cleanup_;
  std::unique_ptr<Capture> capture_;
};

std::uint32_t positive(const Napi::Object &options, const char *key) {
  const Napi::Value value = options.Get(key);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 1 && number <= 16384) || number != std::floor(number)) {
    throw Napi::RangeError::New(options.Env(), std::string("Expected a whole number from 1 to 16384 for '") + key + "'");
  }
  return static_cast<std::uint32_t>(number);
}

v4l2::Wish wishOf(const Napi::Object &options) {
  const Napi::Env env = options.Env();
  v4l2::Wish wish;
  const Napi::Value device = options.Get("device");
  const Napi::Value rate = options.Get("framesPerSecond");
  const Napi::Value formats = options.Get("formats");
  if (!device.IsString() || !rate.IsNumber() || !formats.IsArray()) {
    throw Napi::TypeError::New(env, "Expected { device: string, width, height, framesPerSecond: number, formats: string[] }");
  }
  wish.device = device.As<Napi::String>().Utf8Value();
  wish.width = positive(options, "width");
  wish.height = positive(options, "height");
  wish.framesPerSecond = rate.As<Napi::Number>().DoubleValue();
  const Napi::Array names = formats.As<Napi::Array>();
  for (std::uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString().Utf8Value();
    const auto format = v4l2::formatOf(name);
    if (!format) {
      throw Napi::RangeError::New(env, "Expected MJPG, YUYV, NV12, RGB24 or GREY in 'formats' but received " + name);
    }
    wish.formats.push_back(*format);
  }
  return wish;
}

} // namespace

Napi::Value openV4l2(const Napi::CallbackInfo &info) {
  if (info.Length() != 2 || !info[0].IsObject() || !info[1].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "Expected openV4l2(options, onEvent)");
  }
  return guarded(info.Env(), [&] { return Session::open(info.Env(), wishOf(info[0].As<Napi::Object>()), info[1].As<Napi::Function>()); });
}

Napi::Value describeV4l2(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  if (info.Length() != 1 || !info[0].IsString()) {
    throw Napi::TypeError::New(env, "Expected describeV4l2(device)");
  }
  return guarded(env, [&]() -> Napi::Value {
    const v4l2::Description found = v4l2::describe(*v4l2::linuxKernel(), info[0].As<Napi::String>().Utf8Value());
    Napi::Object object = Napi::Object::New(env);
    object.Set("driver", found.driver);
    object.Set("card", found.card);
    object.Set("bus", found.bus);
    object.Set("captures", found.captures);
    Napi::Array formats = Napi::Array::New(env);
    for (const std::string &format : found.formats) {
      formats.Set(formats.Length(), format);
    }
    object.Set("formats", formats);
    return object;
  });
}

} // namespace zynqnet
