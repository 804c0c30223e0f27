#include "addon/notify_function.hpp"

#include "addon/typed_arrays.hpp"
#include "platform/notify/notify.hpp"

namespace zynqnet {

void notifyServiceFunction(const Napi::CallbackInfo &info) {
  if (!info[0].IsString() || !info[1].IsString()) {
    throw Napi::TypeError::New(info.Env(), "Expected strings for 'socket' and 'message'");
  }
  guarded(info.Env(), [&] { platform::notifyService(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value()); });
}

} // namespace zynqnet
