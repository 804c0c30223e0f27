#include "cpu/layout.hpp"

#include "cpu/aligned_buffer.hpp"

#include <algorithm>
#include <numeric>

namespace zynqnet::cpu {
namespace {

constexpr std::size_t slackBytes = 64; ///< at least the widest group that a kernel reads

std::size_t roundUp(std::size_t value) {
  return (value + AlignedBuffer::alignment - 1) / AlignedBuffer::alignment * AlignedBuffer::alignment;
}

/// Whether its kernel reads the padding from memory; pools clip their windows instead.
bool readsPadding(OpKind kind) {
  switch (kind) {
  case OpKind::conv:
    return true;
  case OpKind::maxpool:
  case OpKind::gap:
    return false;
  }
  return false;
}

TensorLayout shapeOf(const Model &model, std::uint32_t index, Element element) {
  const Tensor &tensor = model.tensors[index];
  TensorLayout layout;
  for (const Op &op : model.ops) {
    if (readsPadding(op.kind) && op.input.tensor == index) {
      layout.halo.top = std::max(layout.halo.top, op.padding.top);
      layout.halo.left = std::max(layout.halo.left, op.padding.left);
      layout.halo.bottom = std::max(layout.halo.bottom, op.padding.bottom);
      layout.halo.right = std::max(layout.halo.right, op.padding.right);
    }
  }
  layout.pixelBytes = tensor.channels * bytesOf(element);
  layout.rowBytes = (std::size_t{tensor.width} + layout.halo.left + layout.halo.right) * layout.pixelBytes;
  layout.bytes = (std::size_t{tensor.height} + layout.halo.top + layout.halo.bottom) * layout.rowBytes;
  return layout;
}

struct Life {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::vector<Life> livesOf(const Model &model, const Phases &phases) {
  std::vector<Life> lives(model.tensors.size(), Life{phases.size(), 0});
  const auto touch = [&lives](std::uint32_t tensor, std::size_t phase) {
    lives[tensor].first = std::min(lives[tensor].first, phase);
    lives[tensor].last = std::max(lives[tensor].last, phase);
  };
  touch(0, 0);
  for (std::size_t p = 0; p < phases.size(); ++p) {
    for (const Op *op : phases[p]) {
      touch(op->input.tensor, p);
      if (!op->output.logits) {
        touch(op->output.view.tensor, p);
      }
    }
  }
  return lives;
}

} // namespace

Phases phasesOf(const Model &model) {
  Phases phases(2);
  std::vector<std::size_t> written(model.tensors.size(), 0); // the phase that wrote the tensor last
  for (const Op &op : model.ops) {
    if (written[op.input.tensor] == phases.size() - 1) {
      phases.emplace_back();
    }
    phases.back().push_back(&op);
    if (!op.output.logits) {
      written[op.output.view.tensor] = phases.size() - 1;
    }
  }
  return phases;
}

Layout layoutOf(const Model &model, const Phases &phases, Element element, bool keepAll) {
  Layout layout;
  for (std::uint32_t t = 0; t < model.tensors.size(); ++t) {
    layout.tensors.push_back(shapeOf(model, t, element));
  }
  const std::vector<Life> lives = livesOf(model, phases);
  std::vector<std::size_t> order(layout.tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&layout](std::size_t a, std::size_t b) { return layout.tensors[a].bytes > layout.tensors[b].bytes; });
  std::vector<std::size_t> placed; // by offset
  for (const std::size_t t : order) {
    std::size_t offset = 0;
    const std::size_t bytes = roundUp(layout.tensors[t].bytes + slackBytes);
    for (const std::size_t other : placed) {
      const TensorLayout &busy = layout.tensors[other];
      const bool together = keepAll || (lives[t].first <= lives[other].last && lives[other].first <= lives[t].last);
      if (!together) {
        continue;
      }
      if (offset + bytes <= busy.offset) {
        break;
      }
      offset = std::max(offset, roundUp(busy.offset + busy.bytes + slackBytes));
    }
    TensorLayout &tensor = layout.tensors[t];
    tensor.offset = offset;
    tensor.origin = offset + tensor.halo.top * tensor.rowBytes + tensor.halo.left * tensor.pixelBytes;
    layout.arenaBytes = std::max(layout.arenaBytes, offset + bytes);
    const auto at = std::find_if(placed.begin(), placed.end(), [&](std::size_t other) { return layout.tensors[other].offset > offset; });
    placed.insert(at, t);
  }
  return layout;
}

} // namespace zynqnet::cpu
