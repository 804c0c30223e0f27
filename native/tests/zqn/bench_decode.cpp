// Decoding speed: zynqnet_bench_decode MODEL.zqn [repetitions]. One JSON object on standard output.
// The digest is taken from the file: node computes it in the daemon.
#include "core/error.hpp"
#include "zqn/codec.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MODEL.zqn [repetitions]\n", argv[0]);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<char> content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::span bytes(reinterpret_cast<const std::uint8_t *>(content.data()), content.size());
  const int repetitions = argc > 2 ? std::max(1, std::atoi(argv[2])) : 1;
  std::vector<double> milliseconds; // of processor time: the machine may be busy with other things
  std::size_t weights = 0;
  try {
    for (int i = 0; i < repetitions; ++i) {
      const std::clock_t start = std::clock();
      const zynqnet::ParsedModel parsed = zynqnet::parseModel(bytes, bytes.last(std::min<std::size_t>(32, bytes.size())));
      milliseconds.push_back(1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
      weights = 0;
      for (const zynqnet::ConvWeights &conv : parsed.model.weights) {
        weights += conv.weights.size() + conv.floatWeights.size();
      }
    }
  } catch (const zynqnet::Error &error) {
    std::fprintf(stderr, "%s: %s [%s]\n", argv[1], error.what(), error.code().c_str());
    return 1;
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  const double median = milliseconds[milliseconds.size() / 2];
  std::printf("{\"weights\":%zu,\"fileBytes\":%zu,\"medianCpuMs\":%.3f,\"minCpuMs\":%.3f,\"millionWeightsPerSecond\":%.1f}\n", weights,
              content.size(), median, milliseconds.front(), static_cast<double>(weights) / median / 1000.0);
  return 0;
}
