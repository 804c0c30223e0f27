#include "accelerator/accelerator_engine.hpp"

#include "accelerator/loaded_program.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace zynqnet::accelerator {
namespace {

class DoubleBuffered final : public AcceleratorEngine {
public:
  DoubleBuffered(std::shared_ptr<Accelerator> accelerator, std::shared_ptr<const Model> model, std::string name)
      : accelerator_(std::move(accelerator)), model_(std::move(model)), name_(std::move(name)), program_(accelerator_, model_, false) {}

  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  /// While one frame is in the accelerator, the next one is written.
  [[nodiscard]] unsigned concurrency() const noexcept override { return static_cast<unsigned>(busy_.size()); }
  [[nodiscard]] Accelerator &driver() noexcept override { return *accelerator_; }

  void run(std::span<const std::uint8_t> input, Logits &logits) override {
    const Turn turn(*this);
    program_.writeFrame(turn.list(), input);
    finish(program_.run(turn.list(), logits.sums), logits);
  }

  void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) override {
    LoadedProgram program(accelerator_, model_, true); // rarely needed: its memory is given back
    program.writeFrame(0, input);
    finish(program.run(0, logits.sums), logits);
    tensors.floats.clear();
    tensors.bytes.assign(1, {input.begin(), input.end()});
    for (std::size_t t = 1; t < model_->tensors.size(); ++t) {
      tensors.bytes.push_back(program.readTensor(model_->tensors[t], t));
    }
  }

  void reset() override { accelerator_->restart(); }
  void reload() override { accelerator_->reconfigure(); }

  [[nodiscard]] RunCounters lastRun() const override {
    const std::lock_guard lock(mutex_);
    return lastRun_;
  }

private:
  /// One of the two lists, for the time of a run.
  class Turn {
  public:
    explicit Turn(DoubleBuffered &engine) : engine_(engine) {
      std::unique_lock lock(engine_.mutex_);
      engine_.freed_.wait(lock, [this] { return !engine_.busy_[0] || !engine_.busy_[1]; });
      list_ = engine_.busy_[0] ? 1 : 0;
      engine_.busy_[list_] = true;
    }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    Turn(Turn &&) = delete;
    Turn &operator=(Turn &&) = delete;
    ~Turn() {
      {
        const std::lock_guard lock(engine_.mutex_);
        engine_.busy_[list_] = false;
      }
      engine_.freed_.notify_one();
    }
    [[nodiscard]] std::uint32_t list() const noexcept { return list_; }

  private:
    DoubleBuffered &engine_;
    std::uint32_t list_ = 0;
  };

  void finish(const RunCounters &counters, Logits &logits) {
    logits.values.clear();
    const std::lock_guard lock(mutex_);
    lastRun_ = counters;
  }

  std::shared_ptr<Accelerator> accelerator_;
  std::shared_ptr<const Model> model_;
  std::string name_;
  LoadedProgram program_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::array<bool, 2> busy_{};
  RunCounters lastRun_;
};

} // namespace

std::unique_ptr<AcceleratorEngine> createAcceleratorEngine(std::shared_ptr<Accelerator> accelerator, std::shared_ptr<const Model> model,
                                                           std::string name) {
  return std::make_unique<DoubleBuffered>(std::move(accelerator), std::move(model), std::move(name));
}

} // namespace zynqnet::accelerator
