// CompressKernels of tools/native/compress-kernels.ts: the numeric kernels of `model compress`, on typed arrays.
#pragma once

#include <napi.h>

namespace zynqnet {

/// The object of functions that the addon exports as `compress`.
[[nodiscard]] Napi::Object compressFunctions(Napi::Env env);

} // namespace zynqnet
