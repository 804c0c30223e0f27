// The driver of one accelerator: identity, start, wait, abort, reset. It knows nothing of models or of where the registers are.
#pragma once

#include "accelerator/dma_buffer.hpp"
#include "accelerator/dma_region.hpp"
#include "accelerator/register_window.hpp"
#include "accelerator/run_counters.hpp"
#include "lowering/hardware.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace zynqnet::accelerator {

struct DriverOptions {
  /// For one command list; far above the slowest network, far below what a watchdog forgives.
  std::chrono::milliseconds runTimeout{2000};
  /// The hardware's own limit without any progress.
  std::chrono::milliseconds progressTimeout{50};
  /// Until an abort or reset has drained every burst.
  std::chrono::milliseconds stopTimeout{100};
  /// Throws when the registers must not be touched; called before the first access and before every recovery.
  std::function<void()> requireConfigured = [] {};
  /// Configures the FPGA again, for `reconfigure`; throws when it cannot. Nothing touches the registers meanwhile.
  std::function<void()> configure = [] {};
};

/// A command list in DMA memory, and the part of the memory that it may touch.
struct ListStart {
  std::size_t commandsOffset = 0; ///< bytes from the start of the DMA memory
  std::uint32_t commandCount = 0;
  std::size_t regionOffset = 0;
  std::size_t regionBytes = 0;
  std::span<const std::string> operatorNames; ///< by tag, for messages
};

/// What happened since the driver was opened.
struct DriverCounters {
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t resets = 0;
  std::uint64_t reloads = 0;        ///< times that the FPGA was configured again
  std::uint64_t lostInterrupts = 0; ///< the work was done, but no interrupt came: the driver polls from then on
};

/// Thread-safe: lists of several callers run one after the other, so a model switch is a matter of who comes next.
class Accelerator {
public:
  /// Verifies identity, version and build before anything else, stops what an earlier process left running, and sends a
  /// pattern through every port. Throws Error ACCELERATOR_IDENTITY, _BUILD, _MEMORY, _STUCK or _SELFTEST.
  Accelerator(std::unique_ptr<RegisterWindow> registers, std::unique_ptr<DmaBuffer> memory, DriverOptions options = {});

  /// The build as its registers describe it: what lowering must be given.
  [[nodiscard]] const Preset &preset() const noexcept { return preset_; }
  [[nodiscard]] DmaBuffer &memory() noexcept { return *memory_; }
  [[nodiscard]] DmaSpace &space() noexcept { return *space_; }
  /// Bus address of an offset in the DMA memory.
  [[nodiscard]] std::uint32_t addressOf(std::size_t offset) const noexcept { return base_ + static_cast<std::uint32_t>(offset); }

  /// Runs one list to its end. Throws Error ACCELERATOR_FAILED (it stopped with an error), ACCELERATOR_TIMEOUT or
  /// ACCELERATOR_STUCK, each naming the command; after the first two the next run starts afresh.
  RunCounters run(const ListStart &list);

  /// Soft reset and self-test, after the list that runs. Whoever has a program in the DMA memory writes it again (see
  /// `generation`). Throws Error ACCELERATOR_STUCK, _IDENTITY, _SELFTEST or _FPGA.
  void restart();

  /// As `restart`, having configured the FPGA again before. Throws Error ACCELERATOR_BUILD when another build came up than
  /// programs have been lowered for, or what `DriverOptions::configure` and `restart` throw.
  void reconfigure();

  /// Changes with every `restart` and `reconfigure`: what lies in the DMA memory since before is not to be trusted.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  /// At any time, also while a list runs.
  [[nodiscard]] DriverCounters counters() const;

  /// For runs that start from now on.
  void setRunTimeout(std::chrono::milliseconds timeout);

private:
  void count(std::uint64_t DriverCounters::*what);
  void verifyIdentity();
  void verifyMemory();
  void start(const ListStart &list);
  [[nodiscard]] bool finished(std::chrono::nanoseconds begin);
  [[nodiscard]] bool pending();
  [[nodiscard]] bool becomesIdle();
  void reset();
  void stopBeforeConfiguring() noexcept;
  [[nodiscard]] RunCounters readCounters();
  [[nodiscard]] std::string describe(const ListStart &list, std::uint32_t index);
  [[noreturn]] void fail(const ListStart &list);
  [[noreturn]] void recover(const ListStart &list);

  std::unique_ptr<RegisterWindow> registers_;
  std::unique_ptr<DmaBuffer> memory_;
  DriverOptions options_;
  std::shared_ptr<DmaSpace> space_;
  Preset preset_{};
  std::uint32_t base_ = 0;
  std::atomic<std::uint64_t> generation_{0};

  mutable std::mutex mutex_; ///< one list at a time; guards what follows
  bool polling_ = false;
  bool dirty_ = false; ///< the last run failed: reset before the next
  std::chrono::nanoseconds typicalRun_{0};

  mutable std::mutex countersMutex_;
  DriverCounters counters_;
};

} // namespace zynqnet::accelerator
