// The `.zqn` file as bytes; docs/model-format.md describes every bit of it.
#pragma once

#include "core/model.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace zynqnet {

/// How one convolution is stored, for `model inspect`.
struct SectionInfo {
  std::uint32_t storedBytes = 0;
  std::string coding;
  std::uint32_t codebookSize = 0; ///< distinct non-zero values; 0 when stored raw
  std::uint64_t nonZero = 0;
};

struct ParsedModel {
  Model model;
  std::vector<SectionInfo> sections; ///< one per convolution
};

/// Parses and proves a whole file. `sha256` is the digest of everything but the file's last 32 bytes, computed by the
/// caller. Throws Error with a MODEL_... code; never reads outside `file` and allocates within core/limits.hpp.
[[nodiscard]] ParsedModel parseModel(std::span<const std::uint8_t> file, std::span<const std::uint8_t> sha256);

/// The whole file but its trailing digest. `model` needs headerJson, weights, logitScale and logitOffset; the rest is
/// taken from the header. Throws Error as parseModel does.
[[nodiscard]] std::vector<std::uint8_t> encodeModel(Model model);

/// The strict JSON header: fills everything of a Model but its weights and logit scales, and proves the graph.
/// Throws Error MODEL_HEADER or MODEL_GRAPH.
[[nodiscard]] Model parseHeader(std::string_view json);

} // namespace zynqnet
