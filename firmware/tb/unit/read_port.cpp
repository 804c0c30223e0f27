// Three clients at one read port: order, contents, window, error responses, and the stop in the middle of traffic.
#include "Vread.h"
#include "memory_port.hpp"

#include <array>
#include <deque>

namespace zynqnet::bench {
namespace {

class ReadBench {
public:
  explicit ReadBench(std::uint32_t seed) : memory(1, memoryBase, memoryBytes, conditionsOf(seed)), random(seed) {
    for (std::uint32_t i = 0; i < memoryBytes; ++i) {
      memory.bytes()[i] = pattern(i);
    }
    top.window_base_i = memoryBase, top.window_limit_i = memoryBase + memoryBytes;
    reset(top);
  }

  /// One cycle: clients ask and take at random.
  void cycle(bool ask) {
    top.weights_low_i = random.chance(50);
    for (std::uint32_t c = 0; c < 3; ++c) {
      if (!wanted[c].waiting && ask && random.chance(30)) {
        const std::uint32_t beats = 1 + random.below(16);
        const std::uint32_t page = random.below(memoryBytes / 4096) * 4096;
        wanted[c] = {true, memoryBase + page + 8 * random.below(512 - beats + 1), beats};
      }
      top.req_valid_i = static_cast<std::uint8_t>((top.req_valid_i & ~(1U << c)) | static_cast<unsigned>(wanted[c].waiting) << c);
      top.req_addr_i[c] = wanted[c].address;
      top.req_beats_i = (top.req_beats_i & ~(255U << 8 * c)) | wanted[c].beats << 8 * c;
    }
    top.data_ready_i = static_cast<std::uint8_t>(random.below(8));
    const sim::PortInputs &in = memory.inputs(0);
    top.arready_i = in.arReady, top.rvalid_i = in.rValid, top.rdata_i = in.rData, top.rresp_i = in.rResponse, top.rlast_i = in.rLast;
    settle(top);
    for (std::uint32_t c = 0; c < 3; ++c) {
      if ((top.req_ready_o >> c & 1U) != 0) {
        CHECK_MESSAGE(wanted[c].waiting, "a request is taken once");
        for (std::uint32_t b = 0; b < wanted[c].beats; ++b) {
          expected[c].push_back(wanted[c].address - memoryBase + 8 * b);
        }
        wanted[c].waiting = false;
        ++taken;
      }
      if ((top.data_valid_o >> c & 1U) != 0 && (top.data_ready_i >> c & 1U) != 0) {
        CHECK_MESSAGE(!stopped, "no data after the stop");
        CHECK_MESSAGE(!expected[c].empty(), "data that was asked for");
        if (!expected[c].empty()) {
          for (std::uint32_t i = 0; i < 8 && !failing; ++i) {
            CHECK_MESSAGE((top.data_o >> 8 * i & 255U) == pattern(expected[c].front() + i), ("data of client " + std::to_string(c)));
          }
          expected[c].pop_front();
        }
      }
    }
    sim::PortOutputs out;
    out.arValid = top.arvalid_o != 0, out.arAddress = top.araddr_o, out.arLength = top.arlen_o, out.rReady = top.rready_o != 0;
    memory.cycle(0, out);
    tick(top);
    memory.endCycle();
    if (top.error_o != 0 && errorCode == 0) {
      errorCode = top.error_code_o;
      errorAddress = top.error_addr_o;
    }
  }

  void stop() {
    top.halt_i = 1;
    stopped = true;
    int cycles = 0;
    for (; cycles < 3000; ++cycles) {
      cycle(true);
      if (top.idle_o != 0 && cycles > 3) {
        break;
      }
    }
    CHECK_MESSAGE((cycles < 3000 && memory.outstanding() == 0), "everything outstanding has ended");
  }

  struct Request {
    bool waiting = false;
    std::uint32_t address = 0, beats = 1;
  };
  Vread top;
  sim::AxiMemory memory;
  Random random;
  std::array<Request, 3> wanted{};
  std::array<std::deque<std::uint32_t>, 3> expected{};
  int taken = 0;
  bool stopped = false, failing = false;
  unsigned errorCode = 0, errorAddress = 0;
};

} // namespace

TEST_CASE("read port") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    ReadBench bench(seed);
    for (int c = 0; c < 6000; ++c) {
      bench.cycle(c < 4000);
    }
    CHECK_MESSAGE((bench.taken > 30 && bench.expected[0].empty() && bench.expected[1].empty() && bench.expected[2].empty()),
                  ("all data came, seed " + std::to_string(seed)));
    CHECK_MESSAGE((bench.top.idle_o != 0 && bench.errorCode == 0), "idle without an error");
    // Error responses: SLVERR 5, DECERR 6
    bench.failing = true;
    bench.memory.failRead(1 + seed % 5, seed % 2 == 0 ? sim::AxiMemory::slaveError : sim::AxiMemory::decodeError);
    for (int c = 0; c < 3000 && bench.errorCode == 0; ++c) {
      bench.cycle(true);
    }
    CHECK_MESSAGE(bench.errorCode == (seed % 2 == 0 ? 5 : 6), "error response");
    bench.stop();
  }
  for (std::uint32_t seed = 1; seed <= 60; ++seed) { // stop at any time
    ReadBench bench(seed);
    for (std::uint32_t c = 0; c < seed * 7; ++c) {
      bench.cycle(true);
    }
    bench.stop();
    // and go on afterwards
    bench.top.halt_i = 0;
    bench.stopped = false;
    for (std::uint32_t c = 0; c < 3; ++c) {
      bench.wanted[c].waiting = false;
      bench.expected[c].clear();
    }
    for (int c = 0; c < 2500; ++c) {
      bench.cycle(c < 800);
    }
    CHECK_MESSAGE((bench.expected[0].empty() && bench.expected[1].empty() && bench.expected[2].empty() && bench.errorCode == 0),
                  ("traffic after a stop, seed " + std::to_string(seed)));
  }
  for (const bool low : {false, true}) { // one byte less at either end of the window
    ReadBench bench(9);
    (low ? bench.top.window_base_i : bench.top.window_limit_i) = low ? memoryBase + 0x8008 : memoryBase + 0x8000 + 127;
    bench.wanted[1] = {true, memoryBase + 0x8000, 16};
    for (int c = 0; c < 20; ++c) {
      bench.cycle(false);
    }
    CHECK_MESSAGE((bench.errorCode == 4 && bench.errorAddress == memoryBase + 0x8000 && bench.top.arvalid_o == 0), "outside the window");
  }
}

} // namespace zynqnet::bench
