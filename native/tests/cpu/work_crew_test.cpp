// WorkCrew: every item exactly once, no phase before the one ahead of it is complete, for many runs in a row with more
// threads than processors. Also meant for -fsanitize=thread: the items' data is plain memory.
#include "cpu/work_crew.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <numeric>

using zynqnet::cpu::WorkCrew;

namespace {

/// Phase p adds to each of its items the sum of phase p - 1: wrong order or lost items give wrong sums.
void sumsThroughPhases(unsigned threads, int runs) {
  WorkCrew crew(threads, 6);
  for (int run = 0; run < runs; ++run) {
    WorkCrew::Job job;
    job.items = {static_cast<std::uint32_t>(run % 5), 17, 0, 1, static_cast<std::uint32_t>(1 + run % 40), 3};
    std::vector<std::vector<std::uint64_t>> values;
    for (const std::uint32_t items : job.items) {
      values.emplace_back(items, 0);
    }
    job.work = [&](std::uint32_t phase, std::uint32_t item) {
      std::uint64_t before = 1;
      if (phase > 0) {
        const auto &previous = values[phase - 1];
        before = std::accumulate(previous.begin(), previous.end(), std::uint64_t{1});
      }
      values[phase][item] += before;
    };
    crew.run(job);
    std::uint64_t expected = 1;
    for (const auto &phase : values) {
      for (const std::uint64_t value : phase) {
        REQUIRE_MESSAGE(value == expected, threads, " threads, run ", run);
      }
      expected = 1 + expected * phase.size();
    }
  }
}

TEST_CASE("every item runs once, phase after phase") {
  for (const unsigned threads : {1U, 2U, 3U, 7U}) {
    sumsThroughPhases(threads, 2000);
  }
}

TEST_CASE("a crew may end while its helpers are only starting") {
  for (int i = 0; i < 300; ++i) {
    sumsThroughPhases(3, i % 3);
  }
}

} // namespace
