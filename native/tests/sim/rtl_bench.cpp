// ZynqNet at 256x256x3 with random weights through the RTL of a preset: cycles, utilization, traffic, stalls, per operator.
// Usage: rtl_bench PRESET [--no-stalls] [--clustered]     prints JSON; --clustered: 15 different weights, as after compression
#include "core/scalar_engine.hpp"
#include "core/validate.hpp"
#include "sim/rtl/run_program.hpp"
#include "tests/support/random_model.hpp"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

using namespace zynqnet;
using namespace zynqnet::accelerator;

int main(int argc, char **argv) {
  const std::string name = argc > 1 ? argv[1] : std::string(presets.front().name);
  bool stalls = true, clustered = false;
  for (int a = 2; a < argc; ++a) {
    stalls = stalls && std::strcmp(argv[a], "--no-stalls") != 0;
    clustered = clustered || std::strcmp(argv[a], "--clustered") == 0;
  }
  constexpr std::uint32_t base = 0x1C000000;
  const auto plain = tests::randomZynqNet(1, 1024, Arithmetic::int8);
  const auto model = clustered ? tests::clusteredModel(*plain) : plain;
  const auto frame = tests::randomFrame(7, *model);
  const Preset *preset = nullptr;
  for (const Preset &p : presets) {
    preset = p.name == name ? &p : preset;
  }
  if (preset == nullptr) {
    std::fprintf(stderr, "unknown preset %s\n", name.c_str());
    return 2;
  }
  LowerOptions options;
  options.baseAddress = base;
  const Program program = lower(*model, *preset, options);
  sim::MemoryConditions conditions;
  conditions.stallShare = stalls ? 0.3 : 0.0;
  conditions.bytesPerCycle = sim::boardBytesPerCycle(*preset);
  const auto device = sim::createModel(name, base, (program.totalBytes + 4095) & ~4095U, conditions);
  sim::loadProgram(*device, program);
  device->clearTrace();
  const auto begin = std::chrono::steady_clock::now();
  const sim::RunResult result = sim::runFrame(*device, program, frame, 0, 50'000'000);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  Logits expected;
  createScalarEngine(model)->run(frame, expected);
  const double cycles = device->readRegister(reg::cycles);
  std::uint64_t macs = 0;
  for (const Op &op : model->ops) {
    macs += macCount(*model, op);
  }
  const double multipliers = preset->multipliers();
  std::printf(
      "{\"preset\":\"%s\",\"network\":\"zynqnet-%s\",\"stalls\":%s,\"cycles\":%.0f,\"macs\":%llu,\"macUtilization\":%.4f,\"clockMHz\":%u,"
      "\"framesPerSecond\":%.1f,\"ddrReadBytes\":%u,\"ddrWriteBytes\":%u,\"arrayCycles\":%u,\"stallRead\":%u,\"stallWrite\":%u,"
      "\"stallWeights\":%u,"
      "\"error\":%u,\"errorCommand\":%u,\"commands\":%u,\"bitExact\":%s,\"simulatedCyclesPerSecond\":%.0f,\n \"layers\":[\n",
      name.c_str(), clustered ? "clustered" : "random", stalls ? "true" : "false", cycles, static_cast<unsigned long long>(macs),
      static_cast<double>(macs) / cycles / multipliers, preset->clockMHz, preset->clockMHz * 1e6 / cycles,
      device->readRegister(reg::readBeats) * 8, device->readRegister(reg::writeBeats) * 8, device->readRegister(reg::arrayCycles),
      device->readRegister(reg::stallRead), device->readRegister(reg::stallWrite), device->readRegister(reg::stallWeights),
      static_cast<unsigned>(result.error), result.errorCommand, program.commandCount, result.sums == expected.sums ? "true" : "false",
      cycles / seconds);
  for (std::uint32_t op = 0; op < model->ops.size(); ++op) {
    const auto at = device->trace().find(op);
    const std::uint64_t spent = at == device->trace().end() ? 0 : at->second;
    const std::uint64_t own = macCount(*model, model->ops[op]);
    std::printf("  {\"op\":\"%s\",\"macs\":%llu,\"cycles\":%llu,\"macUtilization\":%.3f}%s\n", model->ops[op].name.c_str(),
                static_cast<unsigned long long>(own), static_cast<unsigned long long>(spent),
                spent == 0 ? 0.0 : static_cast<double>(own) / static_cast<double>(spent) / multipliers,
                op + 1 == model->ops.size() ? "" : ",");
  }
  std::printf(" ]}\n");
  return result.error == ErrorCode::none && result.sums == expected.sums ? 0 : 1;
}
