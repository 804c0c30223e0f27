// NativeModel of daemon/native/addon.ts: an immutable, parsed model in native memory.
#pragma once

#include "zqn/codec.hpp"

#include <napi.h>

#include <memory>

namespace zynqnet {

class ModelObject : public Napi::ObjectWrap<ModelObject> {
public:
  static Napi::Function define(Napi::Env env);
  explicit ModelObject(const Napi::CallbackInfo &info);

  /// `parseModel(file, sha256)`
  static Napi::Value parse(const Napi::CallbackInfo &info);
  /// `openModel(file, sha256)`: the same on the thread pool; a promise of the model.
  static Napi::Value open(const Napi::CallbackInfo &info);
  /// `encodeModel(description)`
  static Napi::Value encode(const Napi::CallbackInfo &info);
  /// The model behind a JavaScript value. Throws TypeError when it is no NativeModel of this addon.
  static std::shared_ptr<const Model> from(const Napi::Value &value);

private:
  Napi::Value headerJson(const Napi::CallbackInfo &info);
  Napi::Value classes(const Napi::CallbackInfo &info);
  Napi::Value logitScale(const Napi::CallbackInfo &info);
  Napi::Value logitOffset(const Napi::CallbackInfo &info);
  Napi::Value convCount(const Napi::CallbackInfo &info);
  Napi::Value conv(const Napi::CallbackInfo &info);
  Napi::Value section(const Napi::CallbackInfo &info);
  [[nodiscard]] std::size_t indexOf(const Napi::CallbackInfo &info) const;

  std::shared_ptr<const ParsedModel> parsed_;
};

} // namespace zynqnet
