// A loop shared by a few threads: each takes the next index when it has done its last.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace zynqnet::compress {

/// Calls `body(i)` for 0 <= i < count on `threads` threads; returns when all are done. `body` must not throw.
template <typename Body> void parallelFor(std::size_t count, unsigned threads, Body &&body) {
  if (threads <= 1 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i)
      body(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++)
      body(i);
  };
  std::vector<std::jthread> pool;
  for (unsigned t = 1; t < threads; ++t)
    pool.emplace_back(work);
  work();
}

} // namespace zynqnet::compress
