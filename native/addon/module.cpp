// What the addon exports: NativeAddon of daemon/native/addon.ts.
#include "addon/module.hpp"

#include "addon/board_functions.hpp"
#include "addon/compress_functions.hpp"
#include "addon/engine_factory.hpp"
#include "addon/engine_object.hpp"
#include "addon/model_object.hpp"
#include "addon/notify_function.hpp"
#include "addon/typed_arrays.hpp"
#include "addon/v4l2_object.hpp"

#include <memory>

namespace zynqnet {

Classes &classesOf(Napi::Env env) { return *env.GetInstanceData<Classes>(); }

} // namespace zynqnet

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace zynqnet;
  auto classes = std::make_unique<Classes>();
  classes->model = Napi::Persistent(ModelObject::define(env));
  classes->engine = Napi::Persistent(EngineObject::define(env));
  env.SetInstanceData(classes.release()); // owned by the environment from here on

  Napi::Array features = Napi::Array::New(env);
  for (const std::string &feature : availableFeatures()) {
    features.Set(features.Length(), feature);
  }
  Napi::Array accelerators = Napi::Array::New(env);
  for (const std::string &accelerator : availableAccelerators()) {
    accelerators.Set(accelerators.Length(), accelerator);
  }
  exports.Set("version", ZYNQNET_VERSION);
  exports.Set("features", features);
  exports.Set("accelerators", accelerators);
  exports.Set("parseModel", Napi::Function::New<&ModelObject::parse>(env, "parseModel"));
  exports.Set("openModel", Napi::Function::New<&ModelObject::open>(env, "openModel"));
  exports.Set("encodeModel", Napi::Function::New<&ModelObject::encode>(env, "encodeModel"));
  exports.Set("createEngine", Napi::Function::New<&EngineObject::create>(env, "createEngine"));
  exports.Set("openEngine", Napi::Function::New<&EngineObject::open>(env, "openEngine"));
  exports.Set("compress", compressFunctions(env));
  exports.Set("notifyService", Napi::Function::New<&notifyServiceFunction>(env, "notifyService"));
  exports.Set("board", boardFunctions(env));
  exports.Set("openV4l2", Napi::Function::New<&openV4l2>(env, "openV4l2"));
  exports.Set("describeV4l2", Napi::Function::New<&describeV4l2>(env, "describeV4l2"));
  return exports;
}

} // namespace

NODE_API_MODULE(zynqnet, initialise)
