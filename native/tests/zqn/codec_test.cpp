// The file format: what goes in comes out, and nothing damaged is taken.
#include "tests/support/check_refused.hpp"
#include "tests/support/header_of.hpp"
#include "tests/support/random_model.hpp"
#include "zqn/arrays.hpp"
#include "zqn/codec.hpp"
#include "zqn/huffman.hpp"
#include "zqn/text_packer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <span>

using namespace zynqnet;
using tests::checkRefused;

namespace {

TEST_CASE("codes are optimal and limited") {
  std::vector<std::uint64_t> fibonacci{1, 1};
  while (fibonacci.size() < 30) {
    fibonacci.push_back(fibonacci[fibonacci.size() - 1] + fibonacci[fibonacci.size() - 2]);
  }
  const std::vector<std::uint8_t> lengths = limitedCodeLengths(fibonacci, maxCodeLength);
  double space = 0;
  for (const std::uint8_t length : lengths) {
    space += std::ldexp(1.0, -length);
  }
  CHECK_MESSAGE((*std::max_element(lengths.begin(), lengths.end()) == maxCodeLength && space == 1.0),
                "a degenerate code is limited and complete");
  CHECK_MESSAGE((limitedCodeLengths(std::vector<std::uint64_t>{4, 2, 1, 1}, 12) == std::vector<std::uint8_t>{1, 2, 3, 3}),
                "Huffman's own example");
}

void codesSurvive(std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::uint32_t symbols = 1 + static_cast<std::uint32_t>(random() % 600);
  const std::uint32_t used = 1 + static_cast<std::uint32_t>(random() % symbols);
  std::vector<std::uint32_t> text(random() % 3000);
  for (std::uint32_t &symbol : text) {
    symbol =
        static_cast<std::uint32_t>(std::min<double>(used - 1, std::abs(std::normal_distribution<double>(0, used / 4.0 + 0.1)(random))));
  }
  std::vector<std::uint64_t> counts(symbols, 0);
  for (const std::uint32_t symbol : text) {
    ++counts[symbol];
  }
  BitWriter writer;
  const HuffmanEncoder encoder(counts);
  encoder.describe(writer);
  CHECK_MESSAGE((seed > 3 || encoder.cost(counts) >= writer.bitCount()), "a code costs at least its description");
  for (const std::uint32_t symbol : text) {
    encoder.put(writer, symbol);
  }
  const std::vector<std::uint8_t> bytes = writer.finish();
  BitReader reader(bytes);
  const HuffmanDecoder decoder(reader, symbols);
  bool same = true;
  for (const std::uint32_t symbol : text) {
    reader.refill();
    same = same && decoder.next(reader) == symbol;
  }
  CHECK_MESSAGE((same && reader.finish() == bytes.size()), ("symbols survive their code, seed " + std::to_string(seed)));
}

TEST_CASE("arrays survive") {
  const std::vector<std::vector<std::uint32_t>> integers{
      {}, {0}, {0, 0, 0}, {1, 2, 3}, {0xffffffffU, 0, 1}, {0x80000000U, 0x80000000U}, {8, 16, 4096, 0}};
  for (const std::vector<std::uint32_t> &values : integers) {
    BitWriter writer;
    putIntegers(writer, values);
    const std::vector<std::uint8_t> bytes = writer.finish();
    BitReader reader(bytes);
    CHECK_MESSAGE(takeIntegers(reader, values.size()) == values, "integers survive");
  }
  const std::vector<std::vector<float>> floats{{}, {0.0F}, {-0.0F, 0.0F}, {1.5F, 1.5F}, {1e-40F, -3.4e38F, 0.1F}, {0.5F, 0.25F, -2.0F}};
  for (const std::vector<float> &values : floats) {
    BitWriter writer;
    putFloats(writer, values);
    const std::vector<std::uint8_t> bytes = writer.finish();
    BitReader reader(bytes);
    const std::vector<float> back = takeFloats(reader, values.size());
    CHECK_MESSAGE((std::equal(values.begin(), values.end(), back.begin(), back.end(),
                              [](float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); })),
                  "floats survive bit for bit");
  }
  for (const std::int32_t value : {0, -1, 1, 2147483647, -2147483647 - 1}) {
    CHECK_MESSAGE(unzigzag(zigzag(value)) == value, "zigzag");
  }
}

TEST_CASE("text survives") {
  std::string text = "{}";
  for (int i = 0; i < 300; ++i) {
    text += "{\"op\":\"conv\",\"name\":\"fire";
    text += std::to_string(i * i % 91);
    text += "\"},";
  }
  for (const std::string &sample : {std::string(), std::string("a"), text, std::string(5000, 'x')}) {
    const std::vector<std::uint8_t> packed = packText(sample);
    CHECK_MESSAGE(unpackText(packed, sample.size()) == sample, "text survives");
  }
  const std::vector<std::uint8_t> packed = packText(text);
  checkRefused("MODEL_HEADER", "a text longer than packed", [&] { (void)unpackText(packed, text.size() + 100000); });
  checkRefused("MODEL_HEADER", "a text shorter than packed", [&] { (void)unpackText(packed, text.size() - 100); });
  CHECK_MESSAGE(packText(text).size() * 8 < text.size(), "repetitive text shrinks");
}

void modelsSurvive(std::uint32_t seed, std::set<std::string> &codings) {
  Model model = *tests::randomModel(seed, seed % 3 == 0 ? Arithmetic::float32 : Arithmetic::int8);
  tests::reshapeWeights(model, seed);
  const std::vector<std::uint8_t> file = tests::fileOf(model);
  const ParsedModel parsed = tests::parsed(file);
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < model.weights.size(); ++i) {
    const ConvWeights &a = model.weights[i];
    const ConvWeights &b = parsed.model.weights[i];
    CHECK_MESSAGE((a.weights == b.weights && a.bias == b.bias && a.multiplier == b.multiplier && a.shift == b.shift &&
                   a.floatWeights == b.floatWeights && a.floatBias == b.floatBias),
                  ("weights survive, seed " + std::to_string(seed)));
    stored += parsed.sections[i].storedBytes;
    codings.insert(parsed.sections[i].coding.substr(0, 4));
    codings.insert(parsed.sections[i].coding.find("contexts") != std::string::npos ? "contexts" : "");
    codings.insert(parsed.sections[i].coding.find("groups") != std::string::npos ? "groups" : "");
  }
  CHECK_MESSAGE(stored < file.size(), "sections are within the file");
  CHECK_MESSAGE((parsed.model.ops.size() == model.ops.size() && parsed.model.tensors.size() == model.tensors.size()), "the graph survives");
}

/// A damaged file whose digest somebody made right again: refused or a different valid model, never a crash.
void damageIsRefused(std::uint32_t seed) {
  Model model = *tests::randomModel(seed, Arithmetic::int8);
  const std::vector<std::uint8_t> file = tests::fileOf(std::move(model));
  std::mt19937 random(seed);
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    std::vector<std::uint8_t> damaged = file;
    const std::size_t max = i % 2 == 0 ? damaged.size() - 32 : 300; // often the header
    damaged[random() % max] ^= static_cast<std::uint8_t>(1U << random() % 8);
    try {
      (void)tests::parsed(damaged);
    } catch (const Error &) {
      ++refused;
    }
  }
  CHECK_MESSAGE((refused > 0 && refused <= 100), "some damage is refused even without the digest");
  for (std::size_t size = 0; size < file.size(); size += 1 + size / 50) {
    const std::vector<std::uint8_t> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    checkRefused(size < 4 ? "MODEL_MAGIC" : "MODEL_TRUNCATED", "a cut file", [&] { (void)parseModel(cut, std::vector<std::uint8_t>(32)); });
  }
  std::vector<std::uint8_t> version = file;
  version[4] = 2;
  checkRefused("MODEL_VERSION", "version 2", [&] { (void)tests::parsed(version); });
  checkRefused("MODEL_DIGEST", "another digest", [&] { (void)parseModel(file, std::vector<std::uint8_t>(32, 1)); });
}

TEST_CASE("files survive, and damage is refused") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    codesSurvive(seed);
  }
  std::set<std::string> codings;
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    modelsSurvive(seed, codings);
  }
  for (const char *coding : {"raw", "dens", "runs", "patt", "contexts", "groups"}) {
    CHECK_MESSAGE(codings.contains(coding), (std::string("the random models use coding ") + coding));
  }
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    damageIsRefused(seed);
  }
}

} // namespace
