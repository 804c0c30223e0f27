#include "addon/board_functions.hpp"

#include "addon/accelerator_options.hpp"
#include "addon/promise_worker.hpp"
#include "addon/typed_arrays.hpp"

#include "platform/processing_system.hpp"

#include <optional>
#include <string>

namespace zynqnet {
namespace {

struct Question {
  std::string backend = "fpga";
  AcceleratorChoice choice;
};

/// `{ backend, accelerator }`, both optional.
Question questionFrom(const Napi::CallbackInfo &info) {
  Question question;
  if (info[0].IsUndefined()) {
    return question;
  }
  if (!info[0].IsObject()) {
    throw Napi::TypeError::New(info.Env(), "Expected an object with 'backend' and 'accelerator'");
  }
  const Napi::Object object = info[0].As<Napi::Object>();
  if (object.Get("backend").IsString()) {
    question.backend = object.Get("backend").As<Napi::String>().Utf8Value();
  }
  question.choice = acceleratorChoice(object.Get("accelerator"));
  return question;
}

Napi::Value processingSystem(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const std::string root = info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "/";
    const platform::ProcessingSystem system = platform::readProcessingSystem(root);
    Napi::Object object = Napi::Object::New(env);
    object.Set("clockMHz", system.clockMHz ? Napi::Number::New(env, *system.clockMHz) : env.Null());
    object.Set("clockRuns", system.clockRuns);
    object.Set("levelShifters", system.levelShifters);
    object.Set("inReset", system.inReset);
    Napi::Array ports = Napi::Array::New(env);
    for (const platform::PortWidth &width : system.ports) {
      Napi::Object port = Napi::Object::New(env);
      port.Set("port", ports.Length());
      port.Set("readBits", width.read);
      port.Set("writeBits", width.write);
      ports.Set(ports.Length(), port);
    }
    object.Set("ports", ports);
    return object;
  });
}

Napi::Value buildObject(Napi::Env env, AcceleratorFacts &facts) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", facts.id);
  object.Set("major", facts.version >> 16U);
  object.Set("minor", facts.version & 0xFFFFU);
  object.Set("preset", facts.preset);
  object.Set("clockMHz", facts.clockMHz);
  object.Set("multipliers", facts.multipliers);
  object.Set("ports", facts.ports);
  return object;
}

Napi::Value acceleratorBuild(const Napi::CallbackInfo &info) {
  return PromiseWorker<AcceleratorFacts>::start(
      info.Env(), "zynqnet.build", [question = questionFrom(info)] { return identifyAccelerator(question.backend, question.choice); },
      buildObject);
}

Napi::Value acceleratorCopy(const Napi::CallbackInfo &info) {
  constexpr std::uint32_t rounds = 64;
  auto work = [question = questionFrom(info)] { return copyThroughAccelerator(question.backend, question.choice, rounds); };
  auto convert = [](Napi::Env env, std::size_t &bytes) -> Napi::Value {
    Napi::Object object = Napi::Object::New(env);
    object.Set("bytes", Napi::Number::New(env, static_cast<double>(bytes)));
    return object;
  };
  return PromiseWorker<std::size_t>::start(info.Env(), "zynqnet.copy", std::move(work), convert);
}

} // namespace

Napi::Object boardFunctions(Napi::Env env) {
  Napi::Object board = Napi::Object::New(env);
  board.Set("processingSystem", Napi::Function::New<&processingSystem>(env, "processingSystem"));
  board.Set("acceleratorBuild", Napi::Function::New<&acceleratorBuild>(env, "acceleratorBuild"));
  board.Set("acceleratorCopy", Napi::Function::New<&acceleratorCopy>(env, "acceleratorCopy"));
  return board;
}

} // namespace zynqnet
