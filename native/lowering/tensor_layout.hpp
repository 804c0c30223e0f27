// How the channels of each tensor are arranged in blocks of 16.
#pragma once

#include "core/model.hpp"

#include <cstdint>
#include <vector>

namespace zynqnet::accelerator {

/// A tensor's channels as stored: every producer's slice starts a new block.
struct TensorLayout {
  std::uint32_t rows = 0, cols = 0;
  std::vector<std::int32_t> channelOf; ///< logical channel of each stored channel, or -1; a multiple of 16 long
  [[nodiscard]] std::uint32_t blocks() const noexcept { return static_cast<std::uint32_t>(channelOf.size() / 16); }
  [[nodiscard]] std::uint32_t lineBytes() const noexcept { return cols * 16; }
  [[nodiscard]] std::uint32_t rowBytes() const noexcept { return blocks() * lineBytes(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return std::uint64_t{rows} * rowBytes(); }
};

/// A range of blocks that covers a view.
struct BlockRange {
  std::uint32_t first = 0, count = 0;
  std::uint32_t lastQuads = 4; ///< groups of four channels used in the last block
};

struct Layouts {
  std::vector<TensorLayout> tensors;
  std::vector<std::uint32_t> outputBlock; ///< per operator: first block of its slice (not for logits)
};

/// The layout of every tensor. Tensor 0 has one block.
[[nodiscard]] Layouts layOut(const Model &model);

/// The blocks that hold a view's channels.
[[nodiscard]] BlockRange coverView(const TensorLayout &layout, const View &view);

} // namespace zynqnet::accelerator
