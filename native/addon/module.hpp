// The addon's classes, one set per environment: worker threads never share them.
#pragma once

#include <napi.h>

namespace zynqnet {

struct Classes {
  Napi::FunctionReference model;
  Napi::FunctionReference engine;
};

[[nodiscard]] Classes &classesOf(Napi::Env env);

} // namespace zynqnet
