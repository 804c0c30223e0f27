// The accelerators of this process, by the name of their backend: engines on them, their reports, their self-test.
#pragma once

#include "addon/accelerator_choice.hpp"
#include "core/engine.hpp"
#include "core/model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace zynqnet {

/// What the last frame cost, for benches and health.
struct AcceleratorReport {
  std::string preset;
  std::uint32_t clockMHz = 0, multipliers = 0;
  std::uint64_t cycles = 0, macs = 0, arrayCycles = 0;
  std::uint64_t stallReadCycles = 0, stallWriteCycles = 0, stallWeightsCycles = 0;
  std::uint64_t ddrReadBytes = 0, ddrWriteBytes = 0;
  std::uint64_t runs = 0, failures = 0, timeouts = 0, resets = 0, reloads = 0, lostInterrupts = 0;
  std::map<std::uint32_t, std::uint64_t> operatorCycles; ///< simulators: cycles by index of the operator
};

[[nodiscard]] bool isAcceleratorBackend(const std::string &backend);

/// Those that this build has.
[[nodiscard]] std::vector<std::string> acceleratorBackends();

/// Engines with the same choice share one accelerator. Throws Error ENGINE_UNKNOWN (not in this build), ENGINE_UNSUPPORTED or
/// ACCELERATOR_*.
[[nodiscard]] std::unique_ptr<Engine> createAcceleratorBackend(std::shared_ptr<const Model> model, const std::string &backend,
                                                               const AcceleratorChoice &choice);

/// Nothing for engines of other backends. Without `operators` at any time; with them only between frames.
[[nodiscard]] std::optional<AcceleratorReport> reportOf(Engine &engine, bool operators);

/// What an accelerator says of itself; zero and empty where it is not ours.
struct AcceleratorFacts {
  std::uint32_t id = 0, version = 0;
  std::string preset;
  std::uint32_t clockMHz = 0, multipliers = 0, ports = 0;
};

/// Reads registers only. Throws as createAcceleratorBackend.
[[nodiscard]] AcceleratorFacts identifyAccelerator(const std::string &backend, const AcceleratorChoice &choice);

/// The DMA self-test, `rounds` times in the same place; returns the bytes copied. Throws as createAcceleratorBackend, and
/// ACCELERATOR_SELFTEST.
[[nodiscard]] std::size_t copyThroughAccelerator(const std::string &backend, const AcceleratorChoice &choice, std::uint32_t rounds);

} // namespace zynqnet
