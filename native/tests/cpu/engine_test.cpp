// Every SIMD backend of this processor against the scalar reference, over random networks: all tensors, all sums, bit
// for bit. Usage: engine_test [networks] [first seed]
#include "core/scalar_engine.hpp"
#include "cpu/engines.hpp"
#include "tests/support/arguments.hpp"
#include "tests/support/random_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

using namespace zynqnet;

namespace {

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
    CHECK_MESSAGE((sums.sums == expected.sums && sums.values.empty()), "sums differ");
    engine->runAllTensors(frame, got, tensors);
    CHECK_MESSAGE(got.sums == expected.sums, "sums differ when all tensors are kept");
    REQUIRE(tensors.bytes.size() == expectedTensors.bytes.size());
    for (std::size_t t = 0; t < tensors.bytes.size(); ++t) {
      REQUIRE_MESSAGE(tensors.bytes[t] == expectedTensors.bytes[t], "tensor ", t);
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
  CHECK_MESSAGE((plain.values == got.values && got.sums.empty()), "run and runAllTensors disagree");
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
        FAIL("float tensor ", t, " differs: ", a[i], " and ", b[i]);
      }
    }
  }
}

TEST_CASE("every backend of this processor agrees with the reference") {
  const std::uint32_t networks = tests::numberArgument(0, 300);
  const std::uint32_t first = tests::numberArgument(1, 1);
  for (const std::string &backend : cpuFeatures()) {
    if (backend == "float") {
      continue;
    }
    const bool isFloat = backend.starts_with("float");
    for (std::uint32_t seed = first; seed < first + networks; ++seed) {
      INFO(backend, ", seed ", seed);
      const unsigned threads = 1 + seed % 3;
      if (isFloat) {
        compareFloat(backend, seed, threads);
      } else {
        compareInt8(backend, seed, threads);
      }
    }
    std::printf("%s: %u networks\n", backend.c_str(), networks);
  }
}

} // namespace
