// Every SIMD backend of this processor against the scalar reference, over random networks: all tensors, all sums, bit
// for bit. Usage: engine_test [networks] [first seed]
#include "core/scalar_engine.hpp"
#include "cpu/engines.hpp"
#include "tests/support/random_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

using namespace zynqnet;

namespace {

int failures = 0;

void fail(const std::string &backend, std::uint32_t seed, const std::string &what) {
  std::printf("FAILED %s, seed %u: %s\n", backend.c_str(), seed, what.c_str());
  ++failures;
}

void compareInt8(const std::string &backend, std::uint32_t seed, unsigned threads) {
  const auto model = tests::randomModel(seed, Arithmetic::int8);
  const auto reference = createScalarEngine(model);
  const auto engine = createCpuEngine(model, backend, threads);
  for (std::uint32_t f = 0; f < 2; ++f) {
    const auto frame = tests::randomFrame(seed + f, *model);
    Logits expected;
    Logits sums;
    Logits got;
    TensorDump expectedTensors;
    TensorDump tensors;
    reference->runAllTensors(frame, expected, expectedTensors);
    engine->run(frame, sums); // first with reused memory
    if (sums.sums != expected.sums || !sums.values.empty()) {
      fail(backend, seed, "sums differ");
    }
    engine->runAllTensors(frame, got, tensors);
    if (got.sums != expected.sums) {
      fail(backend, seed, "sums differ when all tensors are kept");
    }
    if (tensors.bytes.size() != expectedTensors.bytes.size()) {
      fail(backend, seed, "the number of tensors differs");
      continue;
    }
    for (std::size_t t = 0; t < tensors.bytes.size(); ++t) {
      if (tensors.bytes[t] != expectedTensors.bytes[t]) {
        fail(backend, seed, "tensor " + std::to_string(t) + " differs");
        break;
      }
    }
  }
}

/// Float kernels sum in different orders: compared with the plain kernels within a relative tolerance.
void compareFloat(const std::string &backend, std::uint32_t seed, unsigned threads) {
  const auto model = tests::randomModel(seed, Arithmetic::float32);
  const auto reference = createCpuEngine(model, "float-plain", 1);
  const auto engine = createCpuEngine(model, backend, threads);
  const auto frame = tests::randomFrame(seed, *model);
  Logits expected;
  Logits plain;
  Logits got;
  TensorDump expectedTensors;
  TensorDump tensors;
  reference->runAllTensors(frame, expected, expectedTensors);
  engine->runAllTensors(frame, got, tensors);
  engine->run(frame, plain);
  if (plain.values != got.values || !got.sums.empty()) {
    fail(backend, seed, "run and runAllTensors disagree");
  }
  expectedTensors.floats.push_back(expected.values);
  tensors.floats.push_back(got.values);
  for (std::size_t t = 0; t < expectedTensors.floats.size(); ++t) {
    const auto &a = expectedTensors.floats[t];
    const auto &b = tensors.floats[t];
    float largest = 1e-6F;
    for (const float value : a) {
      largest = std::max(largest, std::fabs(value));
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!(std::fabs(a[i] - b[i]) <= 1e-4F * largest)) {
        fail(backend, seed, "float tensor " + std::to_string(t) + " differs: " + std::to_string(a[i]) + " and " + std::to_string(b[i]));
        return;
      }
    }
  }
}

} // namespace

int main(int argc, char **argv) {
  const auto networks = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 300);
  const auto first = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  for (const std::string &backend : cpuFeatures()) {
    if (backend == "float") {
      continue;
    }
    const bool isFloat = backend.starts_with("float");
    for (std::uint32_t seed = first; seed < first + networks && failures < 20; ++seed) {
      const unsigned threads = 1 + seed % 3;
      if (isFloat) {
        compareFloat(backend, seed, threads);
      } else {
        compareInt8(backend, seed, threads);
      }
    }
    std::printf("%s: %u networks\n", backend.c_str(), networks);
  }
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
