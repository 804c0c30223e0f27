// Work off the JavaScript thread whose result is a promise.
#pragma once

#include "addon/typed_arrays.hpp"

#include <napi.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace zynqnet {

/// `work` runs on the thread pool and fills a `Result`; `convert` makes a JavaScript value of it, on the JavaScript thread.
template <typename Result> class PromiseWorker final : public Napi::AsyncWorker {
public:
  using Work = std::function<Result()>;
  using Convert = std::function<Napi::Value(Napi::Env, Result &)>;

  /// The promise rejects with an Error that has a `code` when `work` throws.
  static Napi::Value start(Napi::Env env, const char *name, Work work, Convert convert) {
    auto *worker = new PromiseWorker(env, name, std::move(work), std::move(convert)); // NOLINT: AsyncWorker deletes itself
    const Napi::Promise promise = worker->deferred_.Promise();
    worker->Queue();
    return promise;
  }

protected:
  void Execute() override {
    try {
      result_ = std::make_unique<Result>(work_());
    } catch (const Error &error) {
      code_ = error.code();
      SetError(error.what());
    } catch (const std::exception &error) {
      code_ = "ADDON_FAILED";
      SetError(error.what());
    }
  }

  void OnOK() override {
    try {
      deferred_.Resolve(convert_(Env(), *result_));
    } catch (const Napi::Error &error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error &error) override {
    error.Set("code", Napi::String::New(Env(), code_));
    deferred_.Reject(error.Value());
  }

private:
  PromiseWorker(Napi::Env env, const char *name, Work work, Convert convert)
      : Napi::AsyncWorker(env, name), work_(std::move(work)), convert_(std::move(convert)), deferred_(Napi::Promise::Deferred::New(env)) {}

  Work work_;
  Convert convert_;
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<Result> result_;
  std::string code_;
};

} // namespace zynqnet
