// The checkers themselves: legal traffic passes, and every rule that is broken on purpose is noticed.
#include "Vaxicheck.h"
#include "Vlitecheck.h"
#include "bench.hpp"
#include "core/error.hpp"

#include <functional>
#include <memory>

namespace zynqnet::bench {
namespace {

/// Gives the thread its context back: the other benches make their models in it, and a new context takes its place.
class ContextGuard {
public:
  ContextGuard() = default;
  ContextGuard(const ContextGuard &) = delete;
  ContextGuard &operator=(const ContextGuard &) = delete;
  ~ContextGuard() { Verilated::threadContextp(before_); }

private:
  VerilatedContext *before_ = Verilated::threadContextp();
};

/// Runs `body` on a fresh checker; true if an assertion fired. Verilator prints its message.
template <typename Top> bool fires(const std::function<void(Top &)> &body) {
  const ContextGuard guard;
  VerilatedContext context;
  Top top{&context};
  reset(top);
  try {
    body(top);
    tick(top), tick(top);
  } catch (const Error &error) {
    CHECK_MESSAGE(error.code() == "SIMULATION_PROTOCOL", "the error's code");
    return true;
  }
  return false;
}

void address(Vaxicheck &top, bool write, std::uint32_t at, std::uint32_t beats) {
  (write ? top.awvalid_i : top.arvalid_i) = 1;
  (write ? top.awready_i : top.arready_i) = 1;
  (write ? top.awaddr_i : top.araddr_i) = at;
  (write ? top.awlen_i : top.arlen_i) = static_cast<std::uint8_t>(beats - 1);
  tick(top);
  top.awvalid_i = top.arvalid_i = top.awready_i = top.arready_i = 0;
}

void beats(Vaxicheck &top, bool write, std::uint32_t count, std::uint32_t last) {
  for (std::uint32_t b = 1; b <= count; ++b) {
    (write ? top.wvalid_i : top.rvalid_i) = 1;
    (write ? top.wready_i : top.rready_i) = 1;
    (write ? top.wlast_i : top.rlast_i) = b == last;
    tick(top);
  }
  top.wvalid_i = top.wready_i = top.wlast_i = top.rvalid_i = top.rready_i = top.rlast_i = 0;
}

void response(Vaxicheck &top) {
  top.bvalid_i = 1;
  tick(top);
  top.bready_i = 1;
  tick(top);
  top.bvalid_i = top.bready_i = 0;
}

void ports() {
  using Body = std::function<void(Vaxicheck &)>;
  CHECK_MESSAGE((!fires<Vaxicheck>([](Vaxicheck &top) {
                  for (std::uint32_t n = 1; n <= 16; ++n) {
                    address(top, false, 0x1F80 + 8 * (16 - n), n);
                    address(top, true, 0x2000, n);
                    beats(top, true, n, n);
                    beats(top, false, n, n);
                    response(top);
                  }
                  top.arvalid_i = 1; // waits, then goes
                  tick(top), tick(top);
                  top.arready_i = 1;
                  tick(top);
                })),
                "legal traffic passes");
  const std::pair<const char *, Body> broken[] = {
      {"AR withdrawn", [](Vaxicheck &top) { top.arvalid_i = 1, tick(top), top.arvalid_i = 0, tick(top); }},
      {"AR's address changes", [](Vaxicheck &top) { top.arvalid_i = 1, tick(top), top.araddr_i = 8, tick(top); }},
      {"AW withdrawn", [](Vaxicheck &top) { top.awvalid_i = 1, tick(top), top.awvalid_i = 0, tick(top); }},
      {"AW's length changes", [](Vaxicheck &top) { top.awvalid_i = 1, tick(top), top.awlen_i = 2, tick(top); }},
      {"W's data changes", [](Vaxicheck &top) { address(top, true, 0, 2), top.wvalid_i = 1, tick(top), top.wdata_i = 1, tick(top); }},
      {"W withdrawn", [](Vaxicheck &top) { address(top, true, 0, 2), top.wvalid_i = 1, tick(top), top.wvalid_i = 0, tick(top); }},
      {"R's data changes", [](Vaxicheck &top) { address(top, false, 0, 2), top.rvalid_i = 1, tick(top), top.rdata_i = 1, tick(top); }},
      {"B withdrawn",
       [](Vaxicheck &top) { address(top, true, 0, 1), beats(top, true, 1, 1), top.bvalid_i = 1, tick(top), top.bvalid_i = 0, tick(top); }},
      {"17 beats read", [](Vaxicheck &top) { address(top, false, 0, 17); }},
      {"17 beats written", [](Vaxicheck &top) { address(top, true, 0, 17); }},
      {"a read across 4 KiB", [](Vaxicheck &top) { address(top, false, 0xF88, 16); }},
      {"a write across 4 KiB", [](Vaxicheck &top) { address(top, true, 0xFF8, 2); }},
      {"an unaligned read", [](Vaxicheck &top) { address(top, false, 4, 1); }},
      {"an unaligned write", [](Vaxicheck &top) { address(top, true, 12, 1); }},
      {"W without its address", [](Vaxicheck &top) { beats(top, true, 1, 1); }},
      {"W's last too early", [](Vaxicheck &top) { address(top, true, 0, 4), beats(top, true, 3, 3); }},
      {"W's last too late", [](Vaxicheck &top) { address(top, true, 0, 2), beats(top, true, 3, 3); }},
      {"R's last missing", [](Vaxicheck &top) { address(top, false, 0, 2), beats(top, false, 2, 0); }},
      {"R that nobody asked for", [](Vaxicheck &top) { beats(top, false, 1, 1); }},
      {"B before its data", [](Vaxicheck &top) { address(top, true, 0, 2), beats(top, true, 1, 0), response(top); }},
      {"a second B", [](Vaxicheck &top) { address(top, true, 0, 1), beats(top, true, 1, 1), response(top), response(top); }},
      {"nine reads",
       [](Vaxicheck &top) {
         for (int i = 0; i < 9; ++i) {
           address(top, false, 0, 1);
         }
       }},
      {"nine writes",
       [](Vaxicheck &top) {
         for (int i = 0; i < 9; ++i) {
           address(top, true, 0, 1);
         }
       }},
  };
  for (const auto &[what, body] : broken) {
    CHECK_MESSAGE(fires<Vaxicheck>(body), (std::string("noticed: ") + what));
  }
}

void registerSlave() {
  using Body = std::function<void(Vlitecheck &)>;
  const auto write = [](Vlitecheck &top) {
    top.awvalid_i = top.wvalid_i = top.awready_i = top.wready_i = 1;
    tick(top);
    top.awvalid_i = top.wvalid_i = top.awready_i = top.wready_i = 0;
  };
  const auto answer = [](Vlitecheck &top) { top.bvalid_i = top.bready_i = 1, tick(top), top.bvalid_i = top.bready_i = 0; };
  const auto read = [](Vlitecheck &top) { top.arvalid_i = top.arready_i = 1, tick(top), top.arvalid_i = top.arready_i = 0; };
  CHECK_MESSAGE((!fires<Vlitecheck>([&](Vlitecheck &top) {
                  write(top), tick(top), answer(top), write(top), answer(top), read(top), top.rvalid_i = top.rready_i = 1, tick(top),
                                                                                          top.rvalid_i = 0;
                })),
                "legal accesses pass");
  const std::pair<const char *, Body> broken[] = {
      {"AW withdrawn", [](Vlitecheck &top) { top.awvalid_i = 1, tick(top), top.awvalid_i = 0, tick(top); }},
      {"W's strobes change", [](Vlitecheck &top) { top.wvalid_i = 1, tick(top), top.wstrb_i = 1, tick(top); }},
      {"AR's address changes", [](Vlitecheck &top) { top.arvalid_i = 1, tick(top), top.araddr_i = 4, tick(top); }},
      {"B without a write", [&](Vlitecheck &top) { answer(top); }},
      {"B twice", [&](Vlitecheck &top) { write(top), answer(top), answer(top); }},
      {"B withdrawn", [&](Vlitecheck &top) { write(top), top.bvalid_i = 1, tick(top), top.bvalid_i = 0, tick(top); }},
      {"two writes under way", [&](Vlitecheck &top) { write(top), write(top); }},
      {"R without a read", [](Vlitecheck &top) { top.rvalid_i = 1, tick(top); }},
      {"R's data changes", [&](Vlitecheck &top) { read(top), top.rvalid_i = 1, tick(top), top.rdata_i = 1, tick(top); }},
      {"EXOKAY", [&](Vlitecheck &top) { read(top), top.rvalid_i = 1, top.rresp_i = 1, tick(top); }},
  };
  for (const auto &[what, body] : broken) {
    CHECK_MESSAGE(fires<Vlitecheck>(body), (std::string("noticed: ") + what));
  }
}

} // namespace

TEST_CASE("assertions") {
  ports();
  registerSlave();
}

} // namespace zynqnet::bench
