// The accelerator without its clock: same registers, same commands, same bytes, as fast as a processor can. For tests of the
// driver, for development, and behind the emulated board.
#pragma once

#include "sim/functional/bus.hpp"
#include "sim/functional/datapath.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace zynqnet::sim {

/// What goes wrong, for tests.
struct Faults {
  std::int64_t hangAtCommand = -1; ///< never completes this command; abort and reset still work
  bool ignoreAbort = false;        ///< and soft reset: a burst that never ends
  std::int64_t failAtCommand = -1; ///< stops at this command with `failCode`
  accelerator::ErrorCode failCode = accelerator::ErrorCode::none;
  bool dropInterrupt = false; ///< the line is not connected
  bool corruptWrites = false; ///< the upper half of each beat is lost: an HP port of 32 bits
};

class FunctionalSimulator {
public:
  /// `memory` at bus address `base`, which it may read and write whenever a list runs.
  FunctionalSimulator(const accelerator::Preset &preset, std::span<std::uint8_t> memory, std::uint32_t base);
  FunctionalSimulator(const FunctionalSimulator &) = delete;
  FunctionalSimulator &operator=(const FunctionalSimulator &) = delete;
  FunctionalSimulator(FunctionalSimulator &&) = delete;
  FunctionalSimulator &operator=(FunctionalSimulator &&) = delete;
  ~FunctionalSimulator() = default;

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  /// A start runs the whole list before it returns.
  void write(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] bool interrupt() const noexcept;

  /// 0 runs commands in the list's order; anything else picks, at each step, one of the commands that the engines may legally
  /// start: whoever forgot a wait gets other bytes.
  void setSchedule(std::uint64_t seed) noexcept { schedule_ = seed; }
  Faults &faults() noexcept { return faults_; }
  /// Cycles of the array per operator tag during the last list.
  [[nodiscard]] const std::map<std::uint32_t, std::uint64_t> &trace() const noexcept { return trace_; }

private:
  struct Queue {
    std::vector<std::uint32_t> commands; ///< indices in the list
    std::size_t next = 0;
    [[nodiscard]] bool empty() const noexcept { return next == commands.size(); }
  };

  void start();
  void runList();
  void fetch();
  [[nodiscard]] bool mayStart(const accelerator::Command &command) const;
  [[nodiscard]] bool step();
  void storeOne();
  void stop(accelerator::ErrorCode code, std::uint32_t command, std::uint32_t address);
  [[nodiscard]] std::uint32_t random();

  accelerator::Preset preset_;
  Bus bus_;
  Datapath datapath_;
  std::map<std::uint32_t, std::uint32_t> registers_; ///< those that are plain storage
  std::vector<accelerator::Command> list_;
  Queue loads_, weights_, computes_;
  std::vector<std::vector<PendingWrite>> stores_; ///< per CONV and POOL
  std::size_t stored_ = 0;
  accelerator::ErrorCode listError_ = accelerator::ErrorCode::none; ///< the bad command behind the last good one
  std::uint32_t listErrorAddress_ = 0;
  bool busy_ = false;
  std::uint64_t schedule_ = 0, randomState_ = 0;
  Faults faults_;
  std::map<std::uint32_t, std::uint64_t> trace_;
};

} // namespace zynqnet::sim
