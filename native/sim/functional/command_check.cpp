#include "sim/functional/command_check.hpp"

#include <initializer_list>

namespace zynqnet::sim {

using namespace accelerator;

namespace {

constexpr std::uint32_t ringReserve = 34; // words of the ring that a group may not fill

bool anyOutside(const Command &command, std::initializer_list<CommandField> fields) {
  for (const CommandField &f : fields) {
    if (command.get(f) < 1 || command.get(f) > 4096) {
      return true;
    }
  }
  return false;
}

bool anyUnaligned(const Command &command, std::uint32_t alignment, std::initializer_list<CommandField> fields) {
  for (const CommandField &f : fields) {
    if (command.get(f) % alignment != 0) {
      return true;
    }
  }
  return false;
}

ErrorCode checkCompute(const Command &command, const Preset &preset) {
  const bool conv = command.opcode() == Opcode::conv;
  const auto outside = [&](CommandField f, std::uint32_t max) { return command.get(f) < 1 || command.get(f) > max; };
  const auto startBad = [&](CommandField f) {
    const auto start = static_cast<std::int16_t>(command.get(f));
    return start < -8 || start > 8192;
  };
  bool bad = anyOutside(command, {field::inRows, field::inCols, field::outRows, field::outCols, field::groups}) ||
             outside(field::kernelRows, 7) || outside(field::kernelCols, 7) || outside(field::strideRows, 2) ||
             outside(field::strideCols, 2) || startBad(field::rowStart) || startBad(field::colStart);
  if (conv) {
    const bool oneTile = command.get(field::outRows) == 1 && command.get(field::outCols) <= preset.lanes * preset.slots;
    const bool ringBad = command.get(field::groupWords) > (1U << preset.weightDepthLog2) - ringReserve && !oneTile;
    bad = bad || anyOutside(command, {field::blocks}) || outside(field::lastQuads, 4) || ringBad;
  }
  if (bad) {
    return ErrorCode::badField;
  }
  const bool toDram = command.get(field::toMemory) == 0 || (conv && command.get(field::wide) != 0);
  return toDram && anyUnaligned(command, 16, {field::outAddress, field::outRowStride, field::outBlockStride}) ? ErrorCode::badAlignment
                                                                                                              : ErrorCode::none;
}

} // namespace

ErrorCode checkCommand(const Command &command, const Preset &preset) noexcept {
  switch (command.opcode()) {
  case Opcode::load:
    if (anyUnaligned(command, 16, {field::loadAddress, field::loadRowStride, field::loadBlockStride})) {
      return ErrorCode::badAlignment;
    }
    return anyOutside(command, {field::loadRows, field::loadCols, field::loadBlocks}) ? ErrorCode::badField : ErrorCode::none;
  case Opcode::weights:
    if (anyUnaligned(command, 128, {field::weightsAddress, field::weightsPortStride})) {
      return ErrorCode::badAlignment;
    }
    return command.get(field::weightsBeats) == 0 ? ErrorCode::badField : ErrorCode::none;
  case Opcode::conv:
  case Opcode::pool:
    return checkCompute(command, preset);
  case Opcode::end:
    return ErrorCode::none;
  }
  return ErrorCode::badOpcode;
}

} // namespace zynqnet::sim
