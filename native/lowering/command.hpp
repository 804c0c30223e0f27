// One command of the accelerator's list: 16 words, fields as described in firmware/regs/registers.json.
#pragma once

#include "lowering/hardware.hpp"

#include <array>
#include <cstdint>

namespace zynqnet::accelerator {

struct Command {
  std::array<std::uint32_t, commandBytes / 4> words{};

  /// Bits of `value` that do not fit the field are cut off: negative numbers are stored in two's complement.
  Command &set(CommandField f, std::uint32_t value) noexcept {
    words[f.word] = (words[f.word] & ~f.bits.mask()) | f.bits.put(value);
    return *this;
  }
  [[nodiscard]] std::uint32_t get(CommandField f) const noexcept { return f.bits.get(words[f.word]); }
  [[nodiscard]] Opcode opcode() const noexcept { return static_cast<Opcode>(get(field::opcode)); }
};

[[nodiscard]] inline Command makeCommand(Opcode opcode, std::uint32_t tag) noexcept {
  Command command;
  return command.set(field::opcode, static_cast<std::uint32_t>(opcode)).set(field::tag, tag);
}

} // namespace zynqnet::accelerator
