#include "addon/accelerator_options.hpp"

#include <string>

namespace zynqnet {
namespace {

std::string text(const std::string &key, const Napi::Value &value) {
  if (!value.IsString()) {
    throw Napi::TypeError::New(value.Env(), "Expected a string for 'accelerator." + key + "'");
  }
  return value.As<Napi::String>().Utf8Value();
}

std::uint32_t number(const std::string &key, const Napi::Value &value) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1.0;
  if (!(number >= 0.0 && number <= 4294967295.0)) {
    throw Napi::TypeError::New(value.Env(), "Expected a whole number of 32 bits for 'accelerator." + key + "'");
  }
  return static_cast<std::uint32_t>(number);
}

} // namespace

AcceleratorChoice acceleratorChoice(const Napi::Value &options) {
  AcceleratorChoice choice;
  if (options.IsUndefined()) {
    return choice;
  }
  if (!options.IsObject()) {
    throw Napi::TypeError::New(options.Env(), "Expected an object for 'accelerator'");
  }
  const Napi::Object object = options.As<Napi::Object>();
  const Napi::Array keys = object.GetPropertyNames();
  for (std::uint32_t k = 0; k < keys.Length(); ++k) {
    const std::string key = Napi::Value(keys.Get(k)).As<Napi::String>().Utf8Value();
    const Napi::Value value = object.Get(key);
    if (value.IsUndefined()) {
      continue;
    }
    if (key == "preset") {
      choice.preset = text(key, value);
    } else if (key == "backPressure") {
      choice.backPressure = value.ToBoolean();
    } else if (key == "seed") {
      choice.seed = number(key, value);
    } else if (key == "root") {
      choice.root = text(key, value);
    } else if (key == "uio") {
      choice.uio = text(key, value);
    } else if (key == "udmabuf") {
      choice.udmabuf = text(key, value);
    } else if (key == "registerAddress") {
      choice.registerAddress = number(key, value);
    } else if (key == "memoryAddress") {
      choice.memoryAddress = number(key, value);
    } else if (key == "memoryBytes") {
      choice.memoryBytes = number(key, value);
    } else if (key == "bitstream") {
      choice.bitstream = text(key, value);
    } else if (key == "timeoutMs") {
      choice.timeoutMs = number(key, value);
    } else {
      throw Napi::TypeError::New(options.Env(), "Unknown option 'accelerator." + key + "'");
    }
  }
  return choice;
}

namespace {

void set(Napi::Object &object, const char *key, std::uint64_t value) {
  object.Set(key, Napi::Number::New(object.Env(), static_cast<double>(value)));
}

} // namespace

Napi::Value countersObject(Napi::Env env, const AcceleratorReport &report) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("preset", report.preset);
  set(object, "clockMHz", report.clockMHz);
  set(object, "cycles", report.cycles);
  set(object, "runs", report.runs);
  set(object, "failures", report.failures);
  set(object, "timeouts", report.timeouts);
  set(object, "resets", report.resets);
  set(object, "reloads", report.reloads);
  set(object, "lostInterrupts", report.lostInterrupts);
  return object;
}

Napi::Value reportObject(Napi::Env env, const AcceleratorReport &report) {
  Napi::Object object = countersObject(env, report).As<Napi::Object>();
  set(object, "multipliers", report.multipliers);
  set(object, "macs", report.macs);
  set(object, "arrayCycles", report.arrayCycles);
  set(object, "stallReadCycles", report.stallReadCycles);
  set(object, "stallWriteCycles", report.stallWriteCycles);
  set(object, "stallWeightsCycles", report.stallWeightsCycles);
  set(object, "ddrReadBytes", report.ddrReadBytes);
  set(object, "ddrWriteBytes", report.ddrWriteBytes);
  Napi::Array operators = Napi::Array::New(env);
  for (const auto &[index, cycles] : report.operatorCycles) {
    Napi::Object row = Napi::Object::New(env);
    set(row, "op", index);
    set(row, "cycles", cycles);
    operators.Set(operators.Length(), row);
  }
  object.Set("operatorCycles", operators);
  return object;
}

} // namespace zynqnet
