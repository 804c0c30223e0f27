#include "cpu/work_crew.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace zynqnet::cpu {
namespace {

void relax() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__arm__) || defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// About 30 microseconds: longer than an uneven end of a phase, shorter than a time slice that others could use.
#if defined(__x86_64__)
constexpr unsigned spinCount = 400;
#else
constexpr unsigned spinCount = 4000;
#endif

constexpr std::uint64_t tagOf(std::uint32_t epoch) noexcept { return std::uint64_t{epoch} << 32U; }

} // namespace

WorkCrew::WorkCrew(unsigned threads, std::size_t maxPhases)
    : threads_(std::max(threads, 1U)),
      // With fewer processors than threads a spinning thread keeps the one it waits for from running.
      spins_(std::thread::hardware_concurrency() >= threads_ ? spinCount : 0U), phases_(maxPhases) {
  for (PhaseState &phase : phases_) {
    phase.shares = std::make_unique<Share[]>(threads_);
  }
  for (unsigned self = 1; self < threads_; ++self) {
    helpers_.emplace_back([this, self] { help(self); });
  }
}

WorkCrew::~WorkCrew() {
  stop_.store(true);
  state_.fetch_add(1U << phaseBits);
  state_.notify_all();
  for (std::thread &helper : helpers_) {
    helper.join();
  }
}

std::uint32_t WorkCrew::prepare(const Job &job) {
  const std::uint32_t epoch = ((state_.load(std::memory_order_relaxed) >> phaseBits) + 1U) & (~0U >> phaseBits);
  for (std::size_t p = 0; p < job.items.size(); ++p) {
    PhaseState &phase = phases_[p];
    for (unsigned t = 0; t < threads_; ++t) {
      const std::uint64_t items = job.items[p];
      Share &share = phase.shares[t];
      // `next` before `end`: a late helper that sees the new end can no longer take with the old tag.
      share.next.store(tagOf(epoch) | items * t / threads_, std::memory_order_relaxed);
      share.end.store(static_cast<std::uint32_t>(items * (t + 1) / threads_), std::memory_order_release);
    }
    phase.done.store(0, std::memory_order_relaxed);
  }
  job_ = &job;
  return epoch;
}

void WorkCrew::run(const Job &job) {
  const std::uint32_t epoch = prepare(job);
  const auto first = std::find_if(job.items.begin(), job.items.end(), [](std::uint32_t items) { return items != 0; });
  if (first == job.items.end()) {
    return;
  }
  state_.store(epoch << phaseBits | static_cast<std::uint32_t>(first - job.items.begin()), std::memory_order_release);
  if (threads_ > 1) {
    state_.notify_all();
  }
  workThrough(0, epoch);
}

void WorkCrew::help(unsigned self) {
  for (;;) {
    const std::uint32_t state = state_.load(std::memory_order_acquire);
    // After the state: who sees the destructor's last state sees `stop_` as well, and never sleeps on it.
    if (stop_.load(std::memory_order_relaxed)) {
      return;
    }
    if ((state & allDone) == allDone) {
      waitWhile(state);
    } else {
      workThrough(self, state >> phaseBits);
    }
  }
}

void WorkCrew::workThrough(unsigned self, std::uint32_t epoch) {
  for (;;) {
    const std::uint32_t state = state_.load(std::memory_order_acquire);
    if (state >> phaseBits != epoch || (state & allDone) == allDone) {
      return;
    }
    workOn(self, epoch, state & allDone);
    waitWhile(state);
  }
}

void WorkCrew::workOn(unsigned self, std::uint32_t epoch, std::uint32_t phase) {
  PhaseState &now = phases_[phase];
  for (unsigned t = 0; t < threads_; ++t) {
    Share &share = now.shares[(self + t) % threads_];
    std::uint32_t item = 0;
    while (take(share, epoch, item)) {
      const std::uint32_t total = job_->items[phase];
      job_->work(phase, item);
      if (now.done.fetch_add(1, std::memory_order_acq_rel) + 1 == total) {
        finish(epoch, phase);
      }
    }
  }
}

void WorkCrew::finish(std::uint32_t epoch, std::uint32_t phase) {
  const std::vector<std::uint32_t> &items = job_->items;
  std::size_t next = phase + 1;
  while (next < items.size() && items[next] == 0) {
    ++next;
  }
  const std::uint32_t value = next == items.size() ? allDone : static_cast<std::uint32_t>(next);
  state_.store(epoch << phaseBits | value, std::memory_order_release);
  if (threads_ > 1) {
    state_.notify_all();
  }
}

bool WorkCrew::take(Share &share, std::uint32_t epoch, std::uint32_t &item) {
  std::uint64_t next = share.next.load(std::memory_order_relaxed);
  for (;;) {
    if (next >> 32U != epoch || static_cast<std::uint32_t>(next) >= share.end.load(std::memory_order_acquire)) {
      return false;
    }
    if (share.next.compare_exchange_weak(next, next + 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      item = static_cast<std::uint32_t>(next);
      return true;
    }
  }
}

void WorkCrew::waitWhile(std::uint32_t state) const {
  for (unsigned spin = 0; spin < spins_; ++spin) {
    if (state_.load(std::memory_order_acquire) != state) {
      return;
    }
    relax();
  }
  state_.wait(state, std::memory_order_acquire);
}

} // namespace zynqnet::cpu
