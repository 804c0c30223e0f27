// The board's DRAM behind the accelerator's AXI ports: latency, random back-pressure, a limit for the whole board, errors on
// demand. Checks the protocol on every channel and throws Error SIMULATION_PROTOCOL on the first violation.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace zynqnet::sim {

/// Conditions of a run. The same seed gives the same run.
struct MemoryConditions {
  std::uint32_t readLatency = 50;  ///< cycles from the address to the first beat
  std::uint32_t writeLatency = 20; ///< cycles from the last beat to the response
  double stallShare = 0.3;         ///< of beats, each way
  double bytesPerCycle = 0;        ///< of the whole board, both directions; 0: no limit
  std::uint32_t seed = 1;
};

/// What the accelerator drives in a cycle, one port.
struct PortOutputs {
  bool arValid = false, rReady = false, awValid = false, wValid = false, wLast = false, bReady = false;
  std::uint32_t arAddress = 0, awAddress = 0;
  std::uint8_t arLength = 0, awLength = 0;
  std::uint64_t wData = 0;
};

/// What the memory drives.
struct PortInputs {
  bool arReady = false, rValid = false, rLast = false, awReady = false, wReady = false, bValid = false;
  std::uint64_t rData = 0;
  std::uint8_t rResponse = 0, bResponse = 0;
};

class AxiMemory {
public:
  static constexpr std::uint8_t okay = 0, slaveError = 2, decodeError = 3;

  AxiMemory(std::uint32_t ports, std::uint32_t baseAddress, std::uint32_t bytes, const MemoryConditions &conditions);

  /// From now on the memory is `bytes`, which someone else owns: the RAM of an emulated board.
  void attach(std::span<std::uint8_t> bytes) noexcept { memory_ = bytes; }

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return memory_; }
  [[nodiscard]] std::uint32_t baseAddress() const noexcept { return base_; }

  /// New conditions; bursts under way keep their latency.
  void setConditions(const MemoryConditions &conditions);

  /// The n-th read (write) burst from now answers `response`; 0 disarms.
  void failRead(std::uint64_t n, std::uint8_t response) noexcept { failReadIn_ = n, readResponse_ = response; }
  void failWrite(std::uint64_t n, std::uint8_t response) noexcept { failWriteIn_ = n, writeResponse_ = response; }

  /// What the memory drives in this cycle.
  [[nodiscard]] const PortInputs &inputs(std::uint32_t port) const noexcept { return ports_[port].drive; }
  /// Takes the handshakes of this cycle and prepares the next one. Call for every port, then endCycle.
  void cycle(std::uint32_t port, const PortOutputs &outputs);
  void endCycle();

  [[nodiscard]] std::uint64_t readBytes() const noexcept { return readBytes_; }
  [[nodiscard]] std::uint64_t writeBytes() const noexcept { return writeBytes_; }
  [[nodiscard]] std::uint32_t outstanding() const noexcept;

private:
  struct Burst {
    std::uint32_t address = 0;
    std::uint32_t beats = 0;
    std::uint32_t done = 0;
    std::uint64_t ready = 0; ///< first cycle in which it may answer
    std::uint8_t response = okay;
  };
  struct Port {
    PortInputs drive;
    PortOutputs before; ///< channels that were left waiting: they must hold still
    std::deque<Burst> reads, writes, responses;
  };

  bool chance();
  bool takeTokens();
  void check(bool condition, std::uint32_t port, const char *rule) const;
  Burst open(std::uint32_t port, std::uint32_t address, std::uint8_t length, const char *channel) const;
  void checkStable(std::uint32_t index, const PortOutputs &was, const PortOutputs &now) const;
  void prepare(Port &port);

  std::uint32_t base_;
  std::vector<std::uint8_t> own_;
  std::span<std::uint8_t> memory_; ///< own_, unless attached to another
  MemoryConditions conditions_;
  std::vector<Port> ports_;
  std::uint64_t random_;
  std::uint64_t now_ = 0;
  std::uint32_t turn_ = 0;
  double tokens_ = 0;
  std::uint64_t readBytes_ = 0, writeBytes_ = 0;
  std::uint64_t failReadIn_ = 0, failWriteIn_ = 0;
  std::uint8_t readResponse_ = okay, writeResponse_ = okay;
};

} // namespace zynqnet::sim
