// Backends `functional-sim` and `rtl`: accelerators in this process.
#include "addon/accelerator_backend.hpp"

#include "sim/devices/simulators.hpp"

namespace zynqnet {
namespace {

sim::SimulatorOptions simulatorOptions(const AcceleratorChoice &choice) {
  sim::SimulatorOptions options;
  options.preset = choice.preset;
  options.backPressure = choice.backPressure;
  options.seed = choice.seed;
  if (choice.memoryBytes != 0) {
    options.memoryBytes = choice.memoryBytes;
  }
  return options;
}

class SimulatedBackend : public AcceleratorBackend {
public:
  [[nodiscard]] std::string keyOf(const AcceleratorChoice &choice) const override {
    return choice.preset + "|" + std::to_string(choice.backPressure) + "|" + std::to_string(choice.seed);
  }
};

class FunctionalBackend final : public SimulatedBackend {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "functional-sim"; }
  [[nodiscard]] accelerator::AcceleratorDevice open(const AcceleratorChoice &choice) const override {
    return sim::openFunctional(simulatorOptions(choice));
  }
};

class RtlBackend final : public SimulatedBackend {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "rtl"; }
  [[nodiscard]] bool available() const override { return sim::haveRtl(); }
  [[nodiscard]] accelerator::AcceleratorDevice open(const AcceleratorChoice &choice) const override {
    return sim::openRtl(simulatorOptions(choice));
  }
};

} // namespace

std::vector<std::unique_ptr<AcceleratorBackend>> simulatedBackends() {
  std::vector<std::unique_ptr<AcceleratorBackend>> backends;
  backends.push_back(std::make_unique<FunctionalBackend>());
  backends.push_back(std::make_unique<RtlBackend>());
  return backends;
}

} // namespace zynqnet
