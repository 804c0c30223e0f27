#include "addon/engine_object.hpp"

#include "addon/accelerator_options.hpp"
#include "addon/engine_factory.hpp"
#include "addon/model_object.hpp"
#include "addon/module.hpp"
#include "addon/promise_worker.hpp"
#include "addon/typed_arrays.hpp"

#include <string>
#include <utility>

namespace zynqnet {

namespace {

/// What createEngine and openEngine are asked for.
struct EngineRequest {
  std::shared_ptr<const Model> model;
  std::string backend;
  unsigned threads = 0;
  AcceleratorChoice accelerator;
};

/// A model and its engine, on the way into an EngineObject.
struct MadeEngine {
  std::shared_ptr<const Model> model;
  std::shared_ptr<Engine> engine;
};

EngineRequest requestFrom(const Napi::CallbackInfo &info) {
  EngineRequest request;
  request.model = ModelObject::from(info[0]);
  if (!info[1].IsObject()) {
    throw Napi::TypeError::New(info.Env(), "Expected an object with 'backend' as the second argument");
  }
  const Napi::Object options = info[1].As<Napi::Object>();
  const Napi::Value backend = options.Get("backend");
  const Napi::Value threads = options.Get("threads");
  if (!backend.IsString()) {
    throw Napi::TypeError::New(info.Env(), "Expected a string for 'backend'");
  }
  const double count = threads.IsUndefined() ? 0.0 : threads.IsNumber() ? threads.As<Napi::Number>().DoubleValue() : -1.0;
  if (!(count >= 0.0 && count <= 64.0)) {
    throw Napi::RangeError::New(info.Env(), "Expected 1 to 64 for 'threads', or nothing for one per processor");
  }
  request.backend = backend.As<Napi::String>().Utf8Value();
  request.threads = static_cast<unsigned>(count);
  request.accelerator = acceleratorChoice(options.Get("accelerator"));
  return request;
}

MadeEngine make(const EngineRequest &request) {
  return {request.model, createEngine(request.model, request.backend, request.threads, request.accelerator)};
}

Napi::Value objectOf(Napi::Env env, MadeEngine &made) { return classesOf(env).engine.New({Napi::External<MadeEngine>::New(env, &made)}); }

} // namespace

/// One frame on its way through the engine: referenced input, promise, result.
class EngineRun final : public Napi::AsyncWorker {
public:
  EngineRun(EngineObject &owner, const Napi::Uint8Array &input, bool allTensors)
      : Napi::AsyncWorker(owner.Env(), "zynqnet.run"), owner_(owner), engine_(owner.engine_),
        deferred_(Napi::Promise::Deferred::New(owner.Env())), input_(Napi::Persistent(input)), bytes_(input.Data(), input.ElementLength()),
        allTensors_(allTensors) {
    owner_.Ref(); // the engine object outlives its runs
  }

  ~EngineRun() override = default;

  [[nodiscard]] Napi::Promise promise() const { return deferred_.Promise(); }

  /// Ends a run that never started.
  void refuse(const std::string &code, const std::string &message) {
    engine_.reset();
    deferred_.Reject(toJsError(Env(), Error(code, message)).Value());
    owner_.Unref();
    delete this; // NOLINT: as AsyncWorker itself ends
  }

protected:
  void Execute() override {
    try {
      if (allTensors_) {
        engine_->runAllTensors(bytes_, logits_, tensors_);
      } else {
        engine_->run(bytes_, logits_);
      }
    } catch (const Error &error) {
      code_ = error.code();
      SetError(error.what());
    } catch (const std::exception &error) {
      code_ = "ADDON_FAILED";
      SetError(error.what());
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    const Napi::Value logits =
        logits_.values.empty() ? arrayOf<Napi::Int32Array>(env, logits_.sums) : arrayOf<Napi::Float32Array>(env, logits_.values);
    Napi::Value result = logits;
    if (allTensors_) {
      Napi::Array tensors = Napi::Array::New(env);
      for (const auto &bytes : tensors_.bytes) {
        tensors.Set(tensors.Length(), arrayOf<Napi::Uint8Array>(env, bytes));
      }
      for (const auto &floats : tensors_.floats) {
        tensors.Set(tensors.Length(), arrayOf<Napi::Float32Array>(env, floats));
      }
      Napi::Object both = Napi::Object::New(env);
      both.Set("logits", logits);
      both.Set("tensors", tensors);
      result = both;
    }
    done();
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error &error) override {
    error.Set("code", Napi::String::New(Env(), code_));
    done();
    deferred_.Reject(error.Value());
  }

private:
  void done() {
    engine_.reset();
    owner_.finished();
    owner_.Unref();
  }

  EngineObject &owner_;
  std::shared_ptr<Engine> engine_;
  Napi::Promise::Deferred deferred_;
  Napi::Reference<Napi::Uint8Array> input_; ///< keeps the frame alive while the engine reads it
  std::span<const std::uint8_t> bytes_;
  bool allTensors_;
  Logits logits_;
  TensorDump tensors_;
  std::string code_;
};

Napi::Function EngineObject::define(Napi::Env env) {
  return DefineClass(env, "NativeEngine",
                     {
                         InstanceAccessor<&EngineObject::name>("name"),
                         InstanceMethod<&EngineObject::run>("run"),
                         InstanceMethod<&EngineObject::runAllTensors>("runAllTensors"),
                         InstanceMethod<&EngineObject::report>("report"),
                         InstanceMethod<&EngineObject::counters>("counters"),
                         InstanceMethod<&EngineObject::reset>("reset"),
                         InstanceMethod<&EngineObject::reload>("reload"),
                         InstanceMethod<&EngineObject::close>("close"),
                     });
}

EngineObject::EngineObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<EngineObject>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "Engines come from createEngine(model, { backend, threads })");
  }
  MadeEngine &made = *info[0].As<Napi::External<MadeEngine>>().Data();
  model_ = std::move(made.model);
  engine_ = std::move(made.engine);
  limit_ = engine_->concurrency();
}

Napi::Value EngineObject::create(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&] {
    MadeEngine made = make(requestFrom(info));
    return objectOf(info.Env(), made);
  });
}

Napi::Value EngineObject::open(const Napi::CallbackInfo &info) {
  return PromiseWorker<MadeEngine>::start(
      info.Env(), "zynqnet.open", [request = requestFrom(info)] { return make(request); }, objectOf);
}

Napi::Value EngineObject::name(const Napi::CallbackInfo &info) {
  return Napi::String::New(info.Env(), engine_ ? std::string(engine_->name()) : "closed");
}

Napi::Value EngineObject::run(const Napi::CallbackInfo &info) { return enqueue(info, false); }

Napi::Value EngineObject::runAllTensors(const Napi::CallbackInfo &info) { return enqueue(info, true); }

Napi::Value EngineObject::report(const Napi::CallbackInfo &info) {
  if (engine_) {
    if (const std::optional<AcceleratorReport> report = reportOf(*engine_, true)) {
      return reportObject(info.Env(), *report);
    }
  }
  return info.Env().Null();
}

Napi::Value EngineObject::counters(const Napi::CallbackInfo &info) {
  if (engine_) {
    if (const std::optional<AcceleratorReport> report = reportOf(*engine_, false)) {
      return countersObject(info.Env(), *report);
    }
  }
  return info.Env().Null();
}

Napi::Value EngineObject::reset(const Napi::CallbackInfo &info) { return recover(info, "zynqnet.reset", &Engine::reset); }

Napi::Value EngineObject::reload(const Napi::CallbackInfo &info) { return recover(info, "zynqnet.reload", &Engine::reload); }

Napi::Value EngineObject::recover(const Napi::CallbackInfo &info, const char *name, void (Engine::*step)()) {
  struct Nothing {};
  auto work = [engine = engine_, step] {
    if (!engine) {
      throw Error("ENGINE_CLOSED", "the engine is closed");
    }
    (engine.get()->*step)();
    return Nothing{};
  };
  return PromiseWorker<Nothing>::start(info.Env(), name, std::move(work), [](Napi::Env env, Nothing &) { return env.Undefined(); });
}

Napi::Value EngineObject::enqueue(const Napi::CallbackInfo &info, bool allTensors) {
  const std::span<const std::uint8_t> bytes = bytesOf(info[0], "input");
  const Tensor &shape = model_->tensors.front();
  const std::size_t expected = std::size_t{shape.channels} * shape.height * shape.width;
  if (bytes.size() != expected) {
    throw toJsError(info.Env(), Error("ENGINE_INPUT", "the network takes " + std::to_string(expected) + " bytes (" +
                                                          std::to_string(shape.height) + "x" + std::to_string(shape.width) + "x" +
                                                          std::to_string(shape.channels) + "), not " + std::to_string(bytes.size())));
  }
  if (!engine_) {
    throw toJsError(info.Env(), Error("ENGINE_CLOSED", "the engine is closed"));
  }
  auto *run = new EngineRun(*this, info[0].As<Napi::Uint8Array>(), allTensors); // NOLINT: AsyncWorker deletes itself
  const Napi::Promise promise = run->promise();
  waiting_.push_back(run);
  startNext();
  return promise;
}

void EngineObject::startNext() {
  while (running_ < limit_ && !waiting_.empty()) {
    EngineRun *next = waiting_.front();
    waiting_.pop_front();
    ++running_;
    next->Queue();
  }
}

void EngineObject::finished() {
  --running_;
  startNext();
}

void EngineObject::close(const Napi::CallbackInfo &) {
  engine_.reset(); // destroyed here, or by the run in flight
  while (!waiting_.empty()) {
    EngineRun *run = waiting_.front();
    waiting_.pop_front();
    run->refuse("ENGINE_CLOSED", "the engine was closed before it came to this frame");
  }
}

} // namespace zynqnet
