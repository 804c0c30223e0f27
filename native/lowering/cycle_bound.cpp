#include "lowering/cycle_bound.hpp"

#include <algorithm>
#include <cstring>

namespace zynqnet::accelerator {
namespace {

constexpr std::uint64_t commandCycles = 300; // fetch, waits, DRAM latency, the pipeline's length
constexpr std::uint64_t lineBeats = 8;       // address cycles of a line, counted as beats
constexpr std::uint64_t groupCycles = 16;    // parameters of a group

std::uint64_t ceilDivide(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// Beats on the busiest port.
std::uint64_t beats(const Command &command, const Preset &preset) {
  switch (command.opcode()) {
  case Opcode::load: {
    const std::uint64_t lines = std::uint64_t{command.get(field::loadRows)} * command.get(field::loadBlocks);
    return ceilDivide(lines, preset.ports) * (std::uint64_t{2} * command.get(field::loadCols) + lineBeats);
  }
  case Opcode::weights:
    return command.get(field::weightsBeats);
  case Opcode::conv:
  case Opcode::pool:
    // rows of a block go to the ports in turn; wide results are fewer
    return command.get(field::toMemory) != 0
               ? 0
               : ceilDivide(std::uint64_t{command.get(field::outRows)} * command.get(field::groups), preset.ports) *
                     (std::uint64_t{2} * command.get(field::outCols) + lineBeats);
  case Opcode::end:
    return 0;
  }
  return 0;
}

/// Cycles of the array.
std::uint64_t arrayCycles(const Command &command, const Preset &preset) {
  std::uint64_t blocks = 1;
  switch (command.opcode()) {
  case Opcode::load:
  case Opcode::weights:
  case Opcode::end:
    return 0;
  case Opcode::conv:
    blocks = command.get(field::blocks);
    break;
  case Opcode::pool:
    break;
  }
  const std::uint64_t slots = std::uint64_t{command.get(field::outRows)} * ceilDivide(command.get(field::outCols), preset.lanes);
  const std::uint64_t tiles = ceilDivide(slots, preset.slots);
  const std::uint64_t taps = std::uint64_t{command.get(field::kernelRows)} * command.get(field::kernelCols);
  const std::uint64_t tile = std::max<std::uint64_t>(taps * blocks * 4, std::uint64_t{preset.slots} * preset.drainCycles);
  return command.get(field::groups) * (tiles * (tile + 2) + groupCycles);
}

} // namespace

std::uint64_t cycleBound(const Program &program, const Preset &preset, double beatShare) {
  std::uint64_t cycles = 0;
  std::uint64_t transferred = 0;
  for (std::uint32_t index = 0; index < program.commandCount; ++index) {
    Command command; // the image is little-endian, as every host of the accelerator
    std::memcpy(command.words.data(), program.image.data() + program.lists[0].commandsOffset + std::size_t{index} * commandBytes,
                commandBytes);
    cycles += commandCycles + arrayCycles(command, preset);
    transferred += commandBytes / 8 + beats(command, preset);
  }
  return cycles + static_cast<std::uint64_t>(static_cast<double>(transferred) / beatShare);
}

} // namespace zynqnet::accelerator
