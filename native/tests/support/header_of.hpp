// The header text of a model built in memory, for tests, fuzz seeds and benchmarks.
#pragma once

#include "core/model.hpp"
#include "zqn/codec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace zynqnet::tests {

/// What encodeModel and parseHeader take.
[[nodiscard]] std::string headerOf(const Model &model);

/// The whole file, with 32 zero bytes in place of the digest.
[[nodiscard]] std::vector<std::uint8_t> fileOf(Model model);

/// Parses a file made by `fileOf`.
[[nodiscard]] ParsedModel parsed(const std::vector<std::uint8_t> &file);

/// Makes weights sparse, clustered or smooth, so that every coding of the file format occurs. Keeps the model valid.
void reshapeWeights(Model &model, std::uint32_t seed);

} // namespace zynqnet::tests
