#include "addon/accelerators.hpp"

#include "accelerator/accelerator_engine.hpp"
#include "accelerator/self_test.hpp"
#include "addon/accelerator_backend.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace zynqnet {
namespace {

using accelerator::AcceleratorDevice;

const std::vector<std::unique_ptr<AcceleratorBackend>> &backends() {
  static const auto all = [] {
    std::vector<std::unique_ptr<AcceleratorBackend>> list = simulatedBackends();
    list.insert(list.begin(), boardBackend());
    return list;
  }();
  return all;
}

const AcceleratorBackend *findBackend(const std::string &name) {
  const auto found = std::find_if(backends().begin(), backends().end(), [&](const auto &backend) { return backend->name() == name; });
  return found == backends().end() ? nullptr : found->get();
}

const AcceleratorBackend &backendNamed(const std::string &name) {
  const AcceleratorBackend *backend = findBackend(name);
  if (backend == nullptr) {
    throw Error("ENGINE_UNKNOWN", "'" + name + "' is no accelerator of this build");
  }
  return *backend;
}

/// Accelerators that are open, by what was chosen: all engines of the process share them, worker threads included.
class OpenAccelerators {
public:
  std::shared_ptr<AcceleratorDevice> get(const AcceleratorBackend &backend, const AcceleratorChoice &choice) {
    const std::lock_guard lock(mutex_);
    std::weak_ptr<AcceleratorDevice> &known = open_[std::string(backend.name()) + "|" + backend.keyOf(choice)];
    std::shared_ptr<AcceleratorDevice> device = known.lock();
    if (device) {
      backend.update(*device->driver, choice);
    } else {
      device = std::make_shared<AcceleratorDevice>(backend.open(choice));
      known = device;
    }
    return device;
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<AcceleratorDevice>> open_;
};

OpenAccelerators &openAccelerators() {
  static OpenAccelerators accelerators;
  return accelerators;
}

/// An accelerator engine that keeps its accelerator open, and reports what a frame cost.
class ReportingEngine final : public Engine {
public:
  ReportingEngine(std::shared_ptr<AcceleratorDevice> device, std::shared_ptr<const Model> model, const std::string &name)
      : device_(std::move(device)), engine_(accelerator::createAcceleratorEngine(device_->driver, std::move(model), name)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return engine_->name(); }
  [[nodiscard]] unsigned concurrency() const noexcept override { return engine_->concurrency(); }
  void run(std::span<const std::uint8_t> input, Logits &logits) override { engine_->run(input, logits); }
  void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) override {
    engine_->runAllTensors(input, logits, tensors);
  }

  void reset() override { engine_->reset(); }
  void reload() override { engine_->reload(); }

  [[nodiscard]] AcceleratorReport report(bool operators) const {
    const accelerator::Preset &preset = device_->driver->preset();
    const accelerator::RunCounters run = engine_->lastRun();
    const accelerator::DriverCounters driver = device_->driver->counters();
    return {std::string(preset.name),
            preset.clockMHz,
            preset.multipliers(),
            run.cycles,
            run.macs,
            run.arrayCycles,
            run.stallReadCycles,
            run.stallWriteCycles,
            run.stallWeightsCycles,
            run.readBytes,
            run.writeBytes,
            driver.runs,
            driver.failures,
            driver.timeouts,
            driver.resets,
            driver.reloads,
            driver.lostInterrupts,
            operators ? device_->operatorCycles() : std::map<std::uint32_t, std::uint64_t>{}};
  }

private:
  std::shared_ptr<AcceleratorDevice> device_;
  std::unique_ptr<accelerator::AcceleratorEngine> engine_;
};

} // namespace

bool isAcceleratorBackend(const std::string &backend) { return findBackend(backend) != nullptr; }

std::vector<std::string> acceleratorBackends() {
  std::vector<std::string> names;
  for (const auto &backend : backends()) {
    if (backend->available()) {
      names.emplace_back(backend->name());
    }
  }
  return names;
}

std::unique_ptr<Engine> createAcceleratorBackend(std::shared_ptr<const Model> model, const std::string &backend,
                                                 const AcceleratorChoice &choice) {
  auto device = openAccelerators().get(backendNamed(backend), choice);
  const std::string name = backend + "-" + std::string(device->driver->preset().name);
  return std::make_unique<ReportingEngine>(std::move(device), std::move(model), name);
}

std::optional<AcceleratorReport> reportOf(Engine &engine, bool operators) {
  const auto *reporting = dynamic_cast<const ReportingEngine *>(&engine);
  return reporting != nullptr ? std::optional(reporting->report(operators)) : std::nullopt;
}

AcceleratorFacts identifyAccelerator(const std::string &backend, const AcceleratorChoice &choice) {
  const AcceleratorBackend &chosen = backendNamed(backend);
  std::optional<accelerator::AcceleratorIdentity> found = chosen.identify(choice);
  if (!found) { // it opens only if it is right
    found = {accelerator::identity, accelerator::interfaceVersion, openAccelerators().get(chosen, choice)->driver->preset()};
  }
  AcceleratorFacts facts{found->id, found->version, "", 0, 0, 0};
  if (const std::optional<accelerator::Preset> &build = found->build) {
    facts = {found->id, found->version, std::string(build->name), build->clockMHz, build->multipliers(), build->ports};
  }
  return facts;
}

std::size_t copyThroughAccelerator(const std::string &backend, const AcceleratorChoice &choice, std::uint32_t rounds) {
  return accelerator::selfTest(*openAccelerators().get(backendNamed(backend), choice)->driver, rounds);
}

} // namespace zynqnet
