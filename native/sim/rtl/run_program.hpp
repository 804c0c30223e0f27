// The least that runs a program on the simulated accelerator: for benches of the RTL. The product uses the driver.
#pragma once

#include "lowering/program.hpp"
#include "sim/rtl/accelerator_model.hpp"

namespace zynqnet::sim {

struct RunResult {
  accelerator::ErrorCode error = accelerator::ErrorCode::none;
  std::uint32_t errorCommand = 0;
  std::uint32_t errorAddress = 0;
  std::vector<std::int32_t> sums;
};

/// Writes the image to the model's memory.
void loadProgram(AcceleratorModel &model, const accelerator::Program &program);

/// One frame with command list `list`. Throws Error SIMULATION_TIMEOUT when no interrupt comes within `maxCycles`.
[[nodiscard]] RunResult runFrame(AcceleratorModel &model, const accelerator::Program &program, std::span<const std::uint8_t> frame,
                                 std::uint32_t list, std::uint64_t maxCycles);

/// Start without waiting, and waiting: for tests that interfere in between.
void startFrame(AcceleratorModel &model, const accelerator::Program &program, std::span<const std::uint8_t> frame, std::uint32_t list);
[[nodiscard]] RunResult waitFrame(AcceleratorModel &model, const accelerator::Program &program, std::uint32_t list,
                                  std::uint64_t maxCycles);

} // namespace zynqnet::sim
