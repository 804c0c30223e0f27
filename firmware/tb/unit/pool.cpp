// Tiles of S slots with up to 49 taps, with gaps, against the maximum per channel. LANES 2, SLOTS 3.
#include "Vpool.h"
#include "bench.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace zynqnet::bench {

TEST_CASE("pool") {
  constexpr int slots = 3, bytes = 32;
  using Word = std::array<std::uint8_t, bytes>;
  struct Result {
    Word word{};
    std::uint32_t mask = 0;
  };
  Vpool top;
  Random random(4);
  std::deque<Result> expected;
  Word next{}; // a tap's word follows its control a cycle later
  reset(top);
  const auto cycle = [&] {
    tick(top);
    for (int i = 0; i < bytes; ++i) {
      top.word_i[i / 4] = (top.word_i[i / 4] & ~(255U << 8 * (i % 4))) | static_cast<std::uint32_t>(next[i]) << 8 * (i % 4);
    }
    if (top.valid_o != 0) {
      CHECK_MESSAGE(!expected.empty(), "a result that nothing asked for");
      if (expected.empty()) {
        return;
      }
      CHECK_MESSAGE(top.mask_o == expected.front().mask, "mask");
      for (int i = 0; i < bytes; ++i) {
        CHECK_MESSAGE((top.data_o[i / 4] >> 8 * (i % 4) & 255U) == expected.front().word[i], "maximum");
      }
      expected.pop_front();
    }
  };
  for (int tile = 0; tile < 2000; ++tile) {
    const std::uint32_t taps = 1 + random.below(tile % 4 == 0 ? 49 : 9);
    std::array<Result, slots> best;
    std::array<std::uint32_t, slots> masks{};
    for (auto &mask : masks) {
      mask = random.below(4);
    }
    for (std::uint32_t tap = 0; tap < taps; ++tap) {
      for (int slot = 0; slot < slots; ++slot) {
        while (random.chance(20)) {
          top.valid_i = 0;
          cycle();
        }
        top.valid_i = 1;
        top.first_i = tap == 0;
        top.last_i = tap + 1 == taps;
        top.mask_i = masks[slot];
        for (int i = 0; i < bytes; ++i) {
          const auto value = static_cast<std::uint8_t>(random.chance(10) ? 255 * random.below(2) : random.below(256));
          next[i] = value;
          best[slot].word[i] = tap == 0 ? value : std::max(best[slot].word[i], value);
        }
        if (tap + 1 == taps && masks[slot] != 0) {
          best[slot].mask = masks[slot];
          expected.push_back(best[slot]);
        }
        cycle();
      }
    }
  }
  top.valid_i = 0;
  cycle(), cycle(), cycle(), cycle();
  CHECK_MESSAGE(expected.empty(), "every slot came out");
}

} // namespace zynqnet::bench
