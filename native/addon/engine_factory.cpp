#include "addon/engine_factory.hpp"

#include "core/error.hpp"
#include "core/scalar_engine.hpp"

#ifdef ZYNQNET_HAVE_CPU
#include "cpu/engines.hpp"
#endif

#include <utility>

namespace zynqnet {

std::unique_ptr<Engine> createEngine(std::shared_ptr<const Model> model, const std::string &backend, unsigned threads,
                                     const AcceleratorChoice &accelerator) {
  (void)threads;
  (void)accelerator;
  if (backend == "scalar") {
    return createScalarEngine(std::move(model));
  }
#ifdef ZYNQNET_HAVE_ACCELERATOR
  if (isAcceleratorBackend(backend)) {
    return createAcceleratorBackend(std::move(model), backend, accelerator);
  }
#endif
#ifdef ZYNQNET_HAVE_CPU
  return createCpuEngine(std::move(model), backend, threads);
#else
  if (backend == "auto") {
    return createScalarEngine(std::move(model));
  }
  throw Error("ENGINE_UNKNOWN", "this build has no backend '" + backend + "'");
#endif
}

std::vector<std::string> availableFeatures() {
  std::vector<std::string> features{"scalar"};
#ifdef ZYNQNET_HAVE_CPU
  for (std::string &feature : cpuFeatures()) {
    features.push_back(std::move(feature));
  }
#endif
  return features;
}

std::vector<std::string> availableAccelerators() {
#ifdef ZYNQNET_HAVE_ACCELERATOR
  return acceleratorBackends();
#else
  return {};
#endif
}

} // namespace zynqnet
