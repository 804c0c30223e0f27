#include "Vfifo.h"
#include "bench.hpp"

#include <deque>

namespace zynqnet::bench {

TEST_CASE("fifo") {
  Vfifo top;
  Random random(1);
  std::deque<std::uint64_t> model;
  reset(top);
  for (int cycle = 0; cycle < 50000; ++cycle) {
    const std::uint32_t pace = cycle / 5000 % 3; // mostly full, mostly empty, both
    top.valid_i = random.chance(pace == 0 ? 90 : 40);
    top.ready_i = random.chance(pace == 1 ? 90 : 40);
    top.data_i = random.next() & 0xFFFFFFFFFFULL;
    top.rst_i = random.chance(1) && cycle % 7 == 0;
    settle(top);
    CHECK_MESSAGE(top.level_o == model.size(), "level");
    CHECK_MESSAGE((top.valid_o != 0) == !model.empty(), "valid_o says whether there is a word");
    CHECK_MESSAGE((top.ready_o != 0) == (model.size() < 8), "ready_o says whether there is room");
    if (!model.empty()) {
      CHECK_MESSAGE(top.data_o == model.front(), "oldest word first");
    }
    const bool push = top.valid_i != 0 && top.ready_o != 0;
    const bool pop = top.valid_o != 0 && top.ready_i != 0;
    const std::uint64_t word = top.data_i;
    const bool cleared = top.rst_i != 0;
    tick(top);
    if (pop) {
      model.pop_front();
    }
    if (push) {
      model.push_back(word);
    }
    if (cleared) {
      model.clear();
    }
  }
}

} // namespace zynqnet::bench
