// What the unit benches share: a clock and random numbers. Checks are doctest's.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace zynqnet::bench {

/// xorshift64 (Marsaglia 2003): the same numbers in every run.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_;
  }
  /// 0 to limit - 1
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>((next() >> 16U) % limit); }
  bool chance(std::uint32_t percent) { return below(100) < percent; }

private:
  std::uint64_t state_;
};

/// Everything the module drives is valid; takes the clock's edge.
template <typename Top> void tick(Top &top) {
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
}

/// Lets inputs reach the outputs without a clock edge.
template <typename Top> void settle(Top &top) {
  top.clk_i = 0;
  top.eval();
}

template <typename Top> void reset(Top &top) {
  top.rst_i = 1;
  tick(top);
  tick(top);
  top.rst_i = 0;
}

} // namespace zynqnet::bench
