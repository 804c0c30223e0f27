// Random networks through lowering, driver and functional simulator, byte for byte against the scalar reference.
// Usage: network_test [networks per preset]
#include "accelerator/accelerator_engine.hpp"
#include "core/error.hpp"
#include "core/scalar_engine.hpp"
#include "sim/devices/functional_devices.hpp"
#include "tests/support/arguments.hpp"
#include "tests/support/random_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

using namespace zynqnet;
using namespace zynqnet::tests;

namespace {

constexpr std::uint32_t memoryBytes = 96U << 20U;

struct Rig {
  explicit Rig(const accelerator::Preset &preset) : devices(sim::createFunctionalDevices(preset, memoryBytes)) {
    driver = std::make_shared<accelerator::Accelerator>(std::move(devices.registers), std::move(devices.memory));
  }
  sim::FunctionalDevices devices;
  std::shared_ptr<accelerator::Accelerator> driver;
};

/// Both engines on the same frame; every legal order of commands must give the same bytes.
void compare(Rig &rig, const std::shared_ptr<const Model> &model, std::uint32_t seed, const std::string &name, std::size_t &refused) {
  const auto scalar = createScalarEngine(model);
  std::unique_ptr<accelerator::AcceleratorEngine> engine;
  try {
    engine = createAcceleratorEngine(rig.driver, model, "model");
  } catch (const Error &error) {
    CHECK_MESSAGE(error.code() == "ENGINE_UNSUPPORTED", (name + ": refused with " + error.code() + " (" + error.what() + ")"));
    ++refused;
    return;
  }
  const std::vector<std::uint8_t> frame = randomFrame(seed, *model);
  Logits expected, got;
  scalar->run(frame, expected);
  for (std::uint64_t schedule = 0; schedule < 3; ++schedule) {
    rig.devices.model->setSchedule(schedule * 0x9E3779B97F4A7C15ULL);
    try {
      engine->run(frame, got);
      CHECK_MESSAGE(got.sums == expected.sums, (name + ": other sums, schedule " + std::to_string(schedule)));
    } catch (const Error &error) {
      FAIL_CHECK((name + ": " + error.what()));
    }
  }
  rig.devices.model->setSchedule(0);
  if (seed % 3 == 0) {
    TensorDump tensors, reference;
    try {
      engine->runAllTensors(frame, got, tensors);
      scalar->runAllTensors(frame, expected, reference);
      for (std::size_t t = 0; t < reference.bytes.size(); ++t) {
        CHECK_MESSAGE(tensors.bytes[t] == reference.bytes[t], (name + ": other bytes in tensor " + model->tensors[t].name));
      }
    } catch (const Error &error) {
      CHECK_MESSAGE(error.code() == "ENGINE_UNSUPPORTED", (name + " with all tensors: " + error.what()));
    }
  }
}

TEST_CASE("random networks give the bytes of the scalar engine") {
  const auto networks = numberArgument(0, 60);
  std::size_t refused = 0;
  for (const accelerator::Preset &preset : accelerator::presets) {
    Rig rig(preset);
    const std::string board(preset.name);
    compare(rig, deepModel(), 0, board + ", a group larger than the ring", refused);
    compare(rig, tallModel(8U << (preset.actDepthLog2 + preset.banksLog2)), 0, board + ", a tensor made in steps", refused);
    for (std::uint32_t seed = 1; seed <= networks; ++seed) {
      // every fourth with few different weights: they travel as indices where the preset can look them up
      const auto model = seed % 4 == 2 ? clusteredModel(*randomModel(seed, Arithmetic::int8)) : randomModel(seed, Arithmetic::int8);
      compare(rig, model, seed, std::string(preset.name) + ", network " + std::to_string(seed), refused);
    }
  }
  std::printf("%u networks on %zu presets, %zu refused as too large for a preset\n", networks, accelerator::presets.size(), refused);
  CHECK_MESSAGE(refused * 10 <= networks * accelerator::presets.size(), "more than a tenth of the networks refused");
}

} // namespace
