// Whatever the parser accepts must run, and must survive being written and read again. The digest is given as right, so
// that mutations reach the inside.
#include "core/error.hpp"
#include "core/op_kinds.hpp"
#include "core/scalar_engine.hpp"
#include "core/validate.hpp"
#include "fuzz/fuzz_file.hpp"
#include "zqn/codec.hpp"

#include <cstdlib>
#include <memory>
#include <span>

namespace {

// Kept small so that one execution is short.
constexpr std::uint64_t maxMacs = 100'000;
constexpr std::uint64_t maxElements = 20'000;
constexpr std::uint64_t maxWeights = 1'500; ///< of a model that is written again: the encoder tries many codings

using namespace zynqnet;

bool isSmall(const Model &model) {
  std::uint64_t macs = 0;
  std::uint64_t elements = 0;
  for (const Op &op : model.ops) {
    macs += macCount(model, op);
  }
  for (const Tensor &tensor : model.tensors) {
    elements += std::uint64_t{tensor.channels} * tensor.height * tensor.width;
  }
  return macs <= maxMacs && elements <= maxElements;
}

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void checkRoundTrip(const Model &model) {
  std::uint64_t weights = 0;
  for (const Op &op : model.ops) {
    weights += hasWeights(op.kind) ? weightCount(op) : 0;
  }
  if (weights > maxWeights) {
    return;
  }
  std::vector<std::uint8_t> file = encodeModel(model);
  file.resize(file.size() + 32, 0);
  const Model again = parseModel(file, std::span(file).last(32)).model;
  require(again.headerJson == model.headerJson && again.weights.size() == model.weights.size());
  require(again.logitScale == model.logitScale && again.logitOffset == model.logitOffset);
  for (std::size_t i = 0; i < model.weights.size(); ++i) {
    const ConvWeights &a = model.weights[i];
    const ConvWeights &b = again.weights[i];
    require(a.weights == b.weights && a.bias == b.bias && a.multiplier == b.multiplier && a.shift == b.shift);
    require(a.floatWeights == b.floatWeights && a.floatBias == b.floatBias);
  }
}

void run(Model model) {
  const Tensor input = model.tensors.front();
  const auto shared = std::make_shared<const Model>(std::move(model));
  const std::unique_ptr<Engine> engine = createScalarEngine(shared);
  std::vector<std::uint8_t> frame(std::size_t{input.channels} * input.height * input.width);
  Logits logits;
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{255}}) {
    std::fill(frame.begin(), frame.end(), value);
    engine->run(frame, logits);
    require(logits.sums.size() == shared->classes);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::vector<std::uint8_t> file = fuzz::fileFrom({data, size});
  const std::size_t digest = std::min<std::size_t>(32, file.size());
  try {
    Model model = parseModel(file, std::span(file).last(digest)).model;
    if (isSmall(model)) {
      checkRoundTrip(model);
      if (model.arithmetic == Arithmetic::int8) {
        run(std::move(model));
      }
    }
  } catch (const Error &) {
    // refused with a code: what should happen to a damaged file
  }
  return 0;
}
