// What `doctor` asks of a board: NativeBoard of daemon/native/board-types.ts.
#pragma once

#include <napi.h>

namespace zynqnet {

/// An object of functions: processingSystem, acceleratorBuild, acceleratorCopy.
[[nodiscard]] Napi::Object boardFunctions(Napi::Env env);

} // namespace zynqnet
