// Frames into the accelerator's input layout, sums out of its memory.
#include "lowering/pack_fast.hpp"
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

/// Columns [first, end) of one row of the layout, whatever its shape.
void packColumns(const InputLayout &layout, const std::uint8_t *frame, std::uint32_t row, std::uint32_t first, std::uint32_t end,
                 std::uint8_t *lines) {
  const std::uint32_t line = layout.cols * 16;
  const std::uint32_t run = layout.kernelWidth * layout.channels;
  const bool windows = layout.mode == InputLayout::Mode::windows;
  std::array<std::uint8_t, 64> patch{};
  for (std::uint32_t col = first; col < end; ++col) {
    for (std::uint32_t k = 0; k < (windows ? layout.kernelHeight : 1); ++k) {
      copyRun(layout, frame, static_cast<std::int32_t>(row * (windows ? layout.stride : 1) + k) - layout.padding.top,
              static_cast<std::int32_t>(col * layout.stride) - layout.padding.left, patch.data() + std::size_t{k} * run);
    }
    for (std::uint32_t block = 0; block < layout.blocks; ++block) {
      std::memcpy(lines + std::size_t{block} * line + std::size_t{col} * 16, patch.data() + std::size_t{block} * 16, 16);
    }
  }
}

/// What the shapes that are worth code of their own have in common: inner columns, given where the first one's bytes begin.
using Inner = void (*)(const InputLayout &layout, const std::uint8_t *from, std::uint32_t count, std::uint8_t *lines);

template <int run, int runs> void packInner(const InputLayout &layout, const std::uint8_t *from, std::uint32_t count, std::uint8_t *lines) {
#ifdef ZYNQNET_FAST_PACK
  const std::size_t rowBytes = std::size_t{layout.width} * layout.channels, step = std::size_t{layout.stride} * layout.channels;
  if constexpr (run * runs <= 16) {
    fast::positionsOfOne<run, runs>(from, rowBytes, step, count, lines);
  } else {
    fast::positions<run, runs>(from, rowBytes, step, count, lines, lines + std::size_t{layout.cols} * 16);
  }
#else
  (void)layout, (void)from, (void)count, (void)lines;
#endif
}

/// Null for a shape without code of its own.
Inner innerOf(const InputLayout &layout) {
#ifdef ZYNQNET_FAST_PACK
  const std::uint32_t runs = layout.mode == InputLayout::Mode::windows ? layout.kernelHeight : 1;
  if (layout.mode == InputLayout::Mode::blocks) {
    return layout.channels == 3 ? packInner<3, 1> : layout.channels == 1 ? packInner<1, 1> : nullptr;
  }
  if (layout.channels == 3) {
    switch (layout.kernelWidth * 10 + runs) {
    case 33:
      return packInner<9, 3>; // ZynqNet: 3x3
    case 51:
      return packInner<15, 1>;
    case 71:
      return packInner<21, 1>; // SqueezeNet: 7x7
    default:
      return nullptr;
    }
  }
  return layout.channels == 1 && layout.kernelWidth == 3 && runs == 3 ? packInner<3, 3> : nullptr;
#else
  (void)layout;
  return nullptr;
#endif
}

/// Columns of a row whose runs lie inside the frame, and may be read on to 32 bytes behind each one's begin.
struct InnerColumns {
  std::uint32_t first = 0, end = 0;
  const std::uint8_t *from = nullptr;
};

InnerColumns innerColumns(const InputLayout &layout, std::span<const std::uint8_t> frame, std::uint32_t row) {
  constexpr std::size_t readAhead = 32;
  const bool windows = layout.mode == InputLayout::Mode::windows;
  const std::int64_t runs = windows ? layout.kernelHeight : 1;
  const std::int64_t y = static_cast<std::int64_t>(row) * (windows ? layout.stride : 1) - layout.padding.top;
  if (y < 0 || y + runs > layout.height || layout.width < layout.kernelWidth) {
    return {};
  }
  const std::int64_t stride = layout.stride, left = layout.padding.left;
  const std::int64_t first = (left + stride - 1) / stride;
  std::int64_t end =
      std::min<std::int64_t>(layout.cols, (static_cast<std::int64_t>(layout.width) - layout.kernelWidth + left) / stride + 1);
  const auto lastRun = [&](std::int64_t col) { // where the lowest run of a column begins
    return static_cast<std::size_t>(((y + runs - 1) * layout.width + col * stride - left) * layout.channels);
  };
  while (end > first && lastRun(end - 1) + readAhead > frame.size()) {
    --end;
  }
  if (end <= first) {
    return {};
  }
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end),
          frame.data() + static_cast<std::size_t>((y * layout.width + first * stride - left) * layout.channels)};
}

} // namespace

void packFrame(const InputLayout &layout, std::span<const std::uint8_t> frame, std::span<std::uint8_t> target) {
  const Inner inner = innerOf(layout);
  for (std::uint32_t row = 0; row < layout.rows; ++row) {
    std::uint8_t *lines = target.data() + std::size_t{row} * layout.blocks * layout.cols * 16;
    const InnerColumns columns = inner != nullptr ? innerColumns(layout, frame, row) : InnerColumns{};
    packColumns(layout, frame.data(), row, 0, columns.first, lines);
    if (columns.end > columns.first) {
      inner(layout, columns.from, columns.end - columns.first, lines + std::size_t{columns.first} * 16);
    }
    packColumns(layout, frame.data(), row, columns.end, layout.cols, lines);
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
