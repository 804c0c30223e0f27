#include "sim/rtl/run_program.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace zynqnet::sim {

using namespace accelerator;

void loadProgram(AcceleratorModel &model, const Program &program) {
  std::copy(program.image.begin(), program.image.end(), model.memory().bytes().begin());
}

void startFrame(AcceleratorModel &model, const Program &program, std::span<const std::uint8_t> frame, std::uint32_t list) {
  const ProgramList &addresses = program.lists.at(list);
  const std::span<std::uint8_t> memory = model.memory().bytes();
  packFrame(program.input, frame, memory.subspan(addresses.inputOffset, program.input.bytes()));
  const std::uint32_t base = model.memory().baseAddress();
  model.writeRegister(reg::irqStatus, irqStatusBits::all);
  model.writeRegister(reg::irqEnable, irqEnableBits::all);
  model.writeRegister(reg::commandAddress, base + addresses.commandsOffset);
  model.writeRegister(reg::commandCount, program.commandCount);
  model.writeRegister(reg::windowBase, base);
  model.writeRegister(reg::windowLimit, base + program.totalBytes);
  model.writeRegister(reg::timeout, 200000);
  model.writeRegister(reg::control, controlBits::start.mask());
}

RunResult waitFrame(AcceleratorModel &model, const Program &program, std::uint32_t list, std::uint64_t maxCycles) {
  for (std::uint64_t c = 0; !model.interrupt(); ++c) {
    if (c == maxCycles) {
      throw Error("SIMULATION_TIMEOUT", "no interrupt after " + std::to_string(maxCycles) + " cycles, status " +
                                            std::to_string(model.readRegister(reg::status)) + ", completed " +
                                            std::to_string(model.readRegister(reg::completed)));
    }
    model.tick();
  }
  RunResult result;
  const std::uint32_t pending = model.readRegister(reg::irqStatus);
  model.writeRegister(reg::irqStatus, pending);
  result.error = static_cast<ErrorCode>(model.readRegister(reg::errorCode));
  result.errorCommand = model.readRegister(reg::errorCommand);
  result.errorAddress = model.readRegister(reg::errorAddress);
  const ProgramList &addresses = program.lists.at(list);
  collectSums(program, model.memory().bytes().subspan(addresses.sumsOffset, program.sumsBytes), result.sums);
  return result;
}

RunResult runFrame(AcceleratorModel &model, const Program &program, std::span<const std::uint8_t> frame, std::uint32_t list,
                   std::uint64_t maxCycles) {
  startFrame(model, program, frame, list);
  return waitFrame(model, program, list, maxCycles);
}

} // namespace zynqnet::sim
