// What a model may ask for at most: far above every network this project is for, far below what hurts a 512 MB board.
#pragma once

#include <cstdint>

namespace zynqnet::limits {

inline constexpr std::uint64_t fileBytes = 64U << 20U;
inline constexpr std::uint64_t headerBytes = 1U << 20U;
inline constexpr int headerDepth = 16;
inline constexpr std::uint32_t ops = 1024;
inline constexpr std::uint32_t tensors = 1024;
inline constexpr std::uint32_t dimension = 4096; ///< height, width and channels, each
inline constexpr std::uint32_t classes = 4096;
inline constexpr std::uint32_t nameBytes = 128;
inline constexpr std::uint32_t labelBytes = 256;
inline constexpr std::uint64_t tensorElements = 64U << 20U; ///< all activation tensors together
inline constexpr std::uint64_t int8Weights = 64U << 20U;    ///< all convolutions together
inline constexpr std::uint64_t floatWeights = 16U << 20U;   ///< all convolutions together, four bytes each
inline constexpr std::uint64_t macs = std::uint64_t{1} << 40U;

} // namespace zynqnet::limits
