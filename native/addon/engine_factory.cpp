#include "addon/engine_factory.hpp"

#include "core/error.hpp"
#include "core/scalar_engine.hpp"

#include "cpu/engines.hpp"

#include <utility>

namespace zynqnet {

std::unique_ptr<Engine> createEngine(std::shared_ptr<const Model> model, const std::string &backend, unsigned threads,
                                     const AcceleratorChoice &accelerator) {
  if (backend == "scalar") {
    return createScalarEngine(std::move(model));
  }
  if (isAcceleratorBackend(backend)) {
    return createAcceleratorBackend(std::move(model), backend, accelerator);
  }
  return createCpuEngine(std::move(model), backend, threads);
}

std::vector<std::string> availableFeatures() {
  std::vector<std::string> features{"scalar"};
  for (std::string &feature : cpuFeatures()) {
    features.push_back(std::move(feature));
  }
  return features;
}

std::vector<std::string> availableAccelerators() { return acceleratorBackends(); }

} // namespace zynqnet
