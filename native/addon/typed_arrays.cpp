#include "addon/typed_arrays.hpp"

namespace zynqnet {

Napi::Error toJsError(Napi::Env env, const std::exception &error) {
  const auto *own = dynamic_cast<const Error *>(&error);
  Napi::Error result = Napi::Error::New(env, error.what());
  result.Set("code", Napi::String::New(env, own != nullptr ? own->code() : "ADDON_FAILED"));
  return result;
}

std::span<const std::uint8_t> bytesOf(const Napi::Value &value, const char *what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(value.Env(), std::string("Expected a Uint8Array for ") + what);
  }
  const Napi::Uint8Array array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ElementLength()};
}

} // namespace zynqnet
