#include "sim/functional/functional_simulator.hpp"

#include "sim/functional/command_check.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace zynqnet::sim {

using namespace accelerator;

FunctionalSimulator::FunctionalSimulator(const Preset &preset, std::span<std::uint8_t> memory, std::uint32_t base)
    : preset_(preset), bus_(memory, base), datapath_(preset_, bus_) {}

std::uint32_t FunctionalSimulator::read(std::uint32_t offset) const {
  switch (offset) {
  case reg::id:
    return identity;
  case reg::version:
    return interfaceVersion;
  case reg::capabilities:
    return capabilitiesBits::conv.mask() | capabilitiesBits::pool.mask() | capabilitiesBits::wide.mask() |
           capabilitiesBits::codebook.put(preset_.codebook);
  case reg::build0:
    return build0Bits::lanes.put(preset_.lanes) | build0Bits::slots.put(preset_.slots) | build0Bits::drainCycles.put(preset_.drainCycles) |
           build0Bits::ports.put(preset_.ports);
  case reg::build1:
    return build1Bits::actDepthLog2.put(preset_.actDepthLog2) | build1Bits::banksLog2.put(preset_.banksLog2) |
           build1Bits::weightDepthLog2.put(preset_.weightDepthLog2) | build1Bits::clockMHz.put(preset_.clockMHz);
  case reg::multipliers:
    return preset_.multipliers();
  case reg::status:
    return busy_ ? statusBits::busy.mask() : 0;
  case reg::macsLow:
    return static_cast<std::uint32_t>(datapath_.macs());
  case reg::macsHigh:
    return static_cast<std::uint32_t>(datapath_.macs() >> 32U);
  case reg::cycles: // no stalls here
  case reg::arrayCycles:
    return static_cast<std::uint32_t>(datapath_.arrayCycles());
  case reg::readBeats:
    return bus_.readBeats();
  case reg::writeBeats:
    return bus_.writeBeats();
  default:
    const auto found = registers_.find(offset);
    return found == registers_.end() ? 0 : found->second;
  }
}

void FunctionalSimulator::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
  case reg::control:
    if ((value & controlBits::softReset.mask()) != 0 && !faults_.ignoreAbort) {
      datapath_.reset();
      busy_ = false;
      for (const std::uint32_t cleared :
           {reg::irqEnable, reg::irqStatus, reg::commandAddress, reg::commandCount, reg::windowBase, reg::windowLimit, reg::timeout}) {
        registers_[cleared] = 0;
      }
    }
    if ((value & controlBits::abort.mask()) != 0 && busy_ && !faults_.ignoreAbort) {
      stop(ErrorCode::aborted, registers_[reg::errorCommand], 0);
    }
    if ((value & controlBits::start.mask()) != 0 && !busy_) {
      start();
    }
    break;
  case reg::irqStatus:
    registers_[offset] &= ~value;
    break;
  case reg::irqEnable:
  case reg::commandAddress:
  case reg::commandCount:
  case reg::windowBase:
  case reg::windowLimit:
  case reg::timeout:
    registers_[offset] = value;
    break;
  default: // read-only: SLVERR on the bus, nothing changes
    break;
  }
}

bool FunctionalSimulator::interrupt() const noexcept {
  return !faults_.dropInterrupt && (read(reg::irqStatus) & read(reg::irqEnable)) != 0;
}

void FunctionalSimulator::stop(ErrorCode code, std::uint32_t command, std::uint32_t address) {
  registers_[reg::errorCode] = static_cast<std::uint32_t>(code);
  registers_[reg::errorCommand] = command;
  registers_[reg::errorAddress] = address;
  registers_[reg::irqStatus] |= code == ErrorCode::none ? irqStatusBits::done.mask() : irqStatusBits::error.mask();
  datapath_.reset();
  busy_ = false;
}

void FunctionalSimulator::start() {
  busy_ = true;
  registers_[reg::errorCode] = registers_[reg::errorCommand] = registers_[reg::errorAddress] = registers_[reg::completed] = 0;
  datapath_.clearCounters();
  bus_.clearCounters();
  bus_.setWindow(registers_[reg::windowBase], registers_[reg::windowLimit]);
  trace_.clear();
  list_.clear();
  loads_ = weights_ = computes_ = {};
  stores_.clear();
  stored_ = 0;
  randomState_ = schedule_;
  fetch();
  runList();
}

/// Reads and checks commands up to END or the first bad one; that one stops the list when everything before it is done.
void FunctionalSimulator::fetch() {
  const std::uint32_t address = registers_[reg::commandAddress];
  const std::uint32_t count = commandCountBits::commands.get(registers_[reg::commandCount]);
  listErrorAddress_ = 0;
  listError_ = address % commandBytes != 0 ? ErrorCode::badAlignment : ErrorCode::noEnd;
  for (std::uint32_t index = 0; index < count && listError_ == ErrorCode::noEnd; ++index) {
    Command command;
    try {
      std::memcpy(command.words.data(), bus_.read(address + index * commandBytes, commandBytes).data(), commandBytes);
    } catch (const Stop &stopped) {
      listError_ = stopped.code;
      listErrorAddress_ = stopped.address;
      return;
    }
    const ErrorCode bad = checkCommand(command, preset_);
    if (bad != ErrorCode::none || command.opcode() == Opcode::end) {
      listError_ = bad;
      if (bad != ErrorCode::none) {
        return;
      }
      list_.push_back(command);
      return;
    }
    list_.push_back(command);
    switch (command.opcode()) {
    case Opcode::load:
      loads_.commands.push_back(index);
      break;
    case Opcode::weights:
      weights_.commands.push_back(index);
      break;
    case Opcode::conv:
    case Opcode::pool:
      computes_.commands.push_back(index);
      break;
    case Opcode::end:
      break;
    }
  }
}

bool FunctionalSimulator::mayStart(const Command &command) const {
  return loads_.next >= command.get(field::waitLoad) && computes_.next >= command.get(field::waitCompute) &&
         stored_ >= command.get(field::waitStore);
}

std::uint32_t FunctionalSimulator::random() {
  randomState_ = randomState_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<std::uint32_t>(randomState_ >> 33U);
}

void FunctionalSimulator::storeOne() {
  for (const PendingWrite &write : stores_[stored_]) {
    if (faults_.corruptWrites) {
      PendingWrite halved = write;
      for (std::size_t b = 0; b < halved.bytes.size(); ++b) {
        halved.bytes[b] = b % 8 < 4 ? halved.bytes[b] : 0;
      }
      bus_.write(halved.address, halved.bytes);
    } else {
      bus_.write(write.address, write.bytes);
    }
  }
  ++stored_;
}

/// Runs one command, or one result's way to DRAM. False when nothing may start.
bool FunctionalSimulator::step() {
  std::array<Queue *, 3> ready{};
  std::size_t count = 0;
  for (Queue *queue : {&loads_, &weights_, &computes_}) {
    if (!queue->empty() && mayStart(list_[queue->commands[queue->next]])) {
      ready[count++] = queue;
    }
  }
  const bool mayStore = stored_ < stores_.size();
  if (schedule_ == 0) {
    if (mayStore) {
      storeOne();
      return true;
    }
    const auto first = [](const Queue *a, const Queue *b) { return a->commands[a->next] < b->commands[b->next]; };
    for (std::size_t a = 1; a < count; ++a) { // at most three
      for (std::size_t b = a; b > 0 && first(ready[b], ready[b - 1]); --b) {
        std::swap(ready[b], ready[b - 1]);
      }
    }
  } else if (count + (mayStore ? 1 : 0) != 0) {
    const std::size_t choice = random() % (count + (mayStore ? 1 : 0));
    if (choice == count) {
      storeOne();
      return true;
    }
    std::swap(ready[0], ready[choice]);
  }
  // A CONV whose weights have not come yet gives way
  for (std::size_t c = 0; c < count; ++c) {
    Queue &queue = *ready[c];
    const std::uint32_t index = queue.commands[queue.next];
    const Command &command = list_[index];
    registers_[reg::errorCommand] = index; // until the end: what it is working on
    if (faults_.hangAtCommand == index) {
      return false;
    }
    if (faults_.failAtCommand == index) {
      throw Stop{faults_.failCode, 0};
    }
    if (&queue == &loads_) {
      datapath_.load(command);
    } else if (&queue == &weights_) {
      datapath_.weights(command);
    } else {
      const std::uint64_t before = datapath_.arrayCycles();
      std::vector<PendingWrite> stores;
      if (!datapath_.compute(command, stores)) {
        continue;
      }
      stores_.push_back(std::move(stores));
      trace_[command.get(field::tag)] += datapath_.arrayCycles() - before;
    }
    ++queue.next;
    registers_[reg::completed] = completedBits::compute.put(static_cast<std::uint32_t>(computes_.next)) |
                                 completedBits::load.put(static_cast<std::uint32_t>(loads_.next));
    return true;
  }
  if (mayStore) {
    storeOne();
    return true;
  }
  return false;
}

void FunctionalSimulator::runList() {
  try {
    while (step()) {
    }
  } catch (const Stop &stopped) {
    stop(stopped.code, registers_[reg::errorCommand], stopped.address);
    return;
  }
  if (!loads_.empty() || !weights_.empty() || !computes_.empty()) {
    // A wait that nothing fulfils, weights that never come, or a fault: without a limit it stays busy.
    if (registers_[reg::timeout] != 0 && faults_.hangAtCommand < 0) {
      stop(ErrorCode::timeout, registers_[reg::errorCommand], 0);
    }
    return;
  }
  const auto last = static_cast<std::uint32_t>(list_.size());
  stop(listError_, listError_ == ErrorCode::none ? 0 : last, listErrorAddress_);
}

} // namespace zynqnet::sim
