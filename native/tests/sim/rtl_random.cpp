// Random networks through the RTL, bit for bit against the scalar engine: sums always, all tensors where they are in DRAM.
// Every fourth network has few different weights, which travel as codebook indices where the preset can look them up.
// Seed 0 is a tensor made in steps that share rows, seed 1 a convolution whose weights exceed the smallest ring. No network may take longer
// than its cycle bound. Usage: rtl_random PRESET [networks] [first seed]
#include "core/error.hpp"
#include "core/scalar_engine.hpp"
#include "lowering/cycle_bound.hpp"
#include "sim/rtl/run_program.hpp"
#include "tests/support/random_model.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace zynqnet;

namespace {

int failures = 0;

/// The tensors that the program left in DRAM.
bool tensorsAgree(const accelerator::Program &program, const Model &model, std::span<const std::uint8_t> memory,
                  const TensorDump &expected) {
  for (std::size_t t = 1; t < model.tensors.size(); ++t) {
    const accelerator::StoredTensor &stored = program.tensors[t];
    if (!stored.inMemory) {
      continue;
    }
    const Tensor &tensor = model.tensors[t];
    for (std::uint32_t y = 0; y < tensor.height; ++y) {
      for (std::uint32_t x = 0; x < tensor.width; ++x) {
        for (std::size_t c = 0; c < stored.channelOf.size(); ++c) {
          const std::size_t at =
              stored.offset + ((std::size_t{y} * (stored.channelOf.size() / 16) + c / 16) * tensor.width + x) * 16 + c % 16;
          if (stored.channelOf[c] < 0) {
            continue;
          }
          const std::uint8_t want =
              expected.bytes[t][(std::size_t{y} * tensor.width + x) * tensor.channels + static_cast<std::size_t>(stored.channelOf[c])];
          if (memory[at] != want) {
            std::printf("  tensor %zu row %u col %u channel %d: %u, expected %u\n", t, y, x, stored.channelOf[c], memory[at], want);
            return false;
          }
        }
      }
    }
  }
  return true;
}

const accelerator::Preset &presetOf(const std::string &name) {
  const auto found =
      std::find_if(accelerator::presets.begin(), accelerator::presets.end(), [&](const accelerator::Preset &p) { return p.name == name; });
  if (found == accelerator::presets.end()) {
    throw Error("ENGINE_UNSUPPORTED", "unknown preset " + name);
  }
  return *found;
}

std::shared_ptr<const Model> networkOf(const accelerator::Preset &preset, std::uint32_t seed) {
  switch (seed) {
  case 0:
    return tests::tallModel(8U << (preset.actDepthLog2 + preset.banksLog2)); // half of the activation memory
  case 1:
    return tests::deepModel();
  default:
    return tests::randomModel(seed, Arithmetic::int8);
  }
}

std::size_t runOne(const std::string &preset, std::uint32_t seed) {
  const auto plain = networkOf(presetOf(preset), seed);
  const auto model = seed % 4 == 2 ? tests::clusteredModel(*plain) : plain;
  const auto frame = tests::randomFrame(seed, *model);
  Logits expected;
  TensorDump tensors;
  createScalarEngine(model)->runAllTensors(frame, expected, tensors);
  sim::MemoryConditions conditions;
  conditions.seed = seed + 1;
  conditions.stallShare = seed % 4 == 0 ? 0 : seed % 4 == 3 ? 0.6 : 0.3;
  conditions.readLatency = seed % 3 == 0 ? 5 : 50;
  constexpr std::uint32_t base = 0x1C000000;
  accelerator::LowerOptions options;
  options.baseAddress = base;
  options.keepTensors = seed % 2 == 1;
  try {
    const accelerator::Program program = lower(*model, presetOf(preset), options);
    auto device = sim::createModel(preset, base, (program.totalBytes + 4095) & ~4095U, conditions);
    sim::loadProgram(*device, program);
    const std::uint32_t list = options.keepTensors ? 0 : seed / 2 % 2;
    const std::uint64_t bound = accelerator::cycleBound(program, device->preset(), 1 - conditions.stallShare - 0.05);
    const sim::RunResult result = sim::runFrame(*device, program, frame, list, bound);
    if (result.error != accelerator::ErrorCode::none) {
      std::printf("FAILED %s seed %u: error %u at command %u, address %08x\n", preset.c_str(), seed, static_cast<unsigned>(result.error),
                  result.errorCommand, result.errorAddress);
      ++failures;
    } else if (!tensorsAgree(program, *model, device->memory().bytes(), tensors) || result.sums != expected.sums) {
      std::printf("FAILED %s seed %u: results differ (sums %s)\n", preset.c_str(), seed, result.sums == expected.sums ? "agree" : "differ");
      ++failures;
    }
  } catch (const Error &error) {
    std::printf("FAILED %s seed %u: %s %s\n", preset.c_str(), seed, error.code().c_str(), error.what());
    ++failures;
  }
  return model->ops.size();
}

} // namespace

int main(int argc, char **argv) {
  const std::string preset = argc > 1 ? argv[1] : std::string(accelerator::presets.front().name);
  const auto count = static_cast<std::uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20);
  const auto first = static_cast<std::uint32_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::size_t layers = 0;
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    layers += runOne(preset, seed);
    if ((seed - first) % 10 == 9) {
      std::printf("%u networks, %zu layers, %d failures so far\n", seed - first + 1, layers, failures);
    }
  }
  std::printf("%s: %u networks, %zu layers, %d failures\n", preset.c_str(), count, layers, failures);
  return failures == 0 ? 0 : 1;
}
