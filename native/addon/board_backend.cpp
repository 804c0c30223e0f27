// Backend `fpga`: the accelerator of this board.
#include "addon/accelerator_backend.hpp"

#include "platform/board_accelerator.hpp"

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

class BoardBackend final : public AcceleratorBackend {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "fpga"; }
  [[nodiscard]] std::string keyOf(const AcceleratorChoice &choice) const override { // there is one board
    return choice.root + "|" + choice.uio + "|" + std::to_string(choice.registerAddress.value_or(0));
  }
  [[nodiscard]] accelerator::AcceleratorDevice open(const AcceleratorChoice &choice) const override {
    return {platform::openAccelerator(boardOf(choice))};
  }
  void update(accelerator::Accelerator &driver, const AcceleratorChoice &choice) const override {
    driver.setRunTimeout(std::chrono::milliseconds(choice.timeoutMs)); // as configured now
  }
  [[nodiscard]] std::optional<accelerator::AcceleratorIdentity> identify(const AcceleratorChoice &choice) const override {
    return platform::identifyAccelerator(boardOf(choice));
  }
};

} // namespace

std::unique_ptr<AcceleratorBackend> boardBackend() { return std::make_unique<BoardBackend>(); }

} // namespace zynqnet
