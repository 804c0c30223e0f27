#include "lowering/tensor_layout.hpp"

#include <algorithm>

namespace zynqnet::accelerator {

BlockRange coverView(const TensorLayout &layout, const View &view) {
  std::uint32_t first = layout.blocks();
  std::uint32_t last = 0;
  std::uint32_t lastChannel = 0;
  for (std::uint32_t c = 0; c < layout.channelOf.size(); ++c) {
    const std::int32_t logical = layout.channelOf[c];
    if (logical >= 0 && static_cast<std::uint32_t>(logical) >= view.channelOffset &&
        static_cast<std::uint32_t>(logical) < view.channelOffset + view.channels) {
      first = std::min(first, c / 16);
      last = std::max(last, c / 16);
      lastChannel = c;
    }
  }
  return {first, last - first + 1, lastChannel % 16 / 4 + 1};
}

Layouts layOut(const Model &model) {
  Layouts layouts;
  for (const Tensor &tensor : model.tensors) {
    layouts.tensors.push_back({tensor.height, tensor.width, {}});
  }
  auto &input = layouts.tensors.front().channelOf;
  input.assign(16, -1);
  for (std::uint32_t c = 0; c < model.tensors.front().channels; ++c) {
    input[c] = static_cast<std::int32_t>(c);
  }
  for (const Op &op : model.ops) {
    layouts.outputBlock.push_back(0);
    if (op.output.logits) {
      continue;
    }
    auto &target = layouts.tensors[op.output.view.tensor].channelOf;
    layouts.outputBlock.back() = static_cast<std::uint32_t>(target.size() / 16);
    const auto offset = static_cast<std::int32_t>(op.output.view.channelOffset);
    switch (op.kind) {
    case OpKind::maxpool: { // whole blocks, whatever is in them
      const TensorLayout &source = layouts.tensors[op.input.tensor];
      const BlockRange range = coverView(source, op.input);
      for (std::uint32_t c = range.first * 16; c < (range.first + range.count) * 16; ++c) {
        const std::int32_t inView = source.channelOf[c] - static_cast<std::int32_t>(op.input.channelOffset);
        const bool wanted = source.channelOf[c] >= 0 && inView >= 0 && inView < static_cast<std::int32_t>(op.input.channels);
        target.push_back(wanted ? offset + inView : -1);
      }
      break;
    }
    case OpKind::conv:
      for (std::uint32_t c = 0; c < (op.output.view.channels + 15) / 16 * 16; ++c) {
        target.push_back(c < op.output.view.channels ? offset + static_cast<std::int32_t>(c) : -1);
      }
      break;
    case OpKind::gap: // writes sums alone
      break;
    }
  }
  return layouts;
}

} // namespace zynqnet::accelerator
