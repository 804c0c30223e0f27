// Order between memory and registers, as the processor and the compiler would otherwise change it.
#pragma once

#include <atomic>

namespace zynqnet::accelerator {

/// Everything before is complete before anything after begins, normal memory and registers alike.
inline void fullBarrier() noexcept {
#if defined(__arm__) || defined(__aarch64__)
  __asm__ volatile("dsb sy" ::: "memory");
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// Everything before is seen before anything after: enough around a register access.
inline void orderBarrier() noexcept {
#if defined(__arm__) || defined(__aarch64__)
  __asm__ volatile("dmb sy" ::: "memory");
#else
  std::atomic_thread_fence(std::memory_order_acq_rel);
#endif
}

} // namespace zynqnet::accelerator
