#include "sim/board/board_hardware.hpp"
#include "sim/functional/functional_simulator.hpp"

namespace zynqnet::sim {
namespace {

class FunctionalHardware final : public Hardware {
public:
  FunctionalHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory) : model_(preset, memory, 0) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) override { return model_.read(offset); }
  void write(std::uint32_t offset, std::uint32_t value) override { model_.write(offset, value); }
  [[nodiscard]] bool interrupt() const override { return model_.interrupt(); }
  bool advance() override { return false; } // a start runs the whole list
  [[nodiscard]] std::uint64_t cycles() const override { return 0; }

private:
  FunctionalSimulator model_;
};

} // namespace

std::unique_ptr<Hardware> createFunctionalHardware(const accelerator::Preset &preset, std::span<std::uint8_t> memory) {
  return std::make_unique<FunctionalHardware>(preset, memory);
}

} // namespace zynqnet::sim
