#include "sim/board/board_hardware.hpp"
#include "sim/rtl/accelerator_model.hpp"

namespace zynqnet::sim {
namespace {

using accelerator::reg::status;

class RtlHardware final : public Hardware {
public:
  RtlHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory) {
    MemoryConditions conditions;
    conditions.bytesPerCycle = boardBytesPerCycle(preset);
    model_ = createModel(preset.name, 0, 0, conditions);
    model_->memory().attach(memory);
  }

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return model_->readRegister(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override {
    model_->writeRegister(offset, value);
    busy_ = true; // perhaps: advance looks
  }
  [[nodiscard]] bool interrupt() const override { return model_->interrupt(); }

  bool advance() override {
    if (!busy_) {
      return false;
    }
    constexpr int slice = 2000;
    const bool before = model_->interrupt();
    for (int c = 0; c < slice && model_->interrupt() == before; ++c) {
      model_->tick();
    }
    busy_ = (model_->readRegister(status) & accelerator::statusBits::busy.mask()) != 0;
    return true;
  }
  [[nodiscard]] std::uint64_t cycles() const override { return model_->cycles(); }

private:
  std::unique_ptr<AcceleratorModel> model_;
  bool busy_ = false;
};

} // namespace

std::unique_ptr<Hardware> createRtlHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory) {
  return std::make_unique<RtlHardware>(preset, memory);
}

} // namespace zynqnet::sim
