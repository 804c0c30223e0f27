// Results and two ports write at random, with conflicts; then every word is read back. LANES 2, 4 banks of 512 rows.
#include "Vactmem.h"
#include "bench.hpp"

#include <array>
#include <map>
#include <utility>

namespace zynqnet::bench {

TEST_CASE("activation memory") {
  constexpr std::uint32_t ports = 2, lanes = 2, banks = 4, rows = 512;
  using Word = std::array<std::uint32_t, 4>;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Word> model; // bank, row
  struct Load {
    bool waiting = false, leaving = false; // leaving: its bank was given, its word is taken in this cycle
    std::uint32_t bank = 0, row = 0;
    Word word{};
  };
  std::array<Load, ports> loads{};
  Vactmem top;
  Random random(6);
  struct Result {
    bool valid = false;
    std::uint32_t row = 0, half = 0, mask = 0;
    std::array<Word, lanes> words{};
  };
  int granted = 0, refused = 0;
  reset(top);
  for (int cycle = 0; cycle < 40000; ++cycle) {
    Result now{random.chance(60), random.below(rows), random.below(2), random.below(4), {}};
    for (auto &word : now.words) {
      for (auto &part : word) {
        part = static_cast<std::uint32_t>(random.next());
      }
    }
    top.out_valid_i = now.valid, top.out_row_i = static_cast<std::uint16_t>(now.row), top.out_half_i = now.half,
    top.out_mask_i = static_cast<std::uint8_t>(now.mask);
    for (std::uint32_t i = 0; i < lanes * 4; ++i) {
      top.out_data_i[i] = now.words[i / 4][i % 4];
    }
    top.load_valid_i = 0, top.load_bank_i = 0, top.load_row_i = 0;
    for (std::uint32_t p = 0; p < ports; ++p) {
      Load &load = loads[p];
      if (!load.waiting && !load.leaving && random.chance(60)) {
        load = {true, false, random.below(banks), random.below(rows), {}};
        for (auto &part : load.word) {
          part = static_cast<std::uint32_t>(random.next());
        }
      }
      top.load_valid_i |= static_cast<std::uint8_t>(load.waiting ? 1U << p : 0U);
      top.load_bank_i |= static_cast<std::uint8_t>(load.bank << 4 * p);
      top.load_row_i |= load.row << 9 * p;
      for (std::uint32_t i = 0; i < 4; ++i) {
        top.load_data_i[4 * p + i] = load.word[i];
      }
    }
    settle(top);
    // Results take their banks first
    std::array<bool, banks> taken{};
    for (std::uint32_t lane = 0; now.valid && lane < lanes; ++lane) {
      if ((now.mask >> lane & 1U) != 0) {
        const std::uint32_t bank = now.half * lanes + lane;
        taken[bank] = true;
        model[{bank, now.row}] = now.words[lane];
      }
    }
    for (std::uint32_t p = 0; p < ports; ++p) {
      loads[p].leaving = false;
      if (!loads[p].waiting) {
        continue;
      }
      const bool ready = (top.load_ready_o >> p & 1U) != 0;
      CHECK_MESSAGE(ready == !taken[loads[p].bank], "a port writes exactly when its bank is free");
      (ready ? granted : refused) += 1;
      if (ready) {
        taken[loads[p].bank] = true; // the higher port waits
        model[{loads[p].bank, loads[p].row}] = loads[p].word;
        loads[p].waiting = false;
        loads[p].leaving = true;
      }
    }
    tick(top);
  }
  CHECK_MESSAGE((granted > 1000 && refused > 1000), "conflicts happened");
  top.out_valid_i = top.load_valid_i = 0;
  for (int i = 0; i < 4; ++i) {
    tick(top);
  }
  for (std::uint32_t row = 0; row < rows; ++row) {
    top.read_row_i = row * (1ULL + (1ULL << 9U) + (1ULL << 18U) + (1ULL << 27U));
    tick(top), tick(top);
    for (std::uint32_t bank = 0; bank < banks; ++bank) {
      const auto at = model.find({bank, row});
      for (std::uint32_t i = 0; at != model.end() && i < 4; ++i) {
        CHECK_MESSAGE(top.read_data_o[bank * 4 + i] == at->second[i], "what was written last");
      }
    }
  }
}

} // namespace zynqnet::bench
