#include "accelerator/accelerator.hpp"

#include "accelerator/barrier.hpp"
#include "accelerator/read_build.hpp"
#include "accelerator/self_test.hpp"
#include "core/error.hpp"
#include "lowering/command.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace zynqnet::accelerator {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

namespace {

constexpr microseconds firstPause{20}, longestPause{1000}, interruptSlice{50'000}, interruptGrace{5'000};

std::string hex(std::uint32_t value) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", value);
  return text;
}

std::string nameOf(Opcode opcode) {
  switch (opcode) {
  case Opcode::load:
    return "LOAD";
  case Opcode::weights:
    return "WEIGHTS";
  case Opcode::conv:
    return "CONV";
  case Opcode::pool:
    return "POOL";
  case Opcode::end:
    return "END";
  }
  return "opcode " + std::to_string(static_cast<unsigned>(opcode));
}

} // namespace

Accelerator::Accelerator(std::unique_ptr<RegisterWindow> registers, std::unique_ptr<DmaBuffer> memory, DriverOptions options)
    : registers_(std::move(registers)), memory_(std::move(memory)), options_(std::move(options)),
      space_(std::make_shared<DmaSpace>(memory_->bytes().size())) {
  options_.requireConfigured();
  verifyIdentity();
  preset_ = readBuild(*registers_);
  verifyMemory();
  reset();
  (void)selfTest(*this);
}

void Accelerator::verifyIdentity() {
  const std::uint32_t id = registers_->read(reg::id);
  if (id != identity) {
    throw Error("ACCELERATOR_IDENTITY", "what answers at " + registers_->where() + " says " + hex(id) + " instead of " + hex(identity) +
                                            ": this is not the accelerator; check the address and the bitstream");
  }
  const std::uint32_t version = registers_->read(reg::version);
  if (versionBits::majorVersion.get(version) != versionBits::majorVersion.get(interfaceVersion)) {
    throw Error("ACCELERATOR_IDENTITY", "the accelerator at " + registers_->where() + " has interface version " +
                                            std::to_string(versionBits::majorVersion.get(version)) + "." +
                                            std::to_string(versionBits::minorVersion.get(version)) + ", this program knows " +
                                            std::to_string(versionBits::majorVersion.get(interfaceVersion)) +
                                            ".x: load the bitstream that came with this release");
  }
}

void Accelerator::verifyMemory() {
  const std::uint64_t bus = memory_->busAddress();
  const std::uint64_t end = bus + memory_->bytes().size();
  if (bus % DmaSpace::pageBytes != 0 || end > 0xFFFF'FFFFULL) {
    throw Error("ACCELERATOR_MEMORY", memory_->where() + " begins at bus address " + std::to_string(bus) +
                                          ": it must begin at a multiple of 4096 and end below 4 GiB");
  }
  base_ = static_cast<std::uint32_t>(bus);
}

RunCounters Accelerator::run(const ListStart &list) {
  const std::lock_guard lock(mutex_);
  if (dirty_) {
    reset();
  }
  count(&DriverCounters::runs);
  dirty_ = true; // until it has ended well
  const nanoseconds begin = registers_->now();
  start(list);
  if (!finished(begin)) {
    recover(list);
  }
  const std::uint32_t causes = registers_->read(reg::irqStatus);
  registers_->write(reg::irqStatus, irqStatusBits::all);
  if ((causes & irqStatusBits::error.mask()) != 0) {
    fail(list);
  }
  dirty_ = false;
  typicalRun_ = registers_->now() - begin;
  return readCounters();
}

void Accelerator::start(const ListStart &list) {
  RegisterWindow &r = *registers_;
  r.write(reg::irqStatus, irqStatusBits::all);
  r.write(reg::irqEnable, polling_ || !r.hasInterrupt() ? 0 : irqEnableBits::all);
  r.write(reg::windowBase, addressOf(list.regionOffset));
  r.write(reg::windowLimit, addressOf(list.regionOffset + list.regionBytes));
  r.write(reg::timeout,
          static_cast<std::uint32_t>(std::min<std::uint64_t>(
              0xFFFF'FFFFULL, std::uint64_t{preset_.clockMHz} * 1000 * static_cast<std::uint64_t>(options_.progressTimeout.count()))));
  r.write(reg::commandAddress, addressOf(list.commandsOffset));
  r.write(reg::commandCount, list.commandCount);
  if (r.hasInterrupt() && !polling_) {
    r.armInterrupt();
  }
  fullBarrier();
  r.write(reg::control, controlBits::start.mask());
}

bool Accelerator::pending() { return (registers_->read(reg::irqStatus) & irqStatusBits::all) != 0; }

bool Accelerator::finished(nanoseconds begin) {
  const nanoseconds deadline = begin + options_.runTimeout;
  const auto left = [&] { return std::chrono::duration_cast<microseconds>(deadline - registers_->now()); };
  while (registers_->hasInterrupt() && !polling_) {
    const microseconds slice = std::min(left(), interruptSlice);
    if (slice.count() <= 0) {
      break;
    }
    const bool came = registers_->waitInterrupt(slice);
    if (pending()) {
      // It may have ended in the very moment in which the slice did: the interrupt is then on its way.
      if (!came && !registers_->waitInterrupt(interruptGrace)) {
        polling_ = true; // the work was done long ago: never again wait for a line that is not connected
        count(&DriverCounters::lostInterrupts);
      }
      return true;
    }
    if (came) {
      registers_->armInterrupt(); // an old one
    }
  }
  // Sleep through most of what a run takes, then look ever more rarely.
  microseconds wait = std::max(firstPause, std::chrono::duration_cast<microseconds>(typicalRun_ * 7 / 8));
  for (; !pending(); wait = std::min(wait * 2, longestPause)) {
    if (left().count() <= 0) {
      return false;
    }
    registers_->pause(std::min(wait, std::max(left(), microseconds{1})));
    if (wait > longestPause) {
      wait = firstPause / 2;
    }
  }
  return true;
}

bool Accelerator::becomesIdle() {
  const nanoseconds deadline = registers_->now() + options_.stopTimeout;
  for (microseconds wait{1}; (registers_->read(reg::status) & statusBits::busy.mask()) != 0; wait = std::min(wait * 2, longestPause)) {
    if (registers_->now() > deadline) {
      return false;
    }
    registers_->pause(wait);
  }
  return true;
}

void Accelerator::reset() {
  options_.requireConfigured();
  count(&DriverCounters::resets);
  registers_->write(reg::irqEnable, 0);
  registers_->write(reg::control, controlBits::softReset.mask());
  if (!becomesIdle()) {
    throw Error("ACCELERATOR_STUCK", "the accelerator at " + registers_->where() + " does not come back from a reset (status " +
                                         hex(registers_->read(reg::status)) + "): a burst never ends; load the bitstream again");
  }
  registers_->write(reg::irqStatus, irqStatusBits::all);
  verifyIdentity(); // the bitstream may have been replaced meanwhile
  dirty_ = false;
}

void Accelerator::restart() {
  {
    const std::lock_guard lock(mutex_);
    reset();
    polling_ = false; // the line may be connected now
  }
  ++generation_;
  (void)selfTest(*this);
}

void Accelerator::stopBeforeConfiguring() noexcept {
  // A burst that is cut off in the middle would leave the HP port waiting for the rest of it.
  try {
    options_.requireConfigured();
    verifyIdentity();
    reset();
  } catch (const Error &) { // it is why it is configured again
  }
}

void Accelerator::reconfigure() {
  {
    const std::lock_guard lock(mutex_);
    stopBeforeConfiguring();
    dirty_ = true; // whatever goes wrong below: reset before the next run
    count(&DriverCounters::reloads);
    options_.configure();
    options_.requireConfigured();
    verifyIdentity();
    const Preset now = readBuild(*registers_);
    if (now != preset_) {
      throw Error("ACCELERATOR_BUILD", "the bitstream that was loaded is another build (" + std::string(now.name) +
                                           ") than the one before (" + std::string(preset_.name) + "): open the accelerator again");
    }
  }
  restart();
}

RunCounters Accelerator::readCounters() {
  RegisterWindow &r = *registers_;
  RunCounters run;
  run.cycles = r.read(reg::cycles);
  run.macs = r.read(reg::macsLow) | std::uint64_t{r.read(reg::macsHigh)} << 32U;
  run.arrayCycles = r.read(reg::arrayCycles);
  run.stallReadCycles = r.read(reg::stallRead);
  run.stallWriteCycles = r.read(reg::stallWrite);
  run.stallWeightsCycles = r.read(reg::stallWeights);
  run.readBytes = std::uint64_t{r.read(reg::readBeats)} * 8;
  run.writeBytes = std::uint64_t{r.read(reg::writeBeats)} * 8;
  return run;
}

std::string Accelerator::describe(const ListStart &list, std::uint32_t index) {
  std::string text = "command " + std::to_string(index) + " of " + std::to_string(list.commandCount);
  if (index >= list.commandCount) {
    return text;
  }
  Command command;
  std::memcpy(command.words.data(), memory_->bytes().data() + list.commandsOffset + std::size_t{index} * commandBytes, commandBytes);
  const std::uint32_t tag = command.get(field::tag);
  text += ", " + nameOf(command.opcode());
  return text + (tag < list.operatorNames.size() ? " of '" + list.operatorNames[tag] + "'" : "");
}

void Accelerator::fail(const ListStart &list) {
  count(&DriverCounters::failures);
  const std::uint32_t code = registers_->read(reg::errorCode);
  const std::uint32_t address = registers_->read(reg::errorAddress);
  const std::string name =
      code < errorTexts.size() ? std::string(errorTexts[code].name) + ": " + std::string(errorTexts[code].meaning) : std::to_string(code);
  throw Error("ACCELERATOR_FAILED", "the accelerator stopped in " + describe(list, registers_->read(reg::errorCommand)) + " with error " +
                                        name + (address != 0 ? " Address " + hex(address) + "." : ""));
}

void Accelerator::recover(const ListStart &list) {
  count(&DriverCounters::timeouts);
  options_.requireConfigured();
  registers_->write(reg::control, controlBits::abort.mask());
  const bool stopped = becomesIdle();
  const std::uint32_t completed = registers_->read(reg::completed);
  const std::string where =
      stopped ? describe(list, registers_->read(reg::errorCommand)) : "an unknown command (it does not answer the abort)";
  reset();
  throw Error("ACCELERATOR_TIMEOUT",
              "the accelerator did not finish within " + std::to_string(options_.runTimeout.count()) + " ms: it was in " + where + " (" +
                  std::to_string(completedBits::load.get(completed)) + " loads and " +
                  std::to_string(completedBits::compute.get(completed)) +
                  " computations done). It was aborted and reset; if this repeats, check the clock and the HP ports");
}

void Accelerator::setRunTimeout(std::chrono::milliseconds timeout) {
  const std::lock_guard lock(mutex_);
  options_.runTimeout = timeout;
}

void Accelerator::count(std::uint64_t DriverCounters::*what) {
  const std::lock_guard lock(countersMutex_);
  ++(counters_.*what);
}

DriverCounters Accelerator::counters() const {
  const std::lock_guard lock(countersMutex_);
  return counters_;
}

} // namespace zynqnet::accelerator
