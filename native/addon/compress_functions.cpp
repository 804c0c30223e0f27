#include "addon/compress_functions.hpp"

#include "addon/typed_arrays.hpp"
#include "compress/gradient.hpp"
#include "compress/moments.hpp"
#include "compress/rate_distortion.hpp"
#include "compress/svd.hpp"

#include <span>
#include <string>

namespace zynqnet {
namespace {

/// The elements of `object[key]`, in place: JavaScript keeps the array alive and unchanged during the call.
template <typename T> std::span<T> spanOf(const Napi::Object &object, const char *key, napi_typedarray_type type) {
  const Napi::Value value = object.Get(key);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw Napi::TypeError::New(object.Env(), std::string("Expected a typed array of another type for '") + key + "'");
  }
  const auto array = value.As<Napi::TypedArray>();
  auto *data = static_cast<std::uint8_t *>(array.ArrayBuffer().Data()) + array.ByteOffset();
  return {reinterpret_cast<T *>(data), array.ElementLength()};
}

std::span<float> floats(const Napi::Object &object, const char *key) { return spanOf<float>(object, key, napi_float32_array); }

double number(const Napi::Object &object, const char *key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber())
    throw Napi::TypeError::New(object.Env(), std::string("Expected a number for '") + key + "'");
  return value.As<Napi::Number>().DoubleValue();
}

std::size_t count(const Napi::Object &object, const char *key) {
  const double value = number(object, key);
  if (!(value >= 0.0 && value <= 1e9)) {
    throw Napi::RangeError::New(object.Env(), std::string("Expected a count for '") + key + "'");
  }
  return static_cast<std::size_t>(value);
}

Napi::Object argument(const Napi::CallbackInfo &info) {
  if (!info[0].IsObject())
    throw Napi::TypeError::New(info.Env(), "Expected an object of arguments");
  return info[0].As<Napi::Object>();
}

void require(const Napi::Env &env, bool condition, const char *what) {
  if (!condition)
    throw Napi::RangeError::New(env, what);
}

compress::Window windowOf(const Napi::Object &o) {
  compress::Window w;
  w.height = count(o, "height");
  w.width = count(o, "width");
  w.tensorChannels = count(o, "tensorChannels");
  w.channelOffset = count(o, "channelOffset");
  w.channels = count(o, "channels");
  w.kernelHeight = count(o, "kernelHeight");
  w.kernelWidth = count(o, "kernelWidth");
  w.stride = count(o, "stride");
  w.padTop = count(o, "padTop");
  w.padLeft = count(o, "padLeft");
  w.outputHeight = count(o, "outputHeight");
  w.outputWidth = count(o, "outputWidth");
  return w;
}

Napi::Value addMoments(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    const compress::Window w = windowOf(o);
    const compress::Affine affine{floats(o, "zero"), floats(o, "scale")};
    const auto positions = spanOf<std::uint32_t>(o, "positions", napi_uint32_array);
    const auto gram = floats(o, "gram");
    const auto sum = spanOf<double>(o, "sum", napi_float64_array);
    const auto threads = static_cast<unsigned>(count(o, "threads"));
    const Napi::Value tensor = o.Get("tensor");
    require(info.Env(), tensor.IsTypedArray(), "addMoments: tensor is no typed array");
    const std::size_t elements = tensor.As<Napi::TypedArray>().ElementLength();
    require(info.Env(), elements == w.height * w.width * w.tensorChannels && w.channelOffset + w.channels <= w.tensorChannels,
            "addMoments: the tensor does not have the window's shape");
    require(info.Env(),
            affine.zero.size() == w.channels && affine.scale.size() == w.channels && sum.size() == w.taps() &&
                (gram.empty() || gram.size() == w.taps() * w.taps()),
            "addMoments: array sizes do not agree");
    for (const std::uint32_t position : positions) {
      require(info.Env(), position < w.outputHeight * w.outputWidth, "addMoments: a position lies outside");
    }
    if (tensor.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array) {
      const std::span<const float> values = floats(o, "tensor");
      compress::addMoments(values, w, affine, positions, gram, sum, threads);
    } else {
      const std::span<const std::uint8_t> values = spanOf<std::uint8_t>(o, "tensor", napi_uint8_array);
      compress::addMoments(values, w, affine, positions, gram, sum, threads);
    }
    return info.Env().Undefined();
  });
}

Napi::Value factorMoments(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    const auto gram = floats(o, "gram");
    const std::size_t taps = count(o, "taps");
    const auto sum = spanOf<double>(o, "sum", napi_float64_array);
    require(info.Env(), taps > 0 && gram.size() == taps * taps && (sum.empty() || sum.size() == taps),
            "factorMoments: gram is not taps x taps, or sum has another length");
    const double used =
        compress::factorMoments(gram, sum, taps, number(o, "rows"), number(o, "damping"), static_cast<unsigned>(count(o, "threads")));
    return Napi::Number::New(info.Env(), used);
  });
}

Napi::Value roundLayer(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    compress::RoundingProblem p;
    p.weights = floats(o, "weights");
    p.outputs = count(o, "outputs");
    p.taps = count(o, "taps");
    p.factor = floats(o, "factor");
    p.units = floats(o, "units");
    p.codebook = spanOf<std::int8_t>(o, "codebook", napi_int8_array);
    p.bits = floats(o, "bits");
    p.keepZero = spanOf<std::uint8_t>(o, "keepZero", napi_uint8_array);
    p.bitPrice = static_cast<float>(number(o, "bitPrice"));
    const compress::RoundingResult rounded = compress::roundLayer(p, static_cast<unsigned>(count(o, "threads")));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("weights", arrayOf<Napi::Int8Array>(info.Env(), rounded.weights));
    result.Set("centroids", arrayOf<Napi::Float32Array>(info.Env(), rounded.centroids));
    result.Set("counts", arrayOf<Napi::Uint32Array>(info.Env(), rounded.counts));
    result.Set("distortion", rounded.distortion);
    return result;
  });
}

/// The window, and whether weights [outputs][taps] and positions x outputs values go with it.
struct Layer {
  compress::Window window;
  std::span<const float> weights;
  std::size_t outputs = 0, inputs = 0, positions = 0;
};

Layer layerOf(const Napi::Object &o) {
  Layer layer{windowOf(o), floats(o, "weights")};
  const compress::Window &w = layer.window;
  require(o.Env(),
          w.taps() > 0 && !layer.weights.empty() && layer.weights.size() % w.taps() == 0 &&
              w.channelOffset + w.channels <= w.tensorChannels,
          "The weights or channels do not go with the window");
  layer.outputs = layer.weights.size() / w.taps();
  layer.inputs = w.height * w.width * w.tensorChannels;
  layer.positions = w.outputHeight * w.outputWidth;
  return layer;
}

Napi::Value addInputGradient(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    const Layer layer = layerOf(o);
    const auto output = floats(o, "outputGradient");
    const auto gradient = floats(o, "gradient");
    require(info.Env(), output.size() == layer.positions * layer.outputs && gradient.size() == layer.inputs,
            "addInputGradient: array sizes do not agree");
    compress::addInputGradient(layer.window, layer.weights, layer.outputs, output, gradient, static_cast<unsigned>(count(o, "threads")));
    return info.Env().Undefined();
  });
}

Napi::Value convolve(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    const Layer layer = layerOf(o);
    const std::span<const float> tensor = floats(o, "tensor");
    const auto bias = floats(o, "bias");
    require(info.Env(), tensor.size() == layer.inputs && bias.size() == layer.outputs, "convolve: array sizes do not agree");
    std::vector<float> result(layer.positions * layer.outputs);
    compress::convolve(tensor, layer.window, layer.weights, bias, result, static_cast<unsigned>(count(o, "threads")));
    return arrayOf<Napi::Float32Array>(info.Env(), result);
  });
}

Napi::Value svd(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Object o = argument(info);
    const compress::Svd parts = compress::svd(floats(o, "matrix"), count(o, "rows"), count(o, "columns"));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("u", arrayOf<Napi::Float32Array>(info.Env(), parts.u));
    result.Set("s", arrayOf<Napi::Float32Array>(info.Env(), parts.s));
    result.Set("v", arrayOf<Napi::Float32Array>(info.Env(), parts.v));
    return result;
  });
}

} // namespace

Napi::Object compressFunctions(Napi::Env env) {
  Napi::Object functions = Napi::Object::New(env);
  functions.Set("addMoments", Napi::Function::New<&addMoments>(env, "addMoments"));
  functions.Set("factorMoments", Napi::Function::New<&factorMoments>(env, "factorMoments"));
  functions.Set("addInputGradient", Napi::Function::New<&addInputGradient>(env, "addInputGradient"));
  functions.Set("convolve", Napi::Function::New<&convolve>(env, "convolve"));
  functions.Set("roundLayer", Napi::Function::New<&roundLayer>(env, "roundLayer"));
  functions.Set("svd", Napi::Function::New<&svd>(env, "svd"));
  return functions;
}

} // namespace zynqnet
