// Frames into the accelerator's input layout, sums out of its memory.
#include "lowering/program.hpp"

#include <algorithm>
#include <cstring>

namespace zynqnet::accelerator {
namespace {

/// Bytes of one kernel row at one output position: `count` pixels from column `x` of row `y`, padding included.
void copyRun(const InputLayout &layout, const std::uint8_t *frame, std::int32_t y, std::int32_t x, std::uint8_t *target) {
  const std::uint32_t c = layout.channels;
  const auto width = static_cast<std::int32_t>(layout.width);
  const auto count = static_cast<std::int32_t>(layout.kernelWidth);
  const bool rowInside = y >= 0 && y < static_cast<std::int32_t>(layout.height);
  if (rowInside && x >= 0 && x + count <= width) {
    std::memcpy(target, frame + (static_cast<std::size_t>(y) * layout.width + static_cast<std::size_t>(x)) * c, layout.kernelWidth * c);
    return;
  }
  for (std::int32_t k = 0; k < count; ++k, target += c) {
    if (rowInside && x + k >= 0 && x + k < width) {
      std::memcpy(target, frame + (static_cast<std::size_t>(y) * layout.width + static_cast<std::size_t>(x + k)) * c, c);
    } else {
      std::memcpy(target, layout.zeroPoint.data(), c);
    }
  }
}

} // namespace

void packFrame(const InputLayout &layout, std::span<const std::uint8_t> frame, std::span<std::uint8_t> target) {
  const std::uint32_t line = layout.cols * 16;
  const std::uint32_t run = layout.kernelWidth * layout.channels;
  const std::uint32_t runs = layout.mode == InputLayout::Mode::windows ? layout.kernelHeight : 1;
  const std::uint32_t rowStep = layout.mode == InputLayout::Mode::windows ? layout.stride : 1;
  std::array<std::uint8_t, 64> patch{};
  for (std::uint32_t row = 0; row < layout.rows; ++row) {
    std::uint8_t *lineStart = target.data() + std::size_t{row} * layout.blocks * line;
    for (std::uint32_t col = 0; col < layout.cols; ++col) {
      for (std::uint32_t k = 0; k < runs; ++k) {
        copyRun(layout, frame.data(), static_cast<std::int32_t>(row * rowStep + k) - layout.padding.top,
                static_cast<std::int32_t>(col * layout.stride) - layout.padding.left, patch.data() + std::size_t{k} * run);
      }
      for (std::uint32_t block = 0; block < layout.blocks; ++block) {
        std::memcpy(lineStart + std::size_t{block} * line + std::size_t{col} * 16, patch.data() + std::size_t{block} * 16, 16);
      }
    }
  }
}

void collectSums(const Program &program, std::span<const std::uint8_t> memory, std::vector<std::int32_t> &sums) {
  sums.assign(program.classes, 0);
  for (const SumPart &part : program.sums) {
    std::int32_t value = 0;
    std::memcpy(&value, memory.data() + part.offset, 4); // the accelerator and both hosts are little-endian
    sums[part.logit] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[part.logit]) + static_cast<std::uint32_t>(value));
  }
}

} // namespace zynqnet::accelerator
