// openV4l2 and describeV4l2 of daemon/native/v4l2.ts.
#pragma once

#include <napi.h>

namespace zynqnet {

/// openV4l2(options, onEvent): starts a capture thread; the returned object has stop().
[[nodiscard]] Napi::Value openV4l2(const Napi::CallbackInfo &info);

/// describeV4l2(device): what the device says about itself, at once.
[[nodiscard]] Napi::Value describeV4l2(const Napi::CallbackInfo &info);

} // namespace zynqnet
