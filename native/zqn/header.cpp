// JSON header to graph. The schema is that of docs/model-format.md; daemon/model/header.ts has the same for TypeScript.
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/op_kinds.hpp"
#include "core/validate.hpp"
#include "zqn/codec.hpp"
#include "zqn/json_reader.hpp"

namespace zynqnet {
namespace {

using nlohmann::json;

void readInput(const json &value, Model &model) {
  const bool int8 = model.arithmetic == Arithmetic::int8;
  const JsonObject input = int8 ? JsonObject(value, "input", {"channels", "height", "width", "order", "mean", "scale", "zeroPoint"})
                                : JsonObject(value, "input", {"channels", "height", "width", "order", "mean", "scale"});
  const Tensor &tensor = model.tensors.front();
  const std::uint32_t channels = input.integer("channels", 1, 4);
  if (channels != tensor.channels || input.integer("height", 1, limits::dimension) != tensor.height ||
      input.integer("width", 1, limits::dimension) != tensor.width) {
    throw Error("MODEL_GRAPH", "'input' and tensor 0 have different shapes");
  }
  model.input.order = input.choice("order", {"rgb", "bgr"}) == 0 ? ChannelOrder::rgb : ChannelOrder::bgr;
  const std::vector<float> mean = input.numbers("mean", channels);
  const std::vector<float> scale = input.numbers("scale", channels);
  const std::vector<std::uint32_t> zeroPoint = int8 ? input.integers("zeroPoint", channels, 0, 255) : std::vector<std::uint32_t>(channels);
  for (std::size_t c = 0; c < model.input.mean.size() && c < channels; ++c) {
    model.input.mean[c] = mean[c];
    model.input.scale[c] = scale[c];
    model.input.zeroPoint[c] = static_cast<std::uint8_t>(zeroPoint[c]);
  }
}

void checkPreprocessing(const json &value) {
  const JsonObject preprocessing(value, "preprocessing", {"mode", "resize", "crop"});
  (void)preprocessing.choice("mode", {"squash", "cover", "contain"});
  (void)preprocessing.boolean("crop");
  if (!preprocessing.at("resize").is_null()) {
    (void)preprocessing.integers("resize", 2, 1, limits::dimension);
  }
}

void readTensors(const JsonObject &header, Model &model) {
  for (const json &value : header.array("tensors", 1, limits::tensors)) {
    const JsonObject object(value, "tensors[" + std::to_string(model.tensors.size()) + "]",
                            {"name", "channels", "height", "width", "scale", "zeroPoint"});
    Tensor tensor;
    tensor.name = object.text("name", limits::nameBytes);
    tensor.channels = object.integer("channels", 1, limits::dimension);
    tensor.height = object.integer("height", 1, limits::dimension);
    tensor.width = object.integer("width", 1, limits::dimension);
    tensor.scale = object.has("scale") ? object.number("scale") : 1.0F;
    tensor.zeroPoint = static_cast<std::uint8_t>(object.has("zeroPoint") ? object.integer("zeroPoint", 0, 255) : 0);
    model.tensors.push_back(std::move(tensor));
  }
}

void readChannels(const JsonObject &object, View &view) {
  view.channelOffset = object.integer("offset", 0, limits::dimension);
  view.channels = object.integer("channels", 1, limits::dimension);
}

View readView(const json &value, const std::string &path) {
  const JsonObject object(value, path, {"tensor", "offset", "channels"});
  View view;
  view.tensor = object.integer("tensor", 0, limits::tensors - 1);
  readChannels(object, view);
  return view;
}

Destination readDestination(const json &value, const std::string &path) {
  if (!value.is_object() || !value.contains("logits")) {
    return {false, readView(value, path)};
  }
  const JsonObject object(value, path, {"logits", "offset", "channels"});
  if (!object.boolean("logits")) {
    throw Error("MODEL_HEADER", path + ".logits: only true makes sense here; name a tensor instead");
  }
  Destination destination{true, {}};
  readChannels(object, destination.view);
  return destination;
}

void readWindow(const JsonObject &object, Op &op) {
  const std::vector<std::uint32_t> kernel = object.integers("kernel", 2, 1, 7);
  const std::vector<std::uint32_t> pad = object.integers("pad", 4, 0, 7);
  op.kernelHeight = static_cast<std::uint8_t>(kernel[0]);
  op.kernelWidth = static_cast<std::uint8_t>(kernel[1]);
  op.stride = static_cast<std::uint8_t>(object.integer("stride", 1, 2));
  op.padding = {static_cast<std::uint8_t>(pad[0]), static_cast<std::uint8_t>(pad[1]), static_cast<std::uint8_t>(pad[2]),
                static_cast<std::uint8_t>(pad[3])};
}

OpKind readKind(const JsonObject &object) {
  std::vector<std::string_view> names;
  for (std::uint8_t kind = 0; !headerName(static_cast<OpKind>(kind)).empty(); ++kind) {
    names.push_back(headerName(static_cast<OpKind>(kind)));
  }
  return static_cast<OpKind>(object.choice("op", names));
}

/// Refuses keys that this kind does not have.
JsonObject opObject(const json &value, const std::string &path, OpKind kind, bool int8) {
  switch (kind) {
  case OpKind::gap:
    return {value, path, {"op", "name", "input", "output"}};
  case OpKind::maxpool:
    return {value, path, {"op", "name", "input", "output", "kernel", "stride", "pad", "ceil"}};
  case OpKind::conv:
    if (int8) {
      return {value, path, {"op", "name", "input", "output", "kernel", "stride", "pad", "relu", "preShift", "weights"}};
    }
    return {value, path, {"op", "name", "input", "output", "kernel", "stride", "pad", "relu", "weights"}};
  }
  throw Error("MODEL_HEADER", path + ".op: no such operator");
}

Op readOp(const json &value, const std::string &path, bool int8) {
  const JsonObject any(value, path, {"op", "name", "input", "output", "kernel", "stride", "pad", "ceil", "relu", "preShift", "weights"});
  Op op;
  op.kind = readKind(any);
  const JsonObject object = opObject(value, path, op.kind, int8);
  op.name = object.text("name", limits::nameBytes);
  op.input = readView(object.at("input"), object.pathOf("input"));
  op.output = readDestination(object.at("output"), object.pathOf("output"));
  switch (op.kind) {
  case OpKind::gap:
    break;
  case OpKind::maxpool:
    readWindow(object, op);
    op.ceil = object.boolean("ceil");
    break;
  case OpKind::conv:
    readWindow(object, op);
    op.relu = object.boolean("relu");
    op.weights = object.integer("weights", 0, limits::ops - 1);
    if (int8) {
      op.preShift = static_cast<std::uint8_t>(object.integer("preShift", 0, 7));
    }
    break;
  }
  return op;
}

} // namespace

Model parseHeader(std::string_view text) {
  if (text.size() > limits::headerBytes) {
    throw Error("MODEL_HEADER", "the header is longer than " + std::to_string(limits::headerBytes) + " bytes");
  }
  const json root = parseStrictJson(text);
  const JsonObject header(root, "header", {"name", "arithmetic", "input", "preprocessing", "labels", "tensors", "ops", "provenance"});
  Model model;
  model.headerJson = text;
  model.name = header.text("name", limits::nameBytes);
  model.arithmetic = header.choice("arithmetic", {"int8", "float32"}) == 0 ? Arithmetic::int8 : Arithmetic::float32;
  for (const json &label : header.array("labels", 1, limits::classes)) {
    (void)checkedText(label, "labels[" + std::to_string(model.classes) + "]", limits::labelBytes);
    ++model.classes;
  }
  checkPreprocessing(header.at("preprocessing"));
  if (!header.at("provenance").is_object()) {
    throw Error("MODEL_HEADER", "header.provenance: expected an object");
  }
  readTensors(header, model);
  readInput(header.at("input"), model);
  for (const json &value : header.array("ops", 1, limits::ops)) {
    model.ops.push_back(readOp(value, "ops[" + std::to_string(model.ops.size()) + "]", model.arithmetic == Arithmetic::int8));
  }
  validateGraph(model);
  return model;
}

} // namespace zynqnet
