// The functional simulator refuses what the accelerator refuses, and names the command.
#include "sim/functional/functional_simulator.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace zynqnet;
using namespace zynqnet::accelerator;

namespace {

constexpr std::uint32_t base = 0x10000000;

Command goodLoad() {
  return makeCommand(Opcode::load, 0)
      .set(field::loadAddress, base + 4096)
      .set(field::loadRows, 1)
      .set(field::loadCols, 4)
      .set(field::loadBlocks, 1);
}

struct Outcome {
  ErrorCode code = ErrorCode::none;
  std::uint32_t command = 0, address = 0, causes = 0, status = 0;
};

Outcome run(const std::vector<Command> &list, std::uint32_t count, std::uint32_t limit = base + 65536, std::uint32_t offset = 0) {
  std::vector<std::uint8_t> memory(65536);
  if (!list.empty()) {
    std::memcpy(memory.data() + offset, list.data(), list.size() * commandBytes);
  }
  sim::FunctionalSimulator model(presets[0], memory, base);
  model.write(reg::windowBase, base);
  model.write(reg::windowLimit, limit);
  model.write(reg::timeout, 1000);
  model.write(reg::commandAddress, base + offset);
  model.write(reg::commandCount, count);
  model.write(reg::control, controlBits::start.mask());
  return {static_cast<ErrorCode>(model.read(reg::errorCode)), model.read(reg::errorCommand), model.read(reg::errorAddress),
          model.read(reg::irqStatus), model.read(reg::status)};
}

void expect(const std::string &what, const Outcome &got, ErrorCode code, std::uint32_t command, std::uint32_t address = 0) {
  CHECK_MESSAGE((got.code == code && got.command == command && got.address == address),
                (what + ": error " + std::to_string(static_cast<unsigned>(got.code)) + " in command " + std::to_string(got.command)));
  CHECK_MESSAGE((got.causes == (code == ErrorCode::none ? irqStatusBits::done.mask() : irqStatusBits::error.mask()) && got.status == 0),
                (what + ": stopped with its interrupt"));
}

TEST_CASE("commands are refused with their code and index") {
  const Command end = makeCommand(Opcode::end, 0);
  expect("a good list", run({goodLoad(), end}, 2), ErrorCode::none, 0);
  expect("an unknown opcode", run({goodLoad(), makeCommand(static_cast<Opcode>(9), 0), end}, 3), ErrorCode::badOpcode, 1);
  expect("no end", run({goodLoad(), goodLoad()}, 2), ErrorCode::noEnd, 2);
  expect("an empty list", run({}, 0), ErrorCode::noEnd, 0);
  expect("a list off its alignment", run({end}, 1, base + 65536, 32), ErrorCode::badAlignment, 0);
  expect("no rows", run({goodLoad().set(field::loadRows, 0), end}, 2), ErrorCode::badField, 0);
  expect("too many columns", run({goodLoad().set(field::loadCols, 4097), end}, 2), ErrorCode::badField, 0);
  expect("an address off its alignment", run({goodLoad().set(field::loadAddress, base + 8), end}, 2), ErrorCode::badAlignment, 0);
  expect("a line behind the window", run({goodLoad(), goodLoad().set(field::loadAddress, base + 8192), end}, 3, base + 8192),
         ErrorCode::window, 1, base + 8192);
  expect("a line across the window's end",
         run({goodLoad().set(field::loadCols, 64).set(field::loadAddress, base + 8192 - 512), end}, 2, base + 8192), ErrorCode::window, 0,
         base + 8192);
  expect("no memory there", run({goodLoad().set(field::loadAddress, base + 65536), end}, 2, base + 131072), ErrorCode::readDecerr, 0);
  const Command pool = makeCommand(Opcode::pool, 0)
                           .set(field::inRows, 1)
                           .set(field::inCols, 4)
                           .set(field::kernelRows, 1)
                           .set(field::kernelCols, 1)
                           .set(field::strideRows, 1)
                           .set(field::strideCols, 1)
                           .set(field::outRows, 1)
                           .set(field::outCols, 4)
                           .set(field::groups, 1)
                           .set(field::outAddress, base + 16384);
  expect("a copy", run({goodLoad(), Command(pool).set(field::waitLoad, 1), end}, 3), ErrorCode::none, 0);
  expect("a copy to nowhere", run({goodLoad(), Command(pool).set(field::outAddress, base + 65536), end}, 3), ErrorCode::window, 1,
         base + 65536);
  expect("a wait that nothing fulfils", run({goodLoad(), Command(pool).set(field::waitLoad, 2), end}, 3), ErrorCode::timeout, 0);
  expect("a kernel too large", run({Command(pool).set(field::kernelRows, 8), end}, 2), ErrorCode::badField, 0);
  const Command conv = Command(pool)
                           .set(field::opcode, static_cast<std::uint32_t>(Opcode::conv))
                           .set(field::blocks, 1)
                           .set(field::lastQuads, 4)
                           .set(field::groupWords, 4);
  expect("a convolution without weights", run({conv, end}, 2), ErrorCode::timeout, 0);
  expect("a group larger than the ring", run({Command(conv).set(field::groupWords, 1000), end}, 2), ErrorCode::badField, 0);
}

} // namespace
