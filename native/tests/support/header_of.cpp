#include "tests/support/header_of.hpp"

#include "core/op_kinds.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <span>
#include <utility>

namespace zynqnet::tests {
namespace {

using nlohmann::json;

json viewOf(const View &view) { return {{"tensor", view.tensor}, {"offset", view.channelOffset}, {"channels", view.channels}}; }

json outputOf(const Destination &output) {
  if (output.logits) {
    return {{"logits", true}, {"offset", output.view.channelOffset}, {"channels", output.view.channels}};
  }
  return viewOf(output.view);
}

void putWindow(const Op &op, json &value) {
  value["kernel"] = {op.kernelHeight, op.kernelWidth};
  value["stride"] = op.stride;
  value["pad"] = {op.padding.top, op.padding.left, op.padding.bottom, op.padding.right};
}

json opOf(const Op &op, bool int8) {
  json value{{"op", headerName(op.kind)}, {"name", op.name}, {"input", viewOf(op.input)}, {"output", outputOf(op.output)}};
  switch (op.kind) {
  case OpKind::gap:
    break;
  case OpKind::maxpool:
    putWindow(op, value);
    value["ceil"] = op.ceil;
    break;
  case OpKind::conv:
    putWindow(op, value);
    value["relu"] = op.relu;
    value["weights"] = op.weights;
    if (int8) {
      value["preShift"] = op.preShift;
    }
    break;
  }
  return value;
}

json inputOf(const Model &model) {
  const Tensor &tensor = model.tensors.front();
  json input{{"channels", tensor.channels},
             {"height", tensor.height},
             {"width", tensor.width},
             {"order", model.input.order == ChannelOrder::rgb ? "rgb" : "bgr"}};
  for (std::uint32_t c = 0; c < tensor.channels; ++c) {
    input["mean"].push_back(model.input.mean.at(c));
    input["scale"].push_back(model.input.scale.at(c));
    if (model.arithmetic == Arithmetic::int8) {
      input["zeroPoint"].push_back(model.input.zeroPoint.at(c));
    }
  }
  return input;
}

/// `keep` in 256 weights stay; the others become zero. Values are rounded towards multiples of `step`.
template <typename Value> void reshape(std::vector<Value> &weights, std::mt19937 &random, std::uint32_t keep, int step, bool smooth) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (smooth && i > 0 && random() % 4 != 0) {
      weights[i] = weights[i - 1];
    } else if (random() % 256 >= keep) {
      weights[i] = Value{};
    } else if constexpr (sizeof(Value) == 1) {
      weights[i] = static_cast<Value>(weights[i] / step * step); // towards zero: the proofs still hold
    } else {
      const int steps = static_cast<int>(weights[i] * 64.0F) / step;
      weights[i] = static_cast<Value>(steps * step) / 64.0F;
    }
  }
}

} // namespace

std::string headerOf(const Model &model) {
  const bool int8 = model.arithmetic == Arithmetic::int8;
  json header{{"name", model.name},
              {"arithmetic", int8 ? "int8" : "float32"},
              {"input", inputOf(model)},
              {"preprocessing", {{"mode", "squash"}, {"resize", nullptr}, {"crop", false}}},
              {"provenance", json::object()}};
  for (std::uint32_t c = 0; c < model.classes; ++c) {
    std::string label = "c";
    label += std::to_string(c);
    header["labels"].push_back(std::move(label));
  }
  for (const Tensor &tensor : model.tensors) {
    header["tensors"].push_back({{"name", tensor.name},
                                 {"channels", tensor.channels},
                                 {"height", tensor.height},
                                 {"width", tensor.width},
                                 {"scale", tensor.scale},
                                 {"zeroPoint", tensor.zeroPoint}});
  }
  for (const Op &op : model.ops) {
    header["ops"].push_back(opOf(op, int8));
  }
  return header.dump();
}

std::vector<std::uint8_t> fileOf(Model model) {
  model.headerJson = headerOf(model);
  std::vector<std::uint8_t> file = encodeModel(std::move(model));
  file.resize(file.size() + 32, 0);
  return file;
}

ParsedModel parsed(const std::vector<std::uint8_t> &file) { return parseModel(file, std::span(file).last(32)); }

void reshapeWeights(Model &model, std::uint32_t seed) {
  std::mt19937 random(seed);
  constexpr std::uint32_t keeps[] = {256, 250, 128, 80, 10, 0};
  constexpr int steps[] = {1, 3, 16, 64};
  for (ConvWeights &conv : model.weights) {
    const std::uint32_t keep = keeps[random() % 6];
    const int step = steps[random() % 4];
    const bool smooth = random() % 3 == 0;
    reshape(conv.floatWeights, random, keep, step, smooth);
    // A smoothed int8 channel might leave its proven range.
    reshape(conv.weights, random, keep, step, false);
  }
}

} // namespace zynqnet::tests
