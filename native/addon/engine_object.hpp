// NativeEngine of daemon/native/addon.ts: a queue of frames in front of one engine. The queue lives on the JavaScript
// thread, so it needs no lock; no more frames are on the thread pool than the engine takes at once, so a busy engine never
// blocks others.
#pragma once

#include "core/engine.hpp"
#include "core/model.hpp"

#include <napi.h>

#include <deque>
#include <memory>

namespace zynqnet {

class EngineRun;

class EngineObject : public Napi::ObjectWrap<EngineObject> {
public:
  static Napi::Function define(Napi::Env env);
  explicit EngineObject(const Napi::CallbackInfo &info);

  /// `createEngine(model, { backend, threads, accelerator })`: packs or lowers the model on this thread.
  static Napi::Value create(const Napi::CallbackInfo &info);
  /// `openEngine(...)`: the same on the thread pool; a promise of the engine.
  static Napi::Value open(const Napi::CallbackInfo &info);

private:
  friend class EngineRun;

  Napi::Value name(const Napi::CallbackInfo &info);
  Napi::Value run(const Napi::CallbackInfo &info);
  Napi::Value runAllTensors(const Napi::CallbackInfo &info);
  Napi::Value report(const Napi::CallbackInfo &info);
  Napi::Value counters(const Napi::CallbackInfo &info);
  Napi::Value reset(const Napi::CallbackInfo &info);
  Napi::Value reload(const Napi::CallbackInfo &info);
  void close(const Napi::CallbackInfo &info);

  Napi::Value recover(const Napi::CallbackInfo &info, const char *name, void (Engine::*step)());
  Napi::Value enqueue(const Napi::CallbackInfo &info, bool allTensors);
  void startNext();
  void finished();

  std::shared_ptr<const Model> model_;
  std::shared_ptr<Engine> engine_;  ///< null once closed; a run in flight holds its own reference
  std::deque<EngineRun *> waiting_; ///< AsyncWorkers own themselves: each deletes itself after completion
  unsigned limit_ = 1;              ///< frames that the engine takes at once
  unsigned running_ = 0;            ///< frames on the thread pool
};

} // namespace zynqnet
