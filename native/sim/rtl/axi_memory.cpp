#include "sim/rtl/axi_memory.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cstring>

namespace zynqnet::sim {
namespace {

constexpr std::uint32_t beatBytes = 8;
constexpr std::uint32_t maxBeats = 16;
constexpr std::uint32_t pageBytes = 4096;
constexpr double tokenDepth = 256; // bytes that an idle board may save up

} // namespace

AxiMemory::AxiMemory(std::uint32_t ports, std::uint32_t baseAddress, std::uint32_t bytes, const MemoryConditions &conditions)
    : base_(baseAddress), own_(bytes), memory_(own_), ports_(ports), random_(0) {
  setConditions(conditions);
}

void AxiMemory::setConditions(const MemoryConditions &conditions) {
  conditions_ = conditions;
  random_ = conditions.seed * 0x9E3779B97F4A7C15ULL + 1;
}

bool AxiMemory::chance() {
  random_ ^= random_ << 13U; // xorshift64 (Marsaglia 2003)
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return static_cast<double>(random_ >> 40U) >= conditions_.stallShare * 16777216.0;
}

bool AxiMemory::takeTokens() {
  if (conditions_.bytesPerCycle <= 0) {
    return true;
  }
  if (tokens_ < beatBytes) {
    return false;
  }
  tokens_ -= beatBytes;
  return true;
}

void AxiMemory::check(bool condition, std::uint32_t port, const char *rule) const {
  if (!condition) {
    throw Error("SIMULATION_PROTOCOL", "port " + std::to_string(port) + ", cycle " + std::to_string(now_) + ": " + rule);
  }
}

AxiMemory::Burst AxiMemory::open(std::uint32_t port, std::uint32_t address, std::uint8_t length, const char *channel) const {
  const std::uint32_t beats = length + 1U;
  check(beats <= maxBeats, port, channel);
  check(address % beatBytes == 0, port, channel);
  check(address / pageBytes == (address + beats * beatBytes - 1) / pageBytes, port, channel);
  Burst burst{address, beats, 0, 0, okay};
  if (address < base_ || address - base_ + std::uint64_t{beats} * beatBytes > memory_.size()) {
    burst.response = decodeError;
  }
  return burst;
}

void AxiMemory::checkStable(std::uint32_t index, const PortOutputs &was, const PortOutputs &now) const {
  if (was.arValid) {
    check(now.arValid && now.arAddress == was.arAddress && now.arLength == was.arLength, index, "AR changed while waiting");
  }
  if (was.awValid) {
    check(now.awValid && now.awAddress == was.awAddress && now.awLength == was.awLength, index, "AW changed while waiting");
  }
  if (was.wValid) {
    check(now.wValid && now.wData == was.wData && now.wLast == was.wLast, index, "W changed while waiting");
  }
}

void AxiMemory::cycle(std::uint32_t index, const PortOutputs &outputs) {
  Port &port = ports_[index];
  const PortInputs drive = port.drive;
  checkStable(index, port.before, outputs);
  if (outputs.arValid && drive.arReady) {
    Burst burst = open(index, outputs.arAddress, outputs.arLength, "AR: burst too long, unaligned or across 4 KiB");
    burst.ready = now_ + conditions_.readLatency;
    if (failReadIn_ != 0 && --failReadIn_ == 0) {
      burst.response = readResponse_;
    }
    port.reads.push_back(burst);
  }
  if (drive.rValid && outputs.rReady) {
    Burst &burst = port.reads.front();
    readBytes_ += beatBytes;
    port.drive.rValid = false;
    if (++burst.done == burst.beats) {
      port.reads.pop_front();
    }
  }
  if (outputs.awValid && drive.awReady) {
    Burst burst = open(index, outputs.awAddress, outputs.awLength, "AW: burst too long, unaligned or across 4 KiB");
    if (failWriteIn_ != 0 && --failWriteIn_ == 0) {
      burst.response = writeResponse_;
    }
    port.writes.push_back(burst);
  }
  if (outputs.wValid && drive.wReady) {
    check(!port.writes.empty(), index, "W: data before its address");
    Burst &burst = port.writes.front();
    if (burst.response == okay) {
      std::memcpy(memory_.data() + (burst.address - base_) + std::size_t{burst.done} * beatBytes, &outputs.wData, beatBytes);
    }
    writeBytes_ += beatBytes;
    ++burst.done;
    check(outputs.wLast == (burst.done == burst.beats), index, "W: last at the wrong beat");
    if (burst.done == burst.beats) {
      burst.ready = now_ + conditions_.writeLatency;
      port.responses.push_back(burst);
      port.writes.pop_front();
    }
  }
  if (drive.bValid && outputs.bReady) {
    port.responses.pop_front();
    port.drive.bValid = false;
  }
  port.before = outputs;
  port.before.arValid = outputs.arValid && !drive.arReady;
  port.before.awValid = outputs.awValid && !drive.awReady;
  port.before.wValid = outputs.wValid && !drive.wReady;
}

void AxiMemory::endCycle() {
  ++now_;
  tokens_ = std::min(tokenDepth, tokens_ + conditions_.bytesPerCycle);
  turn_ = (turn_ + 1) % static_cast<std::uint32_t>(ports_.size());
  for (std::uint32_t p = 0; p < ports_.size(); ++p) { // the limit is shared in turn
    prepare(ports_[(turn_ + p) % ports_.size()]);
  }
}

void AxiMemory::prepare(Port &port) {
  port.drive.arReady = port.reads.size() < 8 && chance();
  port.drive.awReady = port.writes.size() < 8 && chance();
  port.drive.wReady = !port.writes.empty() && chance() && takeTokens();
  if (!port.drive.rValid && !port.reads.empty() && port.reads.front().ready <= now_ && chance() && takeTokens()) {
    const Burst &burst = port.reads.front();
    port.drive.rValid = true;
    port.drive.rData = 0;
    if (burst.response != decodeError) {
      std::memcpy(&port.drive.rData, memory_.data() + (burst.address - base_) + std::size_t{burst.done} * beatBytes, beatBytes);
    }
    port.drive.rResponse = burst.response;
    port.drive.rLast = burst.done + 1 == burst.beats;
  }
  if (!port.drive.bValid && !port.responses.empty() && port.responses.front().ready <= now_ && chance()) {
    port.drive.bValid = true;
    port.drive.bResponse = port.responses.front().response;
  }
}

std::uint32_t AxiMemory::outstanding() const noexcept {
  std::size_t count = 0;
  for (const Port &port : ports_) {
    count += port.reads.size() + port.writes.size() + port.responses.size();
  }
  return static_cast<std::uint32_t>(count);
}

} // namespace zynqnet::sim
