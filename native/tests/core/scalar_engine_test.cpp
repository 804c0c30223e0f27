// The reference against an even plainer one: every output computed from the text of docs/arithmetic.md, one tap at a time.
#include "core/scalar_engine.hpp"

#include "core/arithmetic.hpp"
#include "core/validate.hpp"
#include "tests/support/random_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace zynqnet;

namespace {

struct Naive {
  const Model &model;
  const std::vector<std::vector<std::uint8_t>> &tensors;

  [[nodiscard]] bool inside(const Op &op, std::int64_t y, std::int64_t x) const {
    const Tensor &t = model.tensors[op.input.tensor];
    return y >= 0 && x >= 0 && y < t.height && x < t.width;
  }
  [[nodiscard]] std::int32_t at(const Op &op, std::int64_t y, std::int64_t x, std::uint32_t channel) const {
    const Tensor &t = model.tensors[op.input.tensor];
    const std::uint32_t c = op.input.channelOffset + channel;
    if (!inside(op, y, x)) {
      return op.input.tensor == 0 ? model.input.zeroPoint.at(c) : t.zeroPoint;
    }
    return tensors[op.input.tensor][(static_cast<std::size_t>(y) * t.width + static_cast<std::size_t>(x)) * t.channels + c];
  }
  [[nodiscard]] std::int64_t accumulate(const Op &op, std::uint32_t o, std::uint32_t y, std::uint32_t x) const {
    const ConvWeights &w = model.weights[op.weights];
    std::int64_t sum = w.bias[o];
    std::size_t k = std::size_t{o} * op.input.channels * op.kernelHeight * op.kernelWidth;
    for (std::uint32_t i = 0; i < op.input.channels; ++i) {
      for (std::uint32_t ky = 0; ky < op.kernelHeight; ++ky) {
        for (std::uint32_t kx = 0; kx < op.kernelWidth; ++kx) {
          sum += w.weights[k++] *
                 at(op, std::int64_t{y} * op.stride + ky - op.padding.top, std::int64_t{x} * op.stride + kx - op.padding.left, i);
        }
      }
    }
    return sum;
  }
  [[nodiscard]] std::int64_t largest(const Op &op, std::uint32_t c, std::uint32_t y, std::uint32_t x) const {
    std::int64_t best = 0;
    for (std::int64_t ky = 0; ky < 3; ++ky) {
      for (std::int64_t kx = 0; kx < 3; ++kx) {
        const std::int64_t iy = std::int64_t{y} * 2 + ky - op.padding.top;
        const std::int64_t ix = std::int64_t{x} * 2 + kx - op.padding.left;
        best = std::max<std::int64_t>(best, inside(op, iy, ix) ? at(op, iy, ix, c) : 0);
      }
    }
    return best;
  }
};

/// floor(a / 2^s), by division.
std::int64_t floorShift(std::int64_t a, unsigned s) {
  const std::int64_t d = std::int64_t{1} << s;
  return a >= 0 ? a / d : -((-a + d - 1) / d);
}

void checkModel(std::uint32_t seed) {
  const auto model = tests::randomModel(seed, Arithmetic::int8);
  const auto engine = createScalarEngine(model);
  Logits logits;
  TensorDump dump;
  engine->runAllTensors(tests::randomFrame(seed, *model), logits, dump);
  const Naive naive{*model, dump.bytes};
  std::vector<std::int64_t> sums(model->classes, 0);
  bool same = true;
  for (const Op &op : model->ops) {
    const Size size = op.kind == OpKind::gap ? Size{model->tensors[op.input.tensor].height, model->tensors[op.input.tensor].width}
                                             : outputSize(*model, op);
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        for (std::uint32_t o = 0; o < op.output.view.channels; ++o) {
          std::int64_t value = 0;
          switch (op.kind) {
          case OpKind::gap:
            value = naive.at(op, y, x, o);
            break;
          case OpKind::maxpool:
            value = naive.largest(op, o, y, x);
            break;
          case OpKind::conv:
            value = floorShift(naive.accumulate(op, o, y, x), op.preShift);
            break;
          }
          if (op.output.logits) {
            sums[op.output.view.channelOffset + o] += op.relu ? std::max<std::int64_t>(value, 0) : value;
            continue;
          }
          const Tensor &target = model->tensors[op.output.view.tensor];
          if (op.kind == OpKind::conv) {
            const ConvWeights &w = model->weights[op.weights];
            const std::int64_t r = floorShift(value * w.multiplier[o] + (std::int64_t{1} << (w.shift[o] - 1)), w.shift[o]);
            value = std::clamp<std::int64_t>(r + target.zeroPoint, op.relu ? target.zeroPoint : 0, 255);
          }
          same =
              same &&
              value ==
                  dump.bytes[op.output.view.tensor][(std::size_t{y} * size.width + x) * target.channels + op.output.view.channelOffset + o];
        }
      }
    }
  }
  CHECK_MESSAGE(same, ("every tensor, seed " + std::to_string(seed)));
  CHECK_MESSAGE(std::equal(sums.begin(), sums.end(), logits.sums.begin(), logits.sums.end()), ("the sums, seed " + std::to_string(seed)));
}

TEST_CASE("the scalar engine agrees with an even plainer one") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    checkModel(seed);
  }
}

} // namespace
