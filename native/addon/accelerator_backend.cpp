#include "addon/accelerator_backend.hpp"

#include "core/error.hpp"
#include "accelerator/accelerator_engine.hpp"
#include "platform/board_accelerator.hpp"
#include "accelerator/self_test.hpp"
#include "sim/devices/simulators.hpp"

#include <mutex>
#include <utility>

namespace zynqnet {
namespace {

platform::BoardConfig boardOf(const AcceleratorChoice &choice) {
  platform::BoardConfig board;
  board.root = choice.root;
  board.uio = choice.uio;
  board.udmabuf = choice.udmabuf;
  board.registerAddress = choice.registerAddress;
  board.memoryAddress = choice.memoryAddress;
  board.memoryBytes = choice.memoryBytes;
  board.bitstream = choice.bitstream;
  board.driver.runTimeout = std::chrono::milliseconds(choice.timeoutMs);
  return board;
}

/// Accelerators that are open, by what was chosen: all engines of the process share them, worker threads included.
class OpenAccelerators {
public:
  std::shared_ptr<sim::Simulator> get(const std::string &backend, const AcceleratorChoice &choice) {
    const std::lock_guard lock(mutex_);
    std::weak_ptr<sim::Simulator> &known = open_[keyOf(backend, choice)];
    std::shared_ptr<sim::Simulator> accelerator = known.lock();
    if (!accelerator) {
      accelerator = std::make_shared<sim::Simulator>(open(backend, choice));
      known = accelerator;
    } else if (backend == "fpga") {
      accelerator->driver->setRunTimeout(std::chrono::milliseconds(choice.timeoutMs)); // as configured now
    }
    return accelerator;
  }

private:
  static std::string keyOf(const std::string &backend, const AcceleratorChoice &choice) {
    if (backend == "fpga") { // there is one board
      return backend + "|" + choice.root + "|" + choice.uio + "|" + std::to_string(choice.registerAddress.value_or(0));
    }
    return backend + "|" + choice.preset + "|" + std::to_string(choice.backPressure) + "|" + std::to_string(choice.seed);
  }

  static sim::Simulator open(const std::string &backend, const AcceleratorChoice &choice) {
    if (!isAcceleratorBackend(backend)) {
      throw Error("ENGINE_UNKNOWN", "'" + backend + "' is no accelerator");
    }
    if (backend != "fpga") {
      sim::SimulatorOptions options;
      options.preset = choice.preset;
      options.backPressure = choice.backPressure;
      options.seed = choice.seed;
      if (choice.memoryBytes != 0) {
        options.memoryBytes = choice.memoryBytes;
      }
      return backend == "rtl" ? sim::openRtl(options) : sim::openFunctional(options);
    }
    return {platform::openAccelerator(boardOf(choice)), [] { return std::map<std::uint32_t, std::uint64_t>{}; }};
  }

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<sim::Simulator>> open_;
};

OpenAccelerators &openAccelerators() {
  static OpenAccelerators accelerators;
  return accelerators;
}

/// An accelerator engine that keeps its simulator, and can tell what a frame cost.
class ReportingEngine final : public Engine {
public:
  ReportingEngine(std::shared_ptr<sim::Simulator> accelerator, std::shared_ptr<const Model> model, const std::string &name)
      : accelerator_(std::move(accelerator)), engine_(accelerator::createAcceleratorEngine(accelerator_->driver, std::move(model), name)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return engine_->name(); }
  [[nodiscard]] unsigned concurrency() const noexcept override { return engine_->concurrency(); }
  void run(std::span<const std::uint8_t> input, Logits &logits) override { engine_->run(input, logits); }
  void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) override { engine_->runAllTensors(input, logits, tensors); }

  void reset() override { engine_->reset(); }
  void reload() override { engine_->reload(); }

  [[nodiscard]] AcceleratorReport report(bool operators) const {
    const accelerator::Preset &preset = accelerator_->driver->preset();
    const accelerator::RunCounters run = engine_->lastRun();
    const accelerator::DriverCounters driver = accelerator_->driver->counters();
    return {std::string(preset.name), preset.clockMHz, preset.multipliers(), run.cycles, run.macs, run.arrayCycles, run.stallReadCycles,
            run.stallWriteCycles, run.stallWeightsCycles, run.readBytes, run.writeBytes, driver.runs, driver.failures, driver.timeouts,
            driver.resets, driver.reloads, driver.lostInterrupts,
            operators ? accelerator_->trace() : std::map<std::uint32_t, std::uint64_t>{}};
  }

private:
  std::shared_ptr<sim::Simulator> accelerator_;
  std::unique_ptr<accelerator::AcceleratorEngine> engine_;
};

} // namespace

bool isAcceleratorBackend(const std::string &backend) { return backend == "fpga" || backend == "rtl" || backend == "model"; }

std::vector<std::string> acceleratorBackends() {
  std::vector<std::string> backends{"fpga", "model"};
  if (sim::haveRtl()) {
    backends.emplace_back("rtl");
  }
  return backends;
}

std::unique_ptr<Engine> createAcceleratorBackend(std::shared_ptr<const Model> model, const std::string &backend, const AcceleratorChoice &choice) {
  auto accelerator = openAccelerators().get(backend, choice);
  const std::string name = backend + "-" + std::string(accelerator->driver->preset().name);
  return std::make_unique<ReportingEngine>(std::move(accelerator), std::move(model), name);
}

std::optional<AcceleratorReport> reportOf(Engine &engine, bool operators) {
  const auto *reporting = dynamic_cast<const ReportingEngine *>(&engine);
  return reporting != nullptr ? std::optional(reporting->report(operators)) : std::nullopt;
}

AcceleratorFacts identifyAccelerator(const std::string &backend, const AcceleratorChoice &choice) {
  platform::AcceleratorIdentity found;
  if (backend == "fpga") {
    found = platform::identifyAccelerator(boardOf(choice));
  } else { // a simulated one opens only if it is right
    found = {accelerator::identity, accelerator::interfaceVersion, openAccelerators().get(backend, choice)->driver->preset()};
  }
  AcceleratorFacts facts{found.id, found.version, "", 0, 0, 0};
  if (found.build) {
    facts = {found.id, found.version, std::string(found.build->name), found.build->clockMHz, found.build->multipliers(), found.build->ports};
  }
  return facts;
}

std::size_t copyThroughAccelerator(const std::string &backend, const AcceleratorChoice &choice, std::uint32_t rounds) {
  return accelerator::selfTest(*openAccelerators().get(backend, choice)->driver, rounds);
}

} // namespace zynqnet
