// Typed arrays in and out, and C++ errors as JavaScript errors with a code.
#pragma once

#include "core/error.hpp"

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace zynqnet {

/// A JavaScript Error whose `code` is the native error's; ADDON_FAILED for anything without one.
[[nodiscard]] Napi::Error toJsError(Napi::Env env, const std::exception &error);

/// Runs `body`, turning every C++ exception into a JavaScript one.
template <typename Body> auto guarded(Napi::Env env, Body &&body) {
  try {
    return body();
  } catch (const Napi::Error &) {
    throw;
  } catch (const std::exception &error) {
    throw toJsError(env, error);
  }
}

/// The bytes of a Uint8Array (Buffers included). Throws TypeError for anything else.
[[nodiscard]] std::span<const std::uint8_t> bytesOf(const Napi::Value &value, const char *what);

template <typename Array> struct ElementOf;
template <> struct ElementOf<Napi::Int8Array> { static constexpr napi_typedarray_type type = napi_int8_array; };
template <> struct ElementOf<Napi::Uint8Array> { static constexpr napi_typedarray_type type = napi_uint8_array; };
template <> struct ElementOf<Napi::Uint16Array> { static constexpr napi_typedarray_type type = napi_uint16_array; };
template <> struct ElementOf<Napi::Int32Array> { static constexpr napi_typedarray_type type = napi_int32_array; };
template <> struct ElementOf<Napi::Float32Array> { static constexpr napi_typedarray_type type = napi_float32_array; };

/// A copy of `values` as a typed array.
template <typename Array, typename T> [[nodiscard]] Napi::Value arrayOf(Napi::Env env, const std::vector<T> &values) {
  Array array = Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

/// A copy of the typed array `object[key]`. Throws TypeError when it is of another type.
template <typename Array, typename T> [[nodiscard]] std::vector<T> vectorOf(const Napi::Object &object, const char *key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != ElementOf<Array>::type) {
    throw Napi::TypeError::New(object.Env(), std::string("Expected a typed array of another type for '") + key + "'");
  }
  const Array array = value.As<Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

} // namespace zynqnet
