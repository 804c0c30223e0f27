// Two products in one DSP: every weight and every activation against the corners of the other weight; then whole cascades.
#include "Vcascade.h"
#include "Vmac2.h"
#include "bench.hpp"

#include <array>
#include <vector>

namespace zynqnet::bench {
namespace {

std::int64_t extend(std::uint64_t value, int bits) { return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits); }
std::uint32_t pack(int high, int low) { return static_cast<std::uint32_t>((high << 17) + low) & 0x1FFFFFFU; }

void products() {
  constexpr std::array<int, 7> corners{-127, -126, -1, 0, 1, 126, 127};
  Vmac2 top;
  top.c_i = 0;
  for (const int corner : corners) {
    for (int w = -127; w <= 127; ++w) {
      for (int x = -128; x <= 127; ++x) {
        const bool swap = (x & 1) != 0;
        const int high = swap ? w : corner;
        const int low = swap ? corner : w;
        top.w_i = pack(high, low);
        top.x_i = static_cast<std::uint8_t>(x);
        tick(top), tick(top), tick(top);
        const std::uint64_t p = top.p_o;
        CHECK_MESSAGE(extend(p & 0x1FFFF, 17) == low * x, ("low product of " + std::to_string(low) + " and " + std::to_string(x)));
        CHECK_MESSAGE(extend(((p >> 17U) & 0x1FFFF) + ((p >> 16U) & 1U), 17) == high * x,
                      ("high product of " + std::to_string(high) + " and " + std::to_string(x)));
      }
    }
  }
}

/// Streams of tiles, one step a cycle; DSP k's operands come k cycles late, as zn_slot delivers them.
void cascades() {
  struct Step {
    std::array<int, 4> high{}, low{}, x{};
    bool valid = false, first = false, last = false;
  };
  Random random(2);
  std::vector<Step> steps(20000);
  bool open = false;
  for (Step &step : steps) {
    step.valid = random.chance(85);
    const std::uint32_t kind = random.below(4);
    for (int k = 0; k < 4; ++k) {
      const int w = static_cast<int>(random.below(255)) - 127;
      step.high[k] = kind == 0 ? -127 : kind == 1 ? 127 : w;
      step.low[k] = kind == 0 ? 127 : kind == 1 ? -127 : static_cast<int>(random.below(255)) - 127;
      step.x[k] = kind < 2 ? -128 : static_cast<int>(random.below(256)) - 128;
    }
    step.first = step.valid && !open;
    step.last = step.valid && random.chance(20);
    open = step.valid ? !step.last : open;
  }
  Vcascade top;
  std::int32_t high = 0, low = 0, wantHigh = 0, wantLow = 0;
  bool any = false;
  constexpr std::size_t depth = 6; // from the operands of DSP 0 to the sum
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const auto at = [&](std::size_t back) { return t >= back ? steps[t - back] : Step{}; };
    std::array<std::uint32_t, 4> w{};
    std::uint32_t x = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const Step step = at(k);
      w[k] = pack(step.high[k], step.low[k]);
      x |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(step.x[k])) << 8 * k;
    }
    top.w_i[0] = w[0] | w[1] << 25U;
    top.w_i[1] = w[1] >> 7U | w[2] << 18U;
    top.w_i[2] = w[2] >> 14U | w[3] << 11U;
    top.w_i[3] = w[3] >> 21U;
    top.x_i = x;
    const Step done = at(depth);
    const Step control = at(depth - 1); // a cycle ahead of its sum
    top.valid_i = control.valid, top.first_i = control.first, top.last_i = control.last;
    tick(top);
    if (done.valid) {
      high = done.first ? 0 : high;
      low = done.first ? 0 : low;
      for (int k = 0; k < 4; ++k) {
        high += done.high[k] * done.x[k];
        low += done.low[k] * done.x[k];
      }
      if (done.last) {
        wantHigh = high, wantLow = low, any = true;
      }
    }
    if (any) {
      CHECK_MESSAGE((static_cast<std::int32_t>(top.hold_o >> 32U) == wantHigh && static_cast<std::int32_t>(top.hold_o) == wantLow),
                    ("sum of a cascade, step " + std::to_string(t)));
    }
  }
}

} // namespace

TEST_CASE("multipliers") {
  products();
  cascades();
}

} // namespace zynqnet::bench
