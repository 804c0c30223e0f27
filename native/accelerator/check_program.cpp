#include "accelerator/check_program.hpp"

#include "core/error.hpp"

#include <cstring>
#include <string>

namespace zynqnet::accelerator {

namespace {

/// Bytes from an address to the end of `rows` x `blocks` lines.
std::uint64_t extent(std::uint64_t rows, std::uint64_t rowStride, std::uint64_t blocks, std::uint64_t blockStride,
                     std::uint64_t lineBytes) {
  return (rows - 1) * rowStride + (blocks - 1) * blockStride + lineBytes;
}

} // namespace

void checkProgram(const Program &program, const Preset &preset, std::uint32_t base) {
  const std::uint64_t end = std::uint64_t{base} + program.totalBytes;
  if (program.image.size() > program.totalBytes || end > 0xFFFF'FFFFULL) {
    throw Error("ACCELERATOR_MEMORY", "the program's memory image does not fit its own size");
  }
  for (const ProgramList &list : program.lists) {
    if (std::uint64_t{list.commandsOffset} + std::uint64_t{program.commandCount} * commandBytes > program.image.size() ||
        std::uint64_t{list.inputOffset} + program.input.bytes() > program.totalBytes ||
        std::uint64_t{list.sumsOffset} + program.sumsBytes > program.totalBytes) {
      throw Error("ACCELERATOR_MEMORY", "the program's command list, input or sums lie outside its memory");
    }
    for (std::uint32_t index = 0; index < program.commandCount; ++index) {
      Command command;
      std::memcpy(command.words.data(), program.image.data() + list.commandsOffset + std::size_t{index} * commandBytes, commandBytes);
      const auto get = [&](CommandField f) { return std::uint64_t{command.get(f)}; };
      std::uint64_t address = base, bytes = 0;
      switch (command.opcode()) {
      case Opcode::load:
        address = get(field::loadAddress);
        bytes = extent(get(field::loadRows), get(field::loadRowStride), get(field::loadBlocks), get(field::loadBlockStride),
                       get(field::loadCols) * 16);
        break;
      case Opcode::weights:
        address = get(field::weightsAddress);
        bytes = (preset.ports - 1) * get(field::weightsPortStride) + get(field::weightsBeats) * 8;
        break;
      case Opcode::conv:
      case Opcode::pool:
        if (command.opcode() == Opcode::conv && get(field::wide) != 0) {
          address = get(field::outAddress);
          bytes = get(field::groups) * 64;
        } else if (get(field::toMemory) == 0) {
          address = get(field::outAddress);
          bytes = extent(get(field::outRows), get(field::outRowStride), get(field::groups), get(field::outBlockStride),
                         get(field::outCols) * 16);
        }
        break;
      case Opcode::end:
        break;
      }
      if (address < base || address + bytes > end) {
        throw Error("ACCELERATOR_MEMORY", "command " + std::to_string(index) + " of the program reaches from " + std::to_string(address) +
                                              " over " + std::to_string(bytes) + " bytes, outside its memory from " + std::to_string(base) +
                                              " to " + std::to_string(end));
      }
    }
  }
}

} // namespace zynqnet::accelerator
