// Frames into the input layout: every shape against one byte at a time.
#include "lowering/program.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace zynqnet::accelerator;

namespace {

/// Byte `b` of position (row, col), by the definition in docs/accelerator.md.
std::uint8_t byteOf(const InputLayout &layout, const std::vector<std::uint8_t> &frame, std::uint32_t row, std::uint32_t col,
                    std::uint32_t b) {
  const bool windows = layout.mode == InputLayout::Mode::windows;
  const std::uint32_t run = layout.kernelWidth * layout.channels;
  const std::uint32_t k = b / run, x = b % run / layout.channels, c = b % layout.channels;
  if (k >= (windows ? layout.kernelHeight : 1)) {
    return 0;
  }
  const std::int64_t y = static_cast<std::int64_t>(row) * (windows ? layout.stride : 1) + k - layout.padding.top;
  const std::int64_t column = static_cast<std::int64_t>(col) * layout.stride + x - layout.padding.left;
  if (y < 0 || y >= layout.height || column < 0 || column >= layout.width) {
    return layout.zeroPoint[c];
  }
  return frame[static_cast<std::size_t>((y * layout.width + column) * layout.channels + c)];
}

InputLayout randomLayout(std::mt19937 &random) {
  const auto pick = [&](std::uint32_t min, std::uint32_t max) { return std::uniform_int_distribution<std::uint32_t>(min, max)(random); };
  InputLayout layout;
  layout.channels = pick(0, 2) == 0 ? pick(1, 4) : 3;
  layout.height = pick(1, 40), layout.width = pick(1, 40);
  layout.zeroPoint = {7, 130, 255, 1};
  layout.blocks = 1;
  if (pick(0, 5) == 0) {
    layout.rows = layout.height, layout.cols = layout.width;
    return layout;
  }
  layout.kernelWidth = pick(0, 1) == 0 ? 3 : pick(1, 7);
  layout.kernelHeight = pick(0, 3) == 0 ? pick(1, 7) : layout.kernelWidth;
  layout.stride = pick(1, 2);
  const auto pad = [&](std::uint32_t kernel) { return static_cast<std::uint8_t>(pick(0, kernel - 1)); };
  layout.padding = {pad(layout.kernelHeight), pad(layout.kernelWidth), pad(layout.kernelHeight), pad(layout.kernelWidth)};
  const std::uint32_t high = layout.height + layout.padding.top + layout.padding.bottom,
                      wide = layout.width + layout.padding.left + layout.padding.right;
  layout.cols = wide < layout.kernelWidth ? 1 : (wide - layout.kernelWidth) / layout.stride + 1;
  const std::uint32_t run = layout.kernelWidth * layout.channels;
  if (layout.kernelHeight * run <= 32) {
    layout.mode = InputLayout::Mode::windows;
    layout.rows = high < layout.kernelHeight ? 1 : (high - layout.kernelHeight) / layout.stride + 1;
    layout.blocks = (layout.kernelHeight * run + 15) / 16;
  } else {
    layout.mode = InputLayout::Mode::rows;
    layout.rows = high;
    layout.blocks = (run + 15) / 16;
  }
  return layout;
}

TEST_CASE("frames are packed into every input layout") {
  std::mt19937 random(5);
  for (int n = 0; n < 1000; ++n) {
    const InputLayout layout = randomLayout(random);
    std::vector<std::uint8_t> frame(std::size_t{layout.height} * layout.width * layout.channels); // exactly: reading on is found by ASan
    for (std::uint8_t &value : frame) {
      value = static_cast<std::uint8_t>(random());
    }
    std::vector<std::uint8_t> got(layout.bytes(), 0xEE);
    packFrame(layout, frame, got);
    bool same = true;
    for (std::uint32_t row = 0; row < layout.rows && same; ++row) {
      for (std::uint32_t col = 0; col < layout.cols && same; ++col) {
        for (std::uint32_t b = 0; b < layout.blocks * 16 && same; ++b) {
          const std::size_t at = ((std::size_t{row} * layout.blocks + b / 16) * layout.cols + col) * 16 + b % 16;
          same = got[at] == byteOf(layout, frame, row, col, b);
          CHECK_MESSAGE(same, ("layout " + std::to_string(n) + ": byte " + std::to_string(b) + " of row " + std::to_string(row) +
                               ", column " + std::to_string(col)));
        }
      }
    }
  }
}

} // namespace
