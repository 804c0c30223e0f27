// One convolution's weights as bits (docs/model-format.md, "Sections").
#pragma once

#include "zqn/bits.hpp"
#include "zqn/codec.hpp"

#include <cstdint>
#include <vector>

namespace zynqnet {

/// Reads one section; `conv` gives the shape. Throws Error MODEL_SECTION. `storedBytes` is left to the caller.
[[nodiscard]] ConvWeights decodeSection(BitReader &reader, const Model &model, const Op &conv, SectionInfo &info);

/// The smallest section among all codings. The arrays have passed validateWeights.
[[nodiscard]] std::vector<std::uint8_t> encodeSection(const Model &model, const Op &conv);

namespace section {

enum class Coding : std::uint8_t { raw, dense, runs, patterns };

inline constexpr unsigned codebookSizeBits = 10;
inline constexpr std::uint32_t maxValues = (1U << codebookSizeBits) - 1;
inline constexpr std::uint32_t maxTableSets = 8;
inline constexpr std::uint32_t minPattern = 2;
inline constexpr std::uint32_t maxPattern = 10;
inline constexpr std::uint32_t shiftSymbols = 41;

// Runs of zeros: 0..15 as they are, then one symbol per power of two with extra bits, then "the row's rest is zero".
inline constexpr std::uint32_t directRuns = 16;
inline constexpr std::uint32_t runClasses = 18; ///< a row has at most 4096 * 49 < 2^18 weights
inline constexpr std::uint32_t rowEnd = directRuns + runClasses;
inline constexpr std::uint32_t runSymbols = rowEnd + 1;

} // namespace section
} // namespace zynqnet
