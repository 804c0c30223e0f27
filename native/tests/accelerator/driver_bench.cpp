// What the driver itself costs per frame: start to result without the engine's work, and without packing the frame.
// Usage: zynqnet_bench_driver [frames]
#include "accelerator/accelerator_engine.hpp"
#include "core/model.hpp"
#include "lowering/program.hpp"
#include "sim/devices/functional_devices.hpp"
#include "tests/support/random_model.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

using namespace zynqnet;

double processorUs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

/// An accelerator that is done the moment it starts, once the first frame has run; its time does not count as the driver's.
class InstantWindow final : public accelerator::RegisterWindow {
public:
  explicit InstantWindow(std::unique_ptr<accelerator::RegisterWindow> real) : real_(std::move(real)) {}
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override {
    return instant && offset == accelerator::reg::irqStatus ? 1 : real_->read(offset);
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (!instant || offset != accelerator::reg::control) {
      real_->write(offset, value);
    }
  }
  [[nodiscard]] std::string where() const override { return "the bench"; }
  [[nodiscard]] bool hasInterrupt() const noexcept override { return true; }
  [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override { return instant || real_->waitInterrupt(timeout); }
  static inline bool instant = false;

private:
  std::unique_ptr<accelerator::RegisterWindow> real_;
};

} // namespace

int main(int argc, char **argv) {
  const int frames = argc > 1 ? std::atoi(argv[1]) : 200;
  sim::FunctionalDevices devices = sim::createFunctionalDevices(sim::presetNamed(accelerator::defaultPreset), 64U << 20U);
  const auto driver =
      std::make_shared<accelerator::Accelerator>(std::make_unique<InstantWindow>(std::move(devices.registers)), std::move(devices.memory));
  const auto model = tests::randomZynqNet(1, 1024, Arithmetic::int8);
  const auto engine = accelerator::createAcceleratorEngine(driver, model, "bench");
  const auto frame = tests::randomFrame(2, *model);
  Logits logits;
  InstantWindow::instant = true;
  std::vector<double> whole, packing;
  accelerator::LowerOptions options;
  const auto program = accelerator::lower(*model, driver->preset(), options);
  std::vector<std::uint8_t> target(program.input.bytes());
  for (int f = 0; f < frames; ++f) { // in turns: the difference is what counts
    const double start = processorUs();
    engine->run(frame, logits);
    const double ran = processorUs();
    accelerator::packFrame(program.input, frame, target);
    whole.push_back(ran - start);
    packing.push_back(processorUs() - ran);
  }
  std::nth_element(whole.begin(), whole.begin() + frames / 2, whole.end());
  std::nth_element(packing.begin(), packing.begin() + frames / 2, packing.end());
  const double run = whole[static_cast<std::size_t>(frames) / 2], pack = packing[static_cast<std::size_t>(frames) / 2];
  std::printf("{\"frames\":%d,\"runUs\":%.1f,\"packFrameUs\":%.1f,\"startToResultUs\":%.1f}\n", frames, run, pack, run - pack);
  return 0;
}
