// Writes small valid models as fuzzing seeds: zynqnet_fuzz_seeds DIR [count]
#include "fuzz/fuzz_file.hpp"
#include "tests/support/header_of.hpp"
#include "tests/support/random_model.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

int main(int argc, char **argv) {
  using namespace zynqnet;
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s DIR [count]\n", argv[0]);
    return 2;
  }
  const int count = argc > 2 ? std::atoi(argv[2]) : 60;
  constexpr std::size_t maxBytes = 1500;
  constexpr std::size_t maxHeaderBytes = 900; // reading long headers takes most of an execution's time
  int written = 0;
  for (std::uint32_t seed = 1; written < count; ++seed) {
    Model model = *tests::randomModel(seed, seed % 4 == 0 ? Arithmetic::float32 : Arithmetic::int8);
    tests::reshapeWeights(model, seed);
    std::size_t weights = 0;
    for (const ConvWeights &conv : model.weights) {
      weights += conv.weights.size() + conv.floatWeights.size();
    }
    if (weights > (seed % 8 == 0 ? 20'000U : 1'200U)) { // some large enough for contexts and groups of codes
      continue;
    }
    const std::string header = tests::headerOf(model);
    if (header.size() > maxHeaderBytes) {
      continue;
    }
    const std::span plain(reinterpret_cast<const std::uint8_t *>(header.data()), header.size());
    const std::vector<std::uint8_t> input = fuzz::inputFrom(tests::fileOf(model), plain, seed % 3 == 0 ? 2 : 1);
    if (input.size() > maxBytes) {
      continue;
    }
    std::ofstream file(std::string(argv[1]) + "/seed-" + std::to_string(written++), std::ios::binary);
    file.write(reinterpret_cast<const char *>(input.data()), static_cast<std::streamsize>(input.size()));
  }
  return 0;
}
