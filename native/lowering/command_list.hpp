// A command list under construction: knows what every command reads and writes, and works out the waits.
#pragma once

#include "lowering/command.hpp"

#include <cstdint>
#include <vector>

namespace zynqnet::accelerator {

/// A range of the activation memory (memory rows, modulo its depth) or of DRAM (bytes).
struct Region {
  bool dram = false;
  std::uint64_t first = 0, end = 0;
};

class CommandList {
public:
  void load(Command command, const Region &from, const Region &to);
  void weights(Command command);
  /// CONV or POOL.
  void compute(Command command, const Region &from, const Region &to);
  void end(std::uint32_t tag);

  [[nodiscard]] const std::vector<Command> &commands() const noexcept { return commands_; }

private:
  struct Access {
    Region from, to;
  };
  [[nodiscard]] static bool overlap(const Region &a, const Region &b) noexcept {
    return a.dram == b.dram && a.first < b.end && b.first < a.end;
  }

  std::vector<Command> commands_;
  std::vector<Access> loads_;
  std::vector<Access> computes_;
};

} // namespace zynqnet::accelerator
