// The accelerator's options and reports as JavaScript objects: NativeAcceleratorOptions and AcceleratorReport of
// daemon/native/accelerator-types.ts.
#pragma once

#include "addon/accelerators.hpp"

#include <napi.h>

namespace zynqnet {

/// Throws TypeError for a member of the wrong type or an unknown one.
[[nodiscard]] AcceleratorChoice acceleratorChoice(const Napi::Value &options);

[[nodiscard]] Napi::Value reportObject(Napi::Env env, const AcceleratorReport &report);

/// AcceleratorCounters: what may be asked while frames run.
[[nodiscard]] Napi::Value countersObject(Napi::Env env, const AcceleratorReport &report);

} // namespace zynqnet
