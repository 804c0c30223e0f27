// Aborts, soft resets, AXI errors, a narrowed window and broken commands at random moments of random networks: the engine must
// stop with the right code, leave no burst outstanding, and compute the next frame bit for bit.
// Usage: rtl_faults PRESET [networks] [first seed]
#include "core/error.hpp"
#include "core/scalar_engine.hpp"
#include "sim/run_program.hpp"
#include "tests/cpu/random_model.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace zynqnet;
using namespace zynqnet::accelerator;

namespace {

constexpr std::uint32_t base = 0x1C000000;
constexpr std::uint64_t maxCycles = 3'000'000;
int failures = 0;
std::array<std::uint32_t, 12> seen{}; ///< per error code

void fail(std::uint32_t seed, const char *what, unsigned detail) {
  std::printf("FAILED seed %u: %s (%u)\n", seed, what, detail);
  ++failures;
}

/// Causes the fault and returns what happened.
sim::RunResult provoke(sim::AcceleratorModel &model, const Program &program, std::span<const std::uint8_t> frame, std::uint32_t seed) {
  const std::uint32_t kind = seed % 7;
  std::uint8_t *command = model.memory().bytes().data() + program.lists[0].commandsOffset + std::size_t{seed / 7 % program.commandCount} * commandBytes;
  const std::uint8_t opcode = *command;
  if (kind == 0 || kind == 1) {
    model.memory().failRead(1 + seed % 23, kind == 0 ? sim::AxiMemory::slaveError : sim::AxiMemory::decodeError);
  } else if (kind == 2) {
    model.memory().failWrite(1, sim::AxiMemory::slaveError);
  } else if (kind == 3) {
    *command = 0x77;
  }
  sim::startFrame(model, program, frame, 0);
  if (kind == 4) {
    model.writeRegister(reg::windowLimit, base + program.lists[0].sumsOffset);
  }
  if (kind >= 5) {
    for (std::uint32_t c = seed * 37 % 2500; c > 0; --c) {
      model.tick();
    }
    if (kind == 6) {
      model.writeRegister(reg::control, controlBits::softReset.mask());
      for (int c = 0; statusBits::busy.get(model.readRegister(reg::status)) != 0 && c < 10000; ++c) {
        model.tick();
      }
      return {};
    }
    model.writeRegister(reg::control, controlBits::abort.mask());
  }
  sim::RunResult result = sim::waitFrame(model, program, 0, maxCycles);
  *command = opcode;
  model.memory().failRead(0, 0);
  model.memory().failWrite(0, 0);
  return result;
}

void runOne(const std::string &preset, std::uint32_t seed) {
  const auto network = tests::randomModel(seed, Arithmetic::int8);
  const auto frame = tests::randomFrame(seed, *network);
  Logits expected;
  createScalarEngine(network)->run(frame, expected);
  sim::MemoryConditions conditions;
  conditions.seed = seed;
  LowerOptions options;
  options.baseAddress = base;
  const Preset *build = nullptr;
  for (const Preset &p : presets) {
    build = p.name == preset ? &p : build;
  }
  const Program program = lower(*network, *build, options);
  const auto model = sim::createModel(preset, base, (program.totalBytes + 4095) & ~4095U, conditions);
  sim::loadProgram(*model, program);
  const sim::RunResult result = provoke(*model, program, frame, seed);
  ++seen.at(static_cast<std::size_t>(result.error));
  constexpr std::array<ErrorCode, 6> wanted{ErrorCode::readSlverr, ErrorCode::readDecerr, ErrorCode::writeSlverr, ErrorCode::badOpcode, ErrorCode::window, ErrorCode::aborted};
  const std::uint32_t kind = seed % 7;
  const bool ended = result.error == ErrorCode::none && (kind == 0 || kind == 1 || kind == 4 || kind == 5); // over before the fault
  if (kind != 6 && !ended && result.error != wanted.at(kind)) {
    fail(seed, "wrong error code", static_cast<unsigned>(result.error));
  }
  if (kind == 3 && result.errorCommand != seed / 7 % program.commandCount) {
    fail(seed, "wrong failing command", result.errorCommand);
  }
  if (model->memory().outstanding() != 0) {
    fail(seed, "bursts outstanding after the stop", model->memory().outstanding());
  }
  const sim::RunResult again = sim::runFrame(*model, program, frame, seed % 2, maxCycles);
  if (again.error != ErrorCode::none || again.sums != expected.sums) {
    fail(seed, "the next frame is wrong", static_cast<unsigned>(again.error));
  }
}

} // namespace

int main(int argc, char **argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string preset = argc > 1 ? argv[1] : "zybo";
  const auto count = static_cast<std::uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20);
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1);
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    try {
      runOne(preset, seed);
    } catch (const Error &error) {
      std::printf("FAILED seed %u: %s %s\n", seed, error.code().c_str(), error.what());
      ++failures;
    }
  }
  std::printf("%s: %u runs with a fault, %d failures; codes seen:", preset.c_str(), count, failures);
  for (std::size_t code = 0; code < seen.size(); ++code) {
    std::printf(" %s %u", std::string(errorTexts[code].name).c_str(), seen[code]);
  }
  std::printf("\n");
  return failures == 0 ? 0 : 1;
}
