// Lines of words through the write port: contents, page limits, marks, window, error responses, the stop, and the next run.
#include "Vwrite.h"
#include "memory_port.hpp"

#include <deque>
#include <vector>

namespace zynqnet::bench {
namespace {

constexpr std::uint32_t lanes = 2; // words of an entry

class WriteBench {
public:
  explicit WriteBench(std::uint32_t seed) : memory(1, memoryBase, memoryBytes, conditionsOf(seed)), random(seed), expected(memoryBytes, 0) {
    top.window_base_i = memoryBase, top.window_limit_i = memoryBase + memoryBytes;
    reset(top);
  }

  void cycle(bool give) {
    top.line_valid_i = top.entry_valid_i = top.mark_i = 0;
    if (left == 0 && give && top.full_o == 0 && random.chance(20)) {
      if (random.chance(20)) {
        top.mark_i = 1;
        ++marks;
      } else {
        left = 1 + random.below(random.chance(20) ? 300 : 20);
        if (cursor + left * 16 + 4096 > memoryBytes) {
          cursor = 0;
        }
        cursor += 16 * random.below(200);
        top.line_valid_i = 1, top.line_addr_i = memoryBase + cursor, top.line_words_i = static_cast<std::uint16_t>(left);
        fresh = true;
      }
    }
    if (left > 0 && (fresh || random.chance(70)) && top.full_o == 0) {
      const std::uint32_t words = std::min(left, lanes);
      top.entry_valid_i = 1, top.entry_words_i = static_cast<std::uint8_t>(words);
      for (std::uint32_t i = 0; i < lanes * 4; ++i) {
        top.entry_data_i[i] = static_cast<std::uint32_t>(random.next());
      }
      for (std::uint32_t i = 0; i < words * 16; ++i) {
        expected[cursor + i] = static_cast<std::uint8_t>(top.entry_data_i[i / 4] >> 8 * (i % 4));
      }
      cursor += words * 16;
      left -= words;
    }
    fresh = false;
    const sim::PortInputs &in = memory.inputs(0);
    top.awready_i = in.awReady, top.wready_i = in.wReady, top.bvalid_i = in.bValid, top.bresp_i = in.bResponse;
    settle(top);
    sim::PortOutputs out;
    out.awValid = top.awvalid_o != 0, out.awAddress = top.awaddr_o, out.awLength = top.awlen_o;
    out.wValid = top.wvalid_o != 0, out.wData = top.wdata_o, out.wLast = top.wlast_o != 0, out.bReady = top.bready_o != 0;
    memory.cycle(0, out);
    tick(top);
    memory.endCycle();
    marksDone += top.mark_done_o;
    if (top.mark_done_o != 0) {
      CHECK_MESSAGE(marksDone <= marks, "a mark that was given");
    }
    if (top.error_o != 0 && errorCode == 0) {
      errorCode = top.error_code_o;
      errorAddress = top.error_addr_o;
    }
  }

  void finish() {
    int cycles = 0;
    for (; cycles < 60000 && !(left == 0 && top.empty_o != 0 && cycles > 20); ++cycles) {
      cycle(left > 0);
    }
    CHECK_MESSAGE(cycles < 60000, "the buffer empties");
    for (int c = 0; c < 5; ++c) {
      cycle(false);
    }
    CHECK_MESSAGE(marksDone == marks, "every mark is done at the end");
    CHECK_MESSAGE(std::equal(expected.begin(), expected.end(), memory.bytes().begin()),
                  "every byte is where it belongs, and no other was touched");
  }

  void stop() {
    top.halt_i = 1;
    left = 0; // the line at hand is lost with everything else
    int cycles = 0;
    for (; cycles < 4000 && !(top.idle_o != 0 && cycles > 3); ++cycles) {
      cycle(false);
    }
    CHECK_MESSAGE((cycles < 4000 && memory.outstanding() == 0), "everything outstanding has ended");
    top.clear_i = 1;
    cycle(false), cycle(false);
    top.clear_i = 0, top.halt_i = 0;
    cycle(false);
    CHECK_MESSAGE(top.empty_o != 0, "empty after clearing");
    marks = marksDone = 0;
  }

  Vwrite top;
  sim::AxiMemory memory;
  Random random;
  std::vector<std::uint8_t> expected;
  std::uint32_t left = 0, cursor = 0, marks = 0, marksDone = 0;
  bool fresh = false;
  unsigned errorCode = 0, errorAddress = 0;
};

} // namespace

TEST_CASE("write port") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    WriteBench bench(seed);
    for (int c = 0; c < 12000; ++c) {
      bench.cycle(true);
    }
    bench.finish();
    CHECK_MESSAGE((bench.marks > 0 && bench.errorCode == 0), ("marks, and no error, seed " + std::to_string(seed)));
    bench.memory.failWrite(1, seed % 2 == 0 ? sim::AxiMemory::slaveError : sim::AxiMemory::decodeError);
    for (int c = 0; c < 6000 && bench.errorCode == 0; ++c) {
      bench.cycle(true);
    }
    CHECK_MESSAGE(bench.errorCode == (seed % 2 == 0 ? 7 : 8), "error response");
    bench.stop();
  }
  for (std::uint32_t seed = 1; seed <= 60; ++seed) { // stop at any time, then a clean run
    WriteBench bench(seed);
    for (std::uint32_t c = 0; c < seed * 23; ++c) {
      bench.cycle(true);
    }
    bench.stop();
    std::copy(bench.memory.bytes().begin(), bench.memory.bytes().end(), bench.expected.begin());
    for (int c = 0; c < 1000; ++c) {
      bench.cycle(true);
    }
    bench.finish();
  }
  for (const bool low : {false, true}) {
    WriteBench bench(9);
    (low ? bench.top.window_base_i : bench.top.window_limit_i) = low ? memoryBase + 0x8010 : memoryBase + 0x8000 + 31;
    bench.top.line_valid_i = 1, bench.top.line_addr_i = memoryBase + 0x8000, bench.top.line_words_i = 2;
    bench.top.entry_valid_i = 1, bench.top.entry_words_i = 2;
    tick(bench.top);
    for (int c = 0; c < 40; ++c) {
      bench.cycle(false);
    }
    CHECK_MESSAGE((bench.errorCode == 4 && bench.errorAddress == memoryBase + 0x8000 && bench.top.awvalid_o == 0), "outside the window");
    bench.stop();
  }
}

} // namespace zynqnet::bench
