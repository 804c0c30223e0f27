// Each rule of the graph and of the ranges, broken one at a time.
#include "core/limits.hpp"
#include "core/validate.hpp"
#include "tests/support/check_refused.hpp"
#include "tests/support/header_of.hpp"
#include "zqn/codec.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <vector>

using namespace zynqnet;
using tests::checkRefused;

namespace {

/// data 8x8x3 -> conv 3x3 -> t1 -> max-pool -> t2 -> wide 1x1 conv -> 2 logits; gap(t2) -> 4 more logits.
Model goodModel() {
  Model model;
  model.name = "good";
  model.input.zeroPoint = {1, 2, 3, 0};
  model.tensors = {{"data", 3, 8, 8, 1.0F, 0}, {"t1", 4, 8, 8, 0.5F, 9}, {"t2", 4, 4, 4, 0.5F, 9}};
  Op conv;
  conv.name = "conv";
  conv.input = {0, 0, 3};
  conv.output.view = {1, 0, 4};
  conv.kernelHeight = conv.kernelWidth = 3;
  conv.padding = {1, 1, 1, 1};
  Op pool;
  pool.kind = OpKind::maxpool;
  pool.name = "pool";
  pool.input = {1, 0, 4};
  pool.output.view = {2, 0, 4};
  pool.kernelHeight = pool.kernelWidth = 3;
  pool.stride = 2;
  pool.ceil = true;
  Op wide;
  wide.name = "wide";
  wide.input = {2, 0, 4};
  wide.output = {true, {0, 0, 2}};
  wide.weights = 1;
  Op gap;
  gap.kind = OpKind::gap;
  gap.name = "gap";
  gap.input = {2, 0, 4};
  gap.output = {true, {0, 2, 4}};
  model.ops = {conv, pool, wide, gap};
  model.classes = 6;
  ConvWeights first;
  first.weights.assign(4 * 27, 5);
  first.bias.assign(4, 100);
  first.multiplier.assign(4, 40000);
  first.shift.assign(4, 20);
  ConvWeights last;
  last.weights.assign(8, -3);
  last.bias.assign(2, -7);
  model.weights = {first, last};
  model.logitScale.assign(6, 1.0F);
  model.logitOffset.assign(6, 0.0F);
  return model;
}

struct Case {
  const char *what;
  std::function<void(Model &)> damage;
};

TEST_CASE("each rule of the graph") {
  const std::vector<Case> cases{
      {"no tensors", [](Model &m) { m.tensors.clear(); }},
      {"no operators", [](Model &m) { m.ops.clear(); }},
      {"too many operators", [](Model &m) { m.ops.resize(limits::ops + 1); }},
      {"an empty tensor", [](Model &m) { m.tensors[1].channels = 0; }},
      {"a huge tensor", [](Model &m) { m.tensors[1].width = limits::dimension + 1; }},
      {"too many elements", [](Model &m) { m.tensors[1] = {"t1", 4096, 4096, 4096, 1.0F, 0}; }},
      {"a scale of zero", [](Model &m) { m.tensors[1].scale = 0; }},
      {"a scale that is no number", [](Model &m) { m.tensors[1].scale = std::numeric_limits<float>::quiet_NaN(); }},
      {"an input with a scale", [](Model &m) { m.tensors[0].scale = 2; }},
      {"five input channels", [](Model &m) { m.tensors[0].channels = 5; }},
      {"kernel 0", [](Model &m) { m.ops[0].kernelWidth = 0; }},
      {"kernel 8", [](Model &m) { m.ops[0].kernelHeight = 8; }},
      {"stride 3", [](Model &m) { m.ops[0].stride = 3; }},
      {"padding beyond the kernel", [](Model &m) { m.ops[0].padding.left = 4; }},
      {"preShift 8", [](Model &m) { m.ops[0].preShift = 8; }},
      {"max-pool 2x2", [](Model &m) { m.ops[1].kernelWidth = 2; }},
      {"max-pool stride 1", [](Model &m) { m.ops[1].stride = 1; }},
      {"max-pool padding 3", [](Model &m) { m.ops[1].padding.top = 3; }},
      {"max-pool that rescales", [](Model &m) { m.tensors[2].scale = 1; }},
      {"max-pool with another zero point", [](Model &m) { m.tensors[2].zeroPoint = 8; }},
      {"max-pool of the wrong size", [](Model &m) { m.ops[1].ceil = false; }},
      {"max-pool to logits",
       [](Model &m) {
         m.ops[1].output = {true, {0, 0, 4}};
       }},
      {"max-pool of the network input",
       [](Model &m) {
         m.ops[1].input = {0, 0, 3};
       }},
      {"a tensor that does not exist", [](Model &m) { m.ops[0].input.tensor = 3; }},
      {"a view outside its tensor", [](Model &m) { m.ops[0].input.channelOffset = 1; }},
      {"a view whose end overflows", [](Model &m) { m.ops[0].input.channelOffset = 0xffffffffU; }},
      {"no channels", [](Model &m) { m.ops[0].input.channels = 0; }},
      {"an output outside its tensor", [](Model &m) { m.ops[0].output.view.channelOffset = 1; }},
      {"logits outside the classes", [](Model &m) { m.ops[2].output.view.channelOffset = 5; }},
      {"writing the network input",
       [](Model &m) {
         m.ops[0].output.view = {0, 0, 3};
       }},
      {"writing what is read", [](Model &m) { m.ops[1].output.view.tensor = 1; }},
      {"a tensor written twice",
       [](Model &m) {
         m.ops.push_back(m.ops[0]);
         m.ops.back().weights = 2;
       }},
      {"a logit written twice", [](Model &m) { m.ops[3].output.view.channelOffset = 1; }},
      {"a logit not written", [](Model &m) { m.classes = 7; }},
      {"reading before writing", [](Model &m) { std::swap(m.ops[0], m.ops[1]); }},
      {"a tensor half written",
       [](Model &m) {
         m.ops[0].output.view.channels = 3;
         m.ops[1].input.channels = 3;
         m.ops[1].output.view.channels = 3;
       }},
      {"a shape that disagrees", [](Model &m) { m.ops[0].padding.top = 0; }},
      {"a kernel larger than its input", [](Model &m) { m.ops[2].kernelHeight = 5; }},
      {"weights out of order",
       [](Model &m) {
         m.ops[0].weights = 1;
         m.ops[2].weights = 0;
       }},
      {"gap to a tensor", [](Model &m) { m.ops[3].output.logits = false; }},
      {"gap that changes its channels", [](Model &m) { m.ops[3].input.channels = 3; }},
      {"no classes", [](Model &m) { m.classes = 0; }},
  };
  for (const Case &test : cases) {
    Model model = goodModel();
    test.damage(model);
    checkRefused("MODEL_GRAPH", test.what, [&] { validateGraph(model); });
  }
}

TEST_CASE("each rule of the weights and their ranges") {
  const auto refused = [](const char *code, const char *what, const std::function<void(Model &)> &damage) {
    Model model = goodModel();
    damage(model);
    validateGraph(model);
    checkRefused(code, what, [&] { validateWeights(model); });
  };
  refused("MODEL_SECTION", "a missing weight", [](Model &m) { m.weights[0].weights.pop_back(); });
  refused("MODEL_SECTION", "a missing bias", [](Model &m) { m.weights[0].bias.pop_back(); });
  refused("MODEL_SECTION", "multipliers of a wide convolution", [](Model &m) { m.weights[1].multiplier.assign(2, 1); });
  refused("MODEL_SECTION", "weight -128", [](Model &m) { m.weights[0].weights[3] = -128; });
  refused("MODEL_SECTION", "shift 0", [](Model &m) { m.weights[0].shift[0] = 0; });
  refused("MODEL_SECTION", "shift 41", [](Model &m) { m.weights[0].shift[0] = 41; });
  refused("MODEL_SECTION", "a missing section", [](Model &m) { m.weights.pop_back(); });
  refused("MODEL_SECTION", "a surplus section", [](Model &m) { m.weights.push_back(m.weights[0]); });
  refused("MODEL_SECTION", "an infinite scale", [](Model &m) { m.logitScale[1] = std::numeric_limits<float>::infinity(); });
  refused("MODEL_RANGE", "an accumulator that overflows", [](Model &m) {
    m.weights[0].bias[2] = std::numeric_limits<std::int32_t>::min();
    m.ops[0].preShift = 7;
  });
  refused("MODEL_RANGE", "more than 25 bits", [](Model &m) { m.weights[0].bias[2] = (1 << 24) - 255 * 27 * 5; });
  refused("MODEL_RANGE", "a sum that overflows", [](Model &m) {
    m.tensors[2] = {"t2", 4, 4, 4, 0.5F, 9};
    m.ops[2].preShift = 4;
    m.weights[1].bias[0] = (1 << 27) * 15;
    m.ops[2].padding = {1, 1, 1, 1};
  });
  Model edge = goodModel();
  edge.weights[0].bias[2] = (1 << 24) - 1 - 255 * 27 * 5;
  validateWeights(edge); // just within
}

TEST_CASE("each rule of the header") {
  Model model = goodModel();
  const std::string good = tests::headerOf(model);
  (void)parseHeader(good);
  const auto replaced = [&good](const std::string &from, const std::string &to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    CHECK_MESSAGE(at != std::string::npos, ("the header holds " + from));
    return text.replace(at, from.size(), to);
  };
  const std::vector<std::pair<const char *, std::string>> cases{
      {"no JSON", "{"},
      {"a list", "[]"},
      {"text behind it", good + "x"},
      {"an unknown key", replaced("\"name\":\"good\"", "\"name\":\"good\",\"other\":1")},
      {"a key twice", replaced("\"name\":\"good\"", "\"name\":\"good\",\"name\":\"bad\"")},
      {"a missing key", replaced("\"provenance\":{},", "")},
      {"a name of the wrong type", replaced("\"name\":\"good\"", "\"name\":7")},
      {"an empty name", replaced("\"name\":\"good\"", "\"name\":\"\"")},
      {"a control character", replaced("\"name\":\"good\"", "\"name\":\"go\\u0007od\"")},
      {"broken UTF-8", replaced("\"name\":\"good\"", "\"name\":\"go\xff\"")},
      {"an unknown operator", replaced("\"op\":\"maxpool\"", "\"op\":\"avgpool\"")},
      {"a negative number", replaced("\"stride\":2", "\"stride\":-2")},
      {"a fraction", replaced("\"stride\":2", "\"stride\":2.5")},
      {"a key of another operator", replaced("\"ceil\":true", "\"ceil\":true,\"relu\":true")},
      {"logits: false", replaced("\"logits\":true", "\"logits\":false")},
      {"a number too large", replaced("\"scale\":0.5", "\"scale\":1e300")},
      {"nested too deep", replaced("\"provenance\":{}", "\"provenance\":{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}")},
  };
  for (const auto &[what, text] : cases) {
    checkRefused("MODEL_HEADER", what, [&text = text] { (void)parseHeader(text); });
  }
  CHECK_MESSAGE(parseHeader(replaced("\"provenance\":{}", "\"provenance\":{\"any\":[1,{\"thing\":null}]}")).classes == 6,
                "provenance is free");
}

TEST_CASE("a good model passes") {
  validateGraph(goodModel());
  validateWeights(goodModel());
}

} // namespace
