// The Verilated accelerator as the driver meets it. Its clock runs only while the driver accesses or waits.
#include "sim/devices/functional_devices.hpp"
#include "sim/devices/rtl_source.hpp"
#include "sim/devices/simulated_memory.hpp"
#include "sim/devices/simulators.hpp"

#include <utility>

namespace zynqnet::sim {
namespace {

using accelerator::controlBits::start;

class RtlWindow final : public accelerator::RegisterWindow {
public:
  explicit RtlWindow(std::shared_ptr<AcceleratorModel> model) : model_(std::move(model)) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return model_->readRegister(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (offset == accelerator::reg::control && (value & start.mask()) != 0) {
      model_->clearTrace();
    }
    model_->writeRegister(offset, value);
  }
  [[nodiscard]] std::string where() const override { return "the RTL simulation"; }
  [[nodiscard]] bool hasInterrupt() const noexcept override { return true; }
  [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override { return runFor(timeout); }
  [[nodiscard]] std::chrono::nanoseconds now() const override {
    return std::chrono::nanoseconds(model_->cycles() * 1000 / model_->preset().clockMHz);
  }
  void pause(std::chrono::microseconds time) override { (void)runFor(time); }

private:
  bool runFor(std::chrono::microseconds time) {
    const std::uint64_t cycles = static_cast<std::uint64_t>(time.count()) * model_->preset().clockMHz;
    for (std::uint64_t c = 0; c < cycles && !model_->interrupt(); ++c) {
      model_->tick();
    }
    return model_->interrupt();
  }

  std::shared_ptr<AcceleratorModel> model_;
};

} // namespace

bool haveRtl() noexcept { return haveModels(); }

accelerator::AcceleratorDevice openRtl(const SimulatorOptions &options) {
  const accelerator::Preset &preset = presetNamed(options.preset);
  MemoryConditions conditions;
  conditions.seed = options.seed;
  conditions.stallShare = options.backPressure ? conditions.stallShare : 0;
  conditions.bytesPerCycle = boardBytesPerCycle(preset);
  const std::shared_ptr<AcceleratorModel> model = modelOf(preset, options.memoryBytes, conditions);
  accelerator::DriverOptions driver;
  driver.progressTimeout = std::chrono::milliseconds(1); // simulated time is dear
  auto accelerator = std::make_shared<accelerator::Accelerator>(std::make_unique<RtlWindow>(model),
                                                                std::make_unique<SimulatedMemory>(model, model->memory().bytes()), driver);
  return {std::move(accelerator), [model] { return model->trace(); }};
}

} // namespace zynqnet::sim
