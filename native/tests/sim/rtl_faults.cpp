// Everything that can go wrong, at random moments of random networks: the engine must stop with the right code and command,
// leave no burst outstanding, and compute the next frame bit for bit.
// Usage: rtl_faults PRESET [networks] [first seed]     the kind of fault is the seed modulo 15: see kinds
#include "core/error.hpp"
#include "core/scalar_engine.hpp"
#include "lowering/cycle_bound.hpp"
#include "sim/rtl/run_program.hpp"
#include "tests/support/random_model.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace zynqnet;
using namespace zynqnet::accelerator;

namespace {

constexpr std::uint32_t base = 0x1C000000;
constexpr std::uint32_t farAway = 0x80000000;

enum class Kind : std::uint8_t {
  readSlverr,
  readDecerr,
  writeSlverr,
  writeDecerr,
  badOpcode,
  badField,
  misaligned,
  misalignedList,
  readOutside,
  writeOutside,
  listOutside,
  noEnd,
  timeout,
  abort,
  softReset
};
constexpr std::array<const char *, 15> kinds{"read SLVERR",  "read DECERR",        "write SLVERR",    "write DECERR", "bad opcode",
                                             "bad field",    "misaligned address", "misaligned list", "read outside", "write outside",
                                             "list outside", "no end marker",      "timeout",         "abort",        "soft reset"};
constexpr std::array<ErrorCode, 15> codes{ErrorCode::readSlverr, ErrorCode::readDecerr, ErrorCode::writeSlverr,  ErrorCode::writeDecerr,
                                          ErrorCode::badOpcode,  ErrorCode::badField,   ErrorCode::badAlignment, ErrorCode::badAlignment,
                                          ErrorCode::window,     ErrorCode::window,     ErrorCode::window,       ErrorCode::noEnd,
                                          ErrorCode::timeout,    ErrorCode::aborted,    ErrorCode::none};

int failures = 0;
std::array<std::uint32_t, kinds.size()> provoked{}; ///< faults that the engine met, per kind

void fail(std::uint32_t seed, const char *what, unsigned detail) {
  std::printf("FAILED seed %u, %s: %s (%u)\n", seed, kinds.at(seed % kinds.size()), what, detail);
  ++failures;
}

/// A command in the model's memory.
class CommandAt {
public:
  CommandAt(sim::AcceleratorModel &model, const Program &program, std::uint32_t index)
      : bytes_(model.memory().bytes().subspan(program.lists[0].commandsOffset + std::size_t{index} * commandBytes, commandBytes)) {}
  [[nodiscard]] std::uint32_t get(const CommandField &field) const { return field.bits.get(word(field)); }
  void set(const CommandField &field, std::uint32_t value) {
    const std::uint32_t now = (word(field) & ~field.bits.mask()) | field.bits.put(value);
    std::memcpy(bytes_.data() + std::size_t{field.word} * 4, &now, 4);
  }
  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(get(field::opcode)); }
  [[nodiscard]] bool computes() const { return opcode() == Opcode::conv || opcode() == Opcode::pool; }
  [[nodiscard]] bool writes() const {
    return computes() && (get(field::toMemory) == 0 || (opcode() == Opcode::conv && get(field::wide) != 0));
  }

private:
  [[nodiscard]] std::uint32_t word(const CommandField &field) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + std::size_t{field.word} * 4, 4);
    return value;
  }
  std::span<std::uint8_t> bytes_;
};

struct BadValue {
  CommandField field;
  std::uint32_t value;
};

/// A value that the description of the command forbids.
BadValue badValue(Opcode opcode, std::uint32_t choice) {
  using namespace field;
  constexpr std::array<BadValue, 4> load{{{loadRows, 0}, {loadCols, 0}, {loadBlocks, 4097}, {loadRows, 65535}}};
  constexpr std::array<BadValue, 10> compute{{{kernelRows, 0},
                                              {kernelCols, 8},
                                              {strideRows, 0},
                                              {strideCols, 3},
                                              {outRows, 0},
                                              {outCols, 4097},
                                              {groups, 0},
                                              {inRows, 0},
                                              {rowStart, 0x8000},
                                              {inCols, 5000}}};
  constexpr std::array<BadValue, 3> conv{{{blocks, 0}, {lastQuads, 0}, {lastQuads, 5}}};
  if (opcode == Opcode::load) {
    return load.at(choice % load.size());
  }
  if (opcode == Opcode::weights) {
    return {weightsBeats, 0};
  }
  return opcode == Opcode::conv && choice % 3 == 0 ? conv.at(choice / 3 % conv.size()) : compute.at(choice / 3 % compute.size());
}

/// The field that holds the address which the command reads or writes.
const CommandField &addressOf(const CommandAt &command) {
  return command.opcode() == Opcode::load      ? field::loadAddress
         : command.opcode() == Opcode::weights ? field::weightsAddress
                                               : field::outAddress;
}

/// Whether a command can carry this fault.
bool carries(const CommandAt &command, Kind kind) {
  switch (kind) {
  case Kind::badField:
    return command.opcode() != Opcode::end;
  case Kind::misaligned:
    return !(command.computes() && !command.writes()) && command.opcode() != Opcode::end;
  case Kind::readOutside:
    return command.opcode() == Opcode::load || command.opcode() == Opcode::weights;
  case Kind::writeOutside:
    return command.writes();
  default:
    return true;
  }
}

struct Fault {
  sim::RunResult result;
  std::uint32_t command = 0;
  bool commandKnown = false;
};

/// Causes the fault, lets the engine stop, and repairs the list.
Fault provoke(sim::AcceleratorModel &model, const Program &program, std::span<const std::uint8_t> frame, std::uint32_t seed,
              const sim::MemoryConditions &conditions, std::uint64_t maxCycles) {
  const Kind kind = static_cast<Kind>(seed % kinds.size());
  const std::uint32_t choice = seed / kinds.size() * 7 + seed;
  Fault fault;
  fault.command = choice % program.commandCount;
  while (!carries(CommandAt(model, program, fault.command), kind)) {
    fault.command = (fault.command + 1) % program.commandCount;
  }
  CommandAt command(model, program, fault.command);
  const std::vector<std::uint8_t> intact(model.memory().bytes().begin(), model.memory().bytes().end());
  switch (kind) {
  case Kind::badOpcode:
    command.set(field::opcode, 0x77);
    break;
  case Kind::badField: {
    const BadValue bad = badValue(command.opcode(), choice);
    command.set(bad.field, bad.value);
    break;
  }
  case Kind::misaligned:
    command.set(addressOf(command), command.get(addressOf(command)) + 8);
    break;
  case Kind::readOutside:
  case Kind::writeOutside:
    command.set(addressOf(command), farAway);
    break;
  default:
    break;
  }
  fault.commandKnown =
      kind == Kind::badOpcode || kind == Kind::badField || kind == Kind::misaligned || kind == Kind::readOutside || kind == Kind::noEnd;
  if (kind == Kind::readSlverr || kind == Kind::readDecerr) {
    model.memory().failRead(1 + choice % 23, kind == Kind::readSlverr ? sim::AxiMemory::slaveError : sim::AxiMemory::decodeError);
  } else if (kind == Kind::writeSlverr || kind == Kind::writeDecerr) {
    model.memory().failWrite(1, kind == Kind::writeSlverr ? sim::AxiMemory::slaveError : sim::AxiMemory::decodeError);
  }
  sim::startFrame(model, program, frame, 0);
  if (kind == Kind::misalignedList || kind == Kind::listOutside || kind == Kind::noEnd) {
    // Started once more with what is wrong: the first start is taken back
    model.writeRegister(reg::control, controlBits::softReset.mask());
    for (int c = 0; statusBits::busy.get(model.readRegister(reg::status)) != 0 && c < 10000; ++c) {
      model.tick();
    }
    model.writeRegister(reg::irqEnable, irqEnableBits::all);
    model.writeRegister(reg::commandAddress, kind == Kind::listOutside
                                                 ? farAway
                                                 : base + program.lists[0].commandsOffset + (kind == Kind::misalignedList ? 8 : 0));
    model.writeRegister(reg::commandCount, program.commandCount - (kind == Kind::noEnd ? 1 : 0));
    fault.command = program.commandCount - 1;
    fault.commandKnown = kind == Kind::noEnd;
    model.writeRegister(reg::windowBase, base);
    model.writeRegister(reg::windowLimit, base + program.totalBytes);
    model.writeRegister(reg::control, controlBits::start.mask());
  }
  if (kind >= Kind::timeout) {
    for (std::uint32_t c = choice * 37 % 2500; c > 0; --c) {
      model.tick();
    }
  }
  if (kind == Kind::timeout) { // the memory says nothing for longer than the limit, then comes back
    model.writeRegister(reg::timeout, 3000);
    sim::MemoryConditions silent = conditions;
    silent.stallShare = 1.0;
    model.memory().setConditions(silent);
    for (int c = 0; c < 8000; ++c) {
      model.tick();
    }
    model.memory().setConditions(conditions);
  } else if (kind == Kind::abort) {
    model.writeRegister(reg::control, controlBits::abort.mask());
  } else if (kind == Kind::softReset) {
    model.writeRegister(reg::control, controlBits::softReset.mask());
    for (int c = 0; statusBits::busy.get(model.readRegister(reg::status)) != 0 && c < 10000; ++c) {
      model.tick();
    }
    return fault;
  }
  fault.result = sim::waitFrame(model, program, 0, maxCycles);
  std::copy(intact.begin(), intact.end(), model.memory().bytes().begin());
  model.memory().failRead(0, 0);
  model.memory().failWrite(0, 0);
  return fault;
}

void runOne(const std::string &preset, std::uint32_t seed) {
  const Kind kind = static_cast<Kind>(seed % kinds.size());
  const auto network = tests::randomModel(seed, Arithmetic::int8);
  const auto frame = tests::randomFrame(seed, *network);
  Logits expected;
  createScalarEngine(network)->run(frame, expected);
  sim::MemoryConditions conditions;
  conditions.seed = seed;
  LowerOptions options;
  options.baseAddress = base;
  const auto build = std::find_if(presets.begin(), presets.end(), [&](const Preset &p) { return p.name == preset; });
  if (build == presets.end()) {
    throw Error("ENGINE_UNSUPPORTED", "unknown preset " + preset);
  }
  const Program program = lower(*network, *build, options);
  const auto model = sim::createModel(preset, base, (program.totalBytes + 4095) & ~4095U, conditions);
  sim::loadProgram(*model, program);
  const std::uint64_t maxCycles = 100'000 + cycleBound(program, *build, 1 - conditions.stallShare - 0.05);
  const Fault fault = provoke(*model, program, frame, seed, conditions, maxCycles);
  // A frame that is over before the fault comes ends well
  const bool early = fault.result.error == ErrorCode::none && (kind <= Kind::readDecerr || kind == Kind::timeout || kind == Kind::abort);
  provoked.at(seed % kinds.size()) += early ? 0 : 1;
  if (!early && fault.result.error != codes.at(seed % kinds.size())) {
    fail(seed, "wrong error code", static_cast<unsigned>(fault.result.error));
  }
  if (!early && fault.commandKnown && fault.result.errorCommand != fault.command) {
    fail(seed, "wrong failing command", fault.result.errorCommand);
  }
  if (!early && kind == Kind::writeOutside && fault.result.errorAddress < farAway) {
    fail(seed, "wrong address", fault.result.errorAddress);
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
  const std::string preset = argc > 1 ? argv[1] : std::string(presets.front().name);
  const auto count = static_cast<std::uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 15);
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1);
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    try {
      runOne(preset, seed);
    } catch (const Error &error) {
      std::printf("FAILED seed %u, %s: %s %s\n", seed, kinds.at(seed % kinds.size()), error.code().c_str(), error.what());
      ++failures;
    }
  }
  std::printf("%s: %u runs with a fault, %d failures; met:", preset.c_str(), count, failures);
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    std::printf(" %s %u%s", kinds[kind], provoked[kind], kind + 1 == kinds.size() ? "\n" : ",");
  }
  return failures == 0 ? 0 : 1;
}
