#include "addon/model_object.hpp"

#include "addon/module.hpp"
#include "addon/promise_worker.hpp"
#include "addon/typed_arrays.hpp"

#include <utility>
#include <vector>

namespace zynqnet {
namespace {

// Any constant will do; it marks objects whose native part is a ModelObject.
constexpr napi_type_tag modelTag{0x7a796e716e657464ULL, 0x6d6f64656c000001ULL};

ConvWeights convFrom(const Napi::Object &object) {
  ConvWeights conv;
  if (object.Get("weights").IsTypedArray() && object.Get("weights").As<Napi::TypedArray>().TypedArrayType() == napi_float32_array) {
    conv.floatWeights = vectorOf<Napi::Float32Array, float>(object, "weights");
    conv.floatBias = vectorOf<Napi::Float32Array, float>(object, "bias");
    return conv;
  }
  conv.weights = vectorOf<Napi::Int8Array, std::int8_t>(object, "weights");
  conv.bias = vectorOf<Napi::Int32Array, std::int32_t>(object, "bias");
  conv.multiplier = vectorOf<Napi::Uint16Array, std::uint16_t>(object, "multiplier");
  conv.shift = vectorOf<Napi::Uint8Array, std::uint8_t>(object, "shift");
  return conv;
}

} // namespace

Napi::Function ModelObject::define(Napi::Env env) {
  return DefineClass(env, "NativeModel",
                     {
                         InstanceAccessor<&ModelObject::headerJson>("headerJson"),
                         InstanceAccessor<&ModelObject::classes>("classes"),
                         InstanceAccessor<&ModelObject::logitScale>("logitScale"),
                         InstanceAccessor<&ModelObject::logitOffset>("logitOffset"),
                         InstanceMethod<&ModelObject::convCount>("convCount"),
                         InstanceMethod<&ModelObject::conv>("conv"),
                         InstanceMethod<&ModelObject::section>("section"),
                     });
}

ModelObject::ModelObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<ModelObject>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "Models come from parseModel()");
  }
  parsed_ = std::move(*info[0].As<Napi::External<std::shared_ptr<const ParsedModel>>>().Data());
  info.This().As<Napi::Object>().TypeTag(&modelTag);
}

Napi::Value ModelObject::parse(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto parsed = std::make_shared<const ParsedModel>(parseModel(bytesOf(info[0], "file"), bytesOf(info[1], "sha256")));
    const auto external = Napi::External<std::shared_ptr<const ParsedModel>>::New(info.Env(), &parsed);
    return classesOf(info.Env()).model.New({external});
  });
}

Napi::Value ModelObject::open(const Napi::CallbackInfo &info) {
  using Parsed = std::shared_ptr<const ParsedModel>;
  const std::span<const std::uint8_t> file = bytesOf(info[0], "file");
  const std::span<const std::uint8_t> digest = bytesOf(info[1], "sha256");
  // Keeps the file's bytes where they are; given up on this thread, with the worker.
  auto held = std::make_shared<Napi::Reference<Napi::Uint8Array>>(Napi::Persistent(info[0].As<Napi::Uint8Array>()));
  auto work = [file, sha256 = std::vector<std::uint8_t>(digest.begin(), digest.end()), held = std::move(held)]() -> Parsed {
    return std::make_shared<const ParsedModel>(parseModel(file, sha256));
  };
  return PromiseWorker<Parsed>::start(info.Env(), "zynqnet.parse", std::move(work), [](Napi::Env env, Parsed &parsed) -> Napi::Value {
    return classesOf(env).model.New({Napi::External<Parsed>::New(env, &parsed)});
  });
}

Napi::Value ModelObject::encode(const Napi::CallbackInfo &info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!info[0].IsObject()) {
      throw Napi::TypeError::New(info.Env(), "Expected a model description");
    }
    const Napi::Object description = info[0].As<Napi::Object>();
    Model model;
    if (!description.Get("headerJson").IsString() || !description.Get("convs").IsArray()) {
      throw Napi::TypeError::New(info.Env(), "Expected a string for 'headerJson' and an array for 'convs'");
    }
    model.headerJson = description.Get("headerJson").As<Napi::String>().Utf8Value();
    const Napi::Array convs = description.Get("convs").As<Napi::Array>();
    for (std::uint32_t i = 0; i < convs.Length(); ++i) {
      const Napi::Value conv = convs.Get(i);
      if (!conv.IsObject()) {
        throw Napi::TypeError::New(info.Env(), "Expected an object for each of 'convs'");
      }
      model.weights.push_back(convFrom(conv.As<Napi::Object>()));
    }
    model.logitScale = vectorOf<Napi::Float32Array, float>(description, "logitScale");
    model.logitOffset = vectorOf<Napi::Float32Array, float>(description, "logitOffset");
    return arrayOf<Napi::Uint8Array>(info.Env(), encodeModel(std::move(model)));
  });
}

std::shared_ptr<const Model> ModelObject::from(const Napi::Value &value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&modelTag)) {
    throw Napi::TypeError::New(value.Env(), "Expected a model from parseModel()");
  }
  const std::shared_ptr<const ParsedModel> &parsed = Unwrap(value.As<Napi::Object>())->parsed_;
  return {parsed, &parsed->model};
}

Napi::Value ModelObject::headerJson(const Napi::CallbackInfo &info) { return Napi::String::New(info.Env(), parsed_->model.headerJson); }

Napi::Value ModelObject::classes(const Napi::CallbackInfo &info) { return Napi::Number::New(info.Env(), parsed_->model.classes); }

Napi::Value ModelObject::logitScale(const Napi::CallbackInfo &info) {
  return arrayOf<Napi::Float32Array>(info.Env(), parsed_->model.logitScale);
}

Napi::Value ModelObject::logitOffset(const Napi::CallbackInfo &info) {
  return arrayOf<Napi::Float32Array>(info.Env(), parsed_->model.logitOffset);
}

Napi::Value ModelObject::convCount(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), static_cast<double>(parsed_->model.weights.size()));
}

std::size_t ModelObject::indexOf(const Napi::CallbackInfo &info) const {
  const double index = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : -1.0;
  if (!(index >= 0.0 && index < static_cast<double>(parsed_->model.weights.size()))) {
    throw Napi::RangeError::New(info.Env(), "Expected a convolution from 0 to " + std::to_string(parsed_->model.weights.size() - 1));
  }
  return static_cast<std::size_t>(index);
}

Napi::Value ModelObject::conv(const Napi::CallbackInfo &info) {
  const ConvWeights &conv = parsed_->model.weights[indexOf(info)];
  Napi::Object result = Napi::Object::New(info.Env());
  if (parsed_->model.arithmetic == Arithmetic::float32) {
    result.Set("weights", arrayOf<Napi::Float32Array>(info.Env(), conv.floatWeights));
    result.Set("bias", arrayOf<Napi::Float32Array>(info.Env(), conv.floatBias));
    return result;
  }
  result.Set("weights", arrayOf<Napi::Int8Array>(info.Env(), conv.weights));
  result.Set("bias", arrayOf<Napi::Int32Array>(info.Env(), conv.bias));
  result.Set("multiplier", arrayOf<Napi::Uint16Array>(info.Env(), conv.multiplier));
  result.Set("shift", arrayOf<Napi::Uint8Array>(info.Env(), conv.shift));
  return result;
}

Napi::Value ModelObject::section(const Napi::CallbackInfo &info) {
  const SectionInfo &section = parsed_->sections[indexOf(info)];
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("storedBytes", section.storedBytes);
  result.Set("coding", section.coding);
  result.Set("codebookSize", section.codebookSize);
  result.Set("nonZero", static_cast<double>(section.nonZero));
  return result;
}

} // namespace zynqnet
