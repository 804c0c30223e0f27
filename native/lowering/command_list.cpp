#include "lowering/command_list.hpp"

namespace zynqnet::accelerator {
namespace {

void setWait(Command &command, CommandField f, std::size_t count) { command.set(f, static_cast<std::uint32_t>(count)); }

} // namespace

void CommandList::load(Command command, const Region &from, const Region &to) {
  // Rows must have reached DRAM; the place must not be read or written any more by the array.
  for (std::size_t c = computes_.size(); c-- > 0;) {
    if (overlap(computes_[c].to, from)) {
      setWait(command, field::waitStore, c + 1);
      break;
    }
  }
  for (std::size_t c = computes_.size(); c-- > 0;) {
    if (overlap(computes_[c].from, to) || overlap(computes_[c].to, to)) {
      setWait(command, field::waitCompute, c + 1);
      break;
    }
  }
  loads_.push_back({from, to});
  commands_.push_back(command);
}

void CommandList::weights(Command command) { commands_.push_back(command); }

void CommandList::compute(Command command, const Region &from, const Region &to) {
  // Its rows must be in the memory; a LOAD must have finished with whatever is overwritten.
  for (std::size_t l = loads_.size(); l-- > 0;) {
    if (overlap(loads_[l].to, from) || overlap(loads_[l].to, to) || overlap(loads_[l].from, to)) {
      setWait(command, field::waitLoad, l + 1);
      break;
    }
  }
  for (std::size_t c = computes_.size(); c-- > 0;) {
    if (overlap(computes_[c].to, from)) {
      setWait(command, field::waitCompute, c + 1);
      break;
    }
  }
  computes_.push_back({from, to});
  commands_.push_back(command);
}

void CommandList::end(std::uint32_t tag) { commands_.push_back(makeCommand(Opcode::end, tag)); }

} // namespace zynqnet::accelerator
