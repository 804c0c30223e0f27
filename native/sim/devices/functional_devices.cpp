#include "sim/devices/functional_devices.hpp"

#include "core/error.hpp"
#include "sim/devices/simulated_memory.hpp"

#include <string>
#include <utility>
#include <vector>

namespace zynqnet::sim {
namespace {

/// Time passes only while the driver waits: a stuck list costs no real time.
class FunctionalWindow final : public accelerator::RegisterWindow {
public:
  FunctionalWindow(std::shared_ptr<FunctionalSimulator> model, bool interrupt) : model_(std::move(model)), interrupt_(interrupt) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return model_->read(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override { model_->write(offset, value); }
  [[nodiscard]] std::string where() const override { return "the functional simulator"; }
  [[nodiscard]] bool hasInterrupt() const noexcept override { return interrupt_; }
  [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override {
    if (model_->interrupt()) {
      return true;
    }
    time_ += timeout;
    return false;
  }
  [[nodiscard]] std::chrono::nanoseconds now() const override { return time_; }
  void pause(std::chrono::microseconds time) override { time_ += time; }

private:
  std::shared_ptr<FunctionalSimulator> model_;
  bool interrupt_;
  std::chrono::nanoseconds time_{0};
};

} // namespace

const accelerator::Preset &presetNamed(std::string_view name) {
  std::string known;
  for (const accelerator::Preset &preset : accelerator::presets) {
    if (preset.name == name) {
      return preset;
    }
    known += (known.empty() ? "" : ", ") + std::string(preset.name);
  }
  throw Error("ENGINE_UNSUPPORTED", "there is no accelerator preset '" + std::string(name) + "'; there are " + known);
}

FunctionalDevices createFunctionalDevices(const accelerator::Preset &preset, std::uint32_t memoryBytes, bool interrupt) {
  struct Both {
    Both(const accelerator::Preset &build, std::uint32_t bytes) : memory(bytes), model(build, memory, simulatedBusAddress) {}
    std::vector<std::uint8_t> memory;
    FunctionalSimulator model;
  };
  const auto both = std::make_shared<Both>(preset, memoryBytes);
  FunctionalDevices devices;
  devices.model = {both, &both->model};
  devices.registers = std::make_unique<FunctionalWindow>(devices.model, interrupt);
  devices.memory = std::make_unique<SimulatedMemory>(both, both->memory);
  return devices;
}

} // namespace zynqnet::sim
