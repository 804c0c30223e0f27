// The driver against an accelerator that misbehaves.
#include "accelerator/accelerator_engine.hpp"
#include "accelerator/check_program.hpp"
#include "core/scalar_engine.hpp"
#include "sim/devices/functional_devices.hpp"
#include "tests/support/check_refused.hpp"
#include "tests/support/random_model.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

using namespace zynqnet;
using namespace zynqnet::accelerator;
using namespace zynqnet::tests;

namespace {

constexpr std::uint32_t memoryBytes = 32U << 20U;
const Preset &preset = sim::presetNamed(defaultPreset);

/// A window with registers that lie.
class LyingWindow final : public RegisterWindow {
public:
  LyingWindow(std::unique_ptr<RegisterWindow> honest, std::map<std::uint32_t, std::uint32_t> lies)
      : honest_(std::move(honest)), lies_(std::move(lies)) {}
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override {
    const auto lie = lies_.find(offset);
    return lie == lies_.end() ? honest_->read(offset) : lie->second;
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    ++writes;
    honest_->write(offset, value);
  }
  [[nodiscard]] std::string where() const override { return "the test"; }
  static inline int writes = 0;

private:
  std::unique_ptr<RegisterWindow> honest_;
  std::map<std::uint32_t, std::uint32_t> lies_;
};

void openLying(std::map<std::uint32_t, std::uint32_t> lies) {
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  LyingWindow::writes = 0;
  const Accelerator driver(std::make_unique<LyingWindow>(std::move(devices.registers), std::move(lies)), std::move(devices.memory));
}

TEST_CASE("identity, version and build come first") {
  openLying({});
  refusedSaying("ACCELERATOR_IDENTITY", "0xdeadbeef", [] { openLying({{reg::id, 0xDEADBEEF}}); });
  CHECK_MESSAGE(LyingWindow::writes == 0, "nothing is written to what is not the accelerator");
  refusedSaying("ACCELERATOR_IDENTITY", "version 9.3", [] { openLying({{reg::version, 0x00090003}}); });
  CHECK_MESSAGE(LyingWindow::writes == 0, "nothing is written to another version");
  openLying({{reg::version, interfaceVersion + 5}}); // a later minor version only adds
  refusedSaying("ACCELERATOR_BUILD", "without wide CONV", [] { openLying({{reg::capabilities, 3}}); });
  refusedSaying("ACCELERATOR_BUILD", "multipliers 77", [] { openLying({{reg::multipliers, 77}}); });
  refusedSaying("ACCELERATOR_BUILD", "contradict", [] { openLying({{reg::build0, 0}, {reg::multipliers, 0}}); });
}

/// Memory elsewhere, or smaller, than the model's.
class OtherMemory final : public DmaBuffer {
public:
  OtherMemory(std::unique_ptr<DmaBuffer> real, std::uint64_t address, std::size_t size)
      : real_(std::move(real)), address_(address), size_(size) {}
  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return real_->bytes().first(size_); }
  [[nodiscard]] std::uint64_t busAddress() const noexcept override { return address_; }
  [[nodiscard]] std::string where() const override { return "the test's memory"; }
  void syncForDevice(std::size_t, std::size_t) override {}
  void syncForCpu(std::size_t, std::size_t) override {}

private:
  std::unique_ptr<DmaBuffer> real_;
  std::uint64_t address_;
  std::size_t size_;
};

TEST_CASE("unusable DMA memory is refused") {
  const auto open = [](std::uint64_t address, std::size_t bytes) {
    sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
    return std::make_shared<Accelerator>(std::move(devices.registers),
                                         std::make_unique<OtherMemory>(std::move(devices.memory), address, bytes));
  };
  refusedSaying("ACCELERATOR_MEMORY", "multiple of 4096", [&] { (void)open(0x1C000010, memoryBytes); });
  refusedSaying("ACCELERATOR_MEMORY", "below 4 GiB", [&] { (void)open(0xFFFF0000, memoryBytes); });
  refusedSaying("ACCELERATOR_MEMORY", "below 4 GiB", [&] { (void)open(0x1'0000'0000ULL, memoryBytes); });
  refusedSaying("ACCELERATOR_MEMORY", "self-test", [&] { (void)open(0x1C000000, 4096); });
  const auto model = randomModel(3, Arithmetic::int8);
  refusedSaying("ACCELERATOR_MEMORY", "bytes of DMA memory",
                [&] { (void)createAcceleratorEngine(open(0x1C000000, 16384), model, "fpga"); });
  // A bus address where nothing answers: the self-test's own list cannot be read.
  refusedSaying("ACCELERATOR_FAILED", "readDecerr", [&] { (void)open(0x30000000, memoryBytes); });
}

TEST_CASE("a port of half the width shows") {
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  devices.model->faults().corruptWrites = true;
  refusedSaying("ACCELERATOR_SELFTEST", "64 bits wide",
                [&] { const Accelerator driver(std::move(devices.registers), std::move(devices.memory)); });
}

TEST_CASE("a program with addresses outside its memory is refused") {
  const auto model = randomModel(5, Arithmetic::int8);
  LowerOptions options;
  options.baseAddress = 0x1C000000;
  const Program good = lower(*model, preset, options);
  checkProgram(good, preset, options.baseAddress);
  refusedSaying("ACCELERATOR_MEMORY", "outside", [&] { checkProgram(good, preset, options.baseAddress + 4096); });
  Program small = good;
  small.totalBytes = static_cast<std::uint32_t>(small.image.size());
  refusedSaying("ACCELERATOR_MEMORY", "outside", [&] { checkProgram(small, preset, options.baseAddress); });
}

struct Rig {
  explicit Rig(bool interrupt = true, DriverOptions options = {}) {
    sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes, interrupt);
    model = devices.model;
    driver = std::make_shared<Accelerator>(std::move(devices.registers), std::move(devices.memory), std::move(options));
    network = randomModel(11, Arithmetic::int8);
    engine = createAcceleratorEngine(driver, network, "fpga");
    frame = randomFrame(11, *network);
    createScalarEngine(network)->run(frame, expected);
  }
  void works(const std::string &when) {
    Logits got;
    engine->run(frame, got);
    CHECK_MESSAGE(got.sums == expected.sums, (when + ": the right answer"));
  }
  void failsSaying(const char *code, const std::string &words) {
    Logits got;
    refusedSaying(code, words, [&] { engine->run(frame, got); });
  }
  std::shared_ptr<sim::FunctionalSimulator> model;
  std::shared_ptr<Accelerator> driver;
  std::shared_ptr<const Model> network;
  std::unique_ptr<AcceleratorEngine> engine;
  std::vector<std::uint8_t> frame;
  Logits expected;
};

void stuck(bool interrupt) {
  Rig rig(interrupt);
  rig.works("before");
  CHECK_MESSAGE((rig.engine->lastRun().macs > 0 && rig.engine->lastRun().readBytes > 0), "counters");
  rig.model->faults().hangAtCommand = 2;
  rig.failsSaying("ACCELERATOR_TIMEOUT", "command 2 of");
  CHECK_MESSAGE(rig.driver->counters().timeouts == 1, "the timeout is counted");
  rig.model->faults().hangAtCommand = -1;
  rig.works("after a timeout");
  rig.model->faults().hangAtCommand = 1;
  rig.model->faults().ignoreAbort = true;
  rig.failsSaying("ACCELERATOR_STUCK", "load the bitstream again");
  rig.failsSaying("ACCELERATOR_STUCK", "load the bitstream again"); // and it is not started again
  rig.model->faults() = {};
  rig.works("after it came back");
}

TEST_CASE("each error of the hardware names its operator") {
  Rig rig;
  for (const ErrorCode code : {ErrorCode::readSlverr, ErrorCode::readDecerr, ErrorCode::writeSlverr, ErrorCode::writeDecerr,
                               ErrorCode::badField, ErrorCode::timeout}) {
    rig.model->faults().failAtCommand = 1;
    rig.model->faults().failCode = code;
    rig.failsSaying("ACCELERATOR_FAILED", std::string(errorTexts[static_cast<std::size_t>(code)].name));
    rig.failsSaying("ACCELERATOR_FAILED", "of 'conv");
    rig.model->faults() = {};
    rig.works("after an error");
  }
  CHECK_MESSAGE(rig.driver->counters().failures == 12, "failures are counted");
}

TEST_CASE("a lost interrupt is noticed once") {
  Rig rig;
  rig.works("with interrupts");
  rig.model->faults().dropInterrupt = true;
  rig.works("without the line");
  rig.works("polling");
  CHECK_MESSAGE(rig.driver->counters().lostInterrupts == 1, "noticed once, then polled");
}

// A frame that ends together with a slice of the wait: its interrupt comes a moment later, and is not lost.
TEST_CASE("an interrupt that comes late is not lost") {
  class Late final : public RegisterWindow {
  public:
    explicit Late(std::unique_ptr<RegisterWindow> real) : real_(std::move(real)) {}
    [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return real_->read(offset); }
    void write(std::uint32_t offset, std::uint32_t value) override { real_->write(offset, value); }
    [[nodiscard]] std::string where() const override { return "the test"; }
    [[nodiscard]] bool hasInterrupt() const noexcept override { return true; }
    void armInterrupt() override { waits_ = 0; }
    [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override { return ++waits_ > 1 && real_->waitInterrupt(timeout); }

  private:
    std::unique_ptr<RegisterWindow> real_;
    int waits_ = 0;
  };
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  const Accelerator driver(std::make_unique<Late>(std::move(devices.registers)), std::move(devices.memory));
  CHECK_MESSAGE((driver.counters().runs == 2 && driver.counters().lostInterrupts == 0), "late is not lost");
}

TEST_CASE("nothing is touched while the FPGA is not configured") {
  bool configured = true;
  DriverOptions options;
  options.requireConfigured = [&] {
    if (!configured) {
      throw Error("ACCELERATOR_FPGA", "the FPGA is not configured");
    }
  };
  Rig rig(true, options);
  rig.model->faults().hangAtCommand = 0;
  configured = false; // someone is loading another bitstream
  rig.failsSaying("ACCELERATOR_FPGA", "not configured");
  configured = true;
  rig.model->faults() = {};
  rig.works("after the FPGA came back");
}

// The steps of recovery: reset, then the bitstream again. The program is written again, whatever has happened to it.
TEST_CASE("recovery: reset, then the bitstream again") {
  int configured = 0;
  bool loads = true;
  DriverOptions options;
  options.configure = [&] {
    ++configured;
    if (!loads) {
      throw Error("ACCELERATOR_FPGA", "no such bitstream");
    }
  };
  Rig rig(true, options);
  rig.works("before");
  const auto scribble = [&] { // over command lists and weights, but for the first page
    const std::span<std::uint8_t> all = rig.driver->memory().bytes();
    std::fill(all.begin() + 4096, all.begin() + 65536, std::uint8_t{0xA5});
  };
  scribble();
  rig.engine->reset();
  rig.works("after a reset");
  scribble();
  rig.engine->reload();
  rig.works("after a reload");
  CHECK_MESSAGE((configured == 1 && rig.driver->counters().reloads == 1), "a reload configures once, a reset does not");
  loads = false;
  refusedSaying("ACCELERATOR_FPGA", "no such", [&] { rig.engine->reload(); });
  loads = true;
  rig.works("when the old configuration is still there");

  rig.model->faults().hangAtCommand = 1;
  rig.model->faults().ignoreAbort = true;
  rig.failsSaying("ACCELERATOR_STUCK", "load the bitstream again");
  refusedSaying("ACCELERATOR_STUCK", "load the bitstream again", [&] { rig.engine->reset(); });

  sim::Faults *faults = nullptr;
  options.configure = [&] { *faults = {}; };
  Rig stuck(true, options);
  faults = &stuck.model->faults();
  stuck.model->faults().hangAtCommand = 1;
  stuck.model->faults().ignoreAbort = true;
  stuck.failsSaying("ACCELERATOR_STUCK", "load the bitstream again");
  stuck.engine->reload();
  stuck.works("after the bitstream was loaded again");
}

// Another bitstream came up: programs of the old build must not run on it.
TEST_CASE("programs of another build do not run") {
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  const Preset &another = presets.front().name == preset.name ? presets.back() : presets.front();
  sim::FunctionalDevices other = sim::createFunctionalDevices(another, memoryBytes);
  bool swapped = false;
  class Swapped final : public RegisterWindow {
  public:
    Swapped(std::unique_ptr<RegisterWindow> first, std::unique_ptr<RegisterWindow> second, const bool &now)
        : first_(std::move(first)), second_(std::move(second)), now_(now) {}
    [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return (now_ ? second_ : first_)->read(offset); }
    void write(std::uint32_t offset, std::uint32_t value) override { (now_ ? second_ : first_)->write(offset, value); }
    [[nodiscard]] std::string where() const override { return "the test"; }

  private:
    std::unique_ptr<RegisterWindow> first_, second_;
    const bool &now_;
  };
  DriverOptions options;
  options.configure = [&] { swapped = true; };
  Accelerator driver(std::make_unique<Swapped>(std::move(devices.registers), std::move(other.registers), swapped),
                     std::move(devices.memory), options);
  refusedSaying("ACCELERATOR_BUILD", std::string(another.name), [&] { driver.reconfigure(); });
}

// While one frame is in the accelerator, the next one is written: the first ends only once the second lies in memory.
TEST_CASE("the next frame is written while one runs") {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable changed;
    int written = 0; ///< frames handed over to the accelerator
    bool hold = false;
  };
  class HeldWindow final : public RegisterWindow {
  public:
    HeldWindow(std::unique_ptr<RegisterWindow> real, Meeting &meeting) : real_(std::move(real)), meeting_(meeting) {}
    [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return real_->read(offset); }
    void write(std::uint32_t offset, std::uint32_t value) override { real_->write(offset, value); }
    [[nodiscard]] std::string where() const override { return "the test"; }
    [[nodiscard]] bool hasInterrupt() const noexcept override { return true; }
    [[nodiscard]] bool waitInterrupt(std::chrono::microseconds timeout) override {
      std::unique_lock lock(meeting_.mutex);
      if (meeting_.hold && !meeting_.changed.wait_for(lock, std::chrono::seconds(60), [this] { return meeting_.written >= 2; })) {
        return false;
      }
      return real_->waitInterrupt(timeout);
    }

  private:
    std::unique_ptr<RegisterWindow> real_;
    Meeting &meeting_;
  };
  class NotifiedMemory final : public DmaBuffer {
  public:
    NotifiedMemory(std::unique_ptr<DmaBuffer> real, Meeting &meeting) : real_(std::move(real)), meeting_(meeting) {}
    [[nodiscard]] std::span<std::uint8_t> bytes() noexcept override { return real_->bytes(); }
    [[nodiscard]] std::uint64_t busAddress() const noexcept override { return real_->busAddress(); }
    [[nodiscard]] std::string where() const override { return "the test's memory"; }
    void syncForDevice(std::size_t, std::size_t) override {
      const std::lock_guard lock(meeting_.mutex);
      meeting_.written += meeting_.hold ? 1 : 0;
      meeting_.changed.notify_all();
    }
    void syncForCpu(std::size_t, std::size_t) override {}

  private:
    std::unique_ptr<DmaBuffer> real_;
    Meeting &meeting_;
  };
  Meeting meeting;
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  const auto driver = std::make_shared<Accelerator>(std::make_unique<HeldWindow>(std::move(devices.registers), meeting),
                                                    std::make_unique<NotifiedMemory>(std::move(devices.memory), meeting));
  const auto model = randomModel(31, Arithmetic::int8);
  const auto engine = createAcceleratorEngine(driver, model, "fpga");
  meeting.hold = true;
  std::array<Logits, 2> got;
  std::vector<std::thread> threads;
  for (std::uint32_t f = 0; f < 2; ++f) {
    threads.emplace_back([&, f] { engine->run(randomFrame(31 + f, *model), got.at(f)); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  CHECK_MESSAGE((meeting.written == 2 && driver->counters().lostInterrupts == 0), "the second frame was written while the first ran");
  const auto scalar = createScalarEngine(model);
  for (std::uint32_t f = 0; f < 2; ++f) {
    Logits expected;
    scalar->run(randomFrame(31 + f, *model), expected);
    CHECK_MESSAGE(got.at(f).sums == expected.sums, "each frame its own answer");
  }
}

// Two networks and four threads on one accelerator: every frame gets its own answer.
TEST_CASE("two networks and four threads on one accelerator") {
  sim::FunctionalDevices devices = sim::createFunctionalDevices(preset, memoryBytes);
  const auto driver = std::make_shared<Accelerator>(std::move(devices.registers), std::move(devices.memory));
  const std::size_t before = driver->space().largestHole();
  {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    std::vector<std::shared_ptr<AcceleratorEngine>> engines;
    for (const std::uint32_t seed : {21U, 22U}) {
      const auto model = randomModel(seed, Arithmetic::int8);
      const std::shared_ptr<AcceleratorEngine> engine = createAcceleratorEngine(driver, model, "fpga");
      CHECK_MESSAGE(engine->concurrency() == 2, "two frames may be in flight");
      engines.push_back(engine);
      for (std::uint32_t thread = 0; thread < engine->concurrency(); ++thread) {
        threads.emplace_back([&wrong, engine, model, seed, thread] {
          const auto scalar = createScalarEngine(model);
          for (std::uint32_t frame = 0; frame < 5; ++frame) {
            const auto input = randomFrame(seed + 100 * thread + frame, *model);
            Logits expected, got;
            scalar->run(input, expected);
            engine->run(input, got);
            wrong += got.sums == expected.sums ? 0 : 1;
          }
        });
      }
    }
    for (std::thread &thread : threads) {
      thread.join();
    }
    CHECK_MESSAGE(wrong == 0, "frames of two networks do not mix");
    CHECK_MESSAGE(driver->counters().runs == 2 + 20, "the self-test, twice, and twenty frames");
  }
  CHECK_MESSAGE(driver->space().largestHole() == before, "programs give their memory back");
}

TEST_CASE("a stuck accelerator is aborted and reset") {
  stuck(true);
  stuck(false);
}

} // namespace
