// What is kept on chip and in how many steps each segment runs.
#pragma once

#include "lowering/stages.hpp"

#include <map>
#include <optional>

namespace zynqnet::accelerator {

struct RowRange {
  std::int32_t first = 0, end = 0;
};

/// A place in the activation memory for rows of a tensor.
struct Buffer {
  std::uint32_t address = 0; ///< memory row
  std::uint32_t rows = 0;    ///< tensor rows
};

/// Stages that run together, a few rows of each at a time. Tensors that a segment makes and uses up live in its buffers.
struct Segment {
  std::uint32_t firstStage = 0, stageCount = 0;
  std::uint32_t steps = 1;                              ///< equal shares of the last stage's output rows
  bool keepRows = false;                                ///< rows that two steps read are copied from one to the next, not made twice
  std::map<std::uint32_t, std::vector<Buffer>> buffers; ///< per tensor loaded or internal: one, or two in turn
};

struct Plan {
  std::vector<Segment> segments;
  std::vector<std::optional<Buffer>> resident; ///< per tensor: all of it on chip
};

/// Rows that one step of a segment makes (per stage) and reads (per tensor).
struct StepRows {
  std::vector<RowRange> made;               ///< per stage of the segment
  std::map<std::uint32_t, RowRange> needed; ///< per tensor read
  std::map<std::uint32_t, RowRange> kept;   ///< per internal tensor: rows of `needed` that the step before has made
};

[[nodiscard]] StepRows stepRows(const Network &network, const Segment &segment, std::uint32_t step);

/// Memory rows between two rows of a tensor in the activation memory.
[[nodiscard]] std::uint32_t actRowStride(const TensorLayout &layout, const Preset &preset) noexcept;

/// Throws Error ENGINE_UNSUPPORTED when a stage does not fit.
[[nodiscard]] Plan makePlan(const Network &network, const Preset &preset, bool keepTensors);

} // namespace zynqnet::accelerator
