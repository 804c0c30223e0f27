// What lowering makes of a network: a memory image with command lists, and how frames go in and sums come out.
#pragma once

#include "core/model.hpp"
#include "lowering/command.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet::accelerator {

/// How a frame lies in DRAM (docs/accelerator.md, "Input").
struct InputLayout {
  enum class Mode : std::uint8_t { blocks, rows, windows };
  Mode mode = Mode::blocks;
  std::uint32_t channels = 0, height = 0, width = 0; ///< of the frame
  std::uint32_t kernelHeight = 1, kernelWidth = 1, stride = 1;
  Padding padding;
  std::array<std::uint8_t, 4> zeroPoint{};
  std::uint32_t rows = 0, cols = 0, blocks = 0; ///< of the layout: [row][block][col][16]

  [[nodiscard]] std::uint32_t bytes() const noexcept { return rows * cols * blocks * 16; }
};

/// One int32 in memory that belongs to a class; a class may have several, which are added.
struct SumPart {
  std::uint32_t logit = 0;
  std::uint32_t offset = 0; ///< in bytes from the sums' base
};

/// Where a tensor lies in DRAM, if it does: for tests and `runAllTensors`.
struct StoredTensor {
  bool inMemory = false;
  std::uint32_t offset = 0;
  std::vector<std::int32_t> channelOf; ///< logical channel of each channel stored, or -1
};

/// One of two equal command lists: they differ in the frame and sums that they use.
struct ProgramList {
  std::uint32_t commandsOffset = 0;
  std::uint32_t inputOffset = 0;
  std::uint32_t sumsOffset = 0;
};

struct Program {
  std::vector<std::uint8_t> image; ///< written once, at the start of the DMA memory
  std::uint32_t totalBytes = 0;    ///< of DMA memory, the image included
  std::uint32_t commandCount = 0;
  std::array<ProgramList, 2> lists;
  std::uint32_t sumsBytes = 0;
  std::uint32_t classes = 0;
  InputLayout input;
  std::vector<SumPart> sums;
  std::vector<StoredTensor> tensors; ///< of list 0
};

/// Options of lowering.
struct LowerOptions {
  std::uint32_t baseAddress = 0; ///< bus address of the DMA memory, a multiple of 4096
  bool keepTensors = false;      ///< every tensor in DRAM, for tests
};

/// Lowers a valid int8 model for one build of the accelerator. Pure. Throws Error ENGINE_UNSUPPORTED for a model that the
/// build cannot run (float, or a row that does not fit the activation memory), saying which operator and why.
[[nodiscard]] Program lower(const Model &model, const Preset &preset, const LowerOptions &options);

/// Writes a frame (height x width x channels bytes) in the program's layout; `target` has layout.bytes() bytes.
void packFrame(const InputLayout &layout, std::span<const std::uint8_t> frame, std::span<std::uint8_t> target);

/// Adds the parts of every class. `memory` is the sums' memory of one list.
void collectSums(const Program &program, std::span<const std::uint8_t> memory, std::vector<std::int32_t> &sums);

} // namespace zynqnet::accelerator
