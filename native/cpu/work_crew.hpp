// A few threads that work through a list of phases together, for one caller at a time.
//
// Made for a millisecond of work in twenty phases on a busy machine: nobody ever waits for a thread that has not taken
// work. Items are taken one by one; each thread starts with its own share (so that its cache keeps the share's weights
// from frame to frame) and then helps with the others'. A helper that the scheduler has put aside simply leaves its
// share to the rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace zynqnet::cpu {

class WorkCrew {
public:
  /// `threads` counts the caller: 1 starts no thread. No job may have more than `maxPhases` phases.
  WorkCrew(unsigned threads, std::size_t maxPhases);
  WorkCrew(const WorkCrew &) = delete;
  WorkCrew &operator=(const WorkCrew &) = delete;
  WorkCrew(WorkCrew &&) = delete;
  WorkCrew &operator=(WorkCrew &&) = delete;
  ~WorkCrew();

  [[nodiscard]] unsigned threads() const noexcept { return threads_; }

  /// What to do: `items[p]` items in phase p, a phase starting when the one before is complete. `work` must not throw.
  struct Job {
    std::vector<std::uint32_t> items;
    std::function<void(std::uint32_t phase, std::uint32_t item)> work;
  };

  /// Works until every phase is complete; on return all writes of all items are visible to the caller.
  void run(const Job &job);

  static constexpr std::size_t phaseLimit = 2000; ///< what `maxPhases` may be at most

private:
  /// One thread's share of one phase: [next, end), `next` tagged with the run so that a late helper takes nothing.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> next{0};
    std::atomic<std::uint32_t> end{0};
  };
  struct PhaseState {
    std::unique_ptr<Share[]> shares;
    std::atomic<std::uint32_t> done{0};
    std::atomic<std::uint32_t> total{0};
  };

  [[nodiscard]] std::uint32_t prepare(const Job &job);
  void help(unsigned self);
  void workThrough(unsigned self, std::uint32_t epoch);
  void workOn(unsigned self, std::uint32_t epoch, std::uint32_t phase);
  void finish(std::uint32_t epoch, std::uint32_t phase);
  [[nodiscard]] static bool take(Share &share, std::uint32_t epoch, std::uint32_t &item);
  void waitWhile(std::uint32_t state) const;

  // Run number and phase in one word, so that one load tells a thread both.
  static constexpr std::uint32_t phaseBits = 11;
  static constexpr std::uint32_t allDone = (1U << phaseBits) - 1U;

  unsigned threads_;
  unsigned spins_;
  std::vector<PhaseState> phases_; ///< never resized: a late helper may still look at it
  std::atomic<std::uint32_t> state_{allDone};
  std::atomic<bool> stop_{false};
  const Job *job_ = nullptr; ///< only read by a thread that has taken an item, or by the caller
  std::vector<std::thread> helpers_;
};

} // namespace zynqnet::cpu
