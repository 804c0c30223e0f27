// Weights and parameters of one convolution as the accelerator streams them (docs/accelerator.md, "Weights").
#pragma once

#include "lowering/hardware.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace zynqnet::accelerator {

/// A convolution over stored channels: everything that lowering has changed is already in it.
struct StoredConv {
  std::uint32_t kernelRows = 1, kernelCols = 1;
  std::uint32_t blocks = 1, lastQuads = 4;
  std::uint32_t outputs = 0;
  std::vector<std::int8_t> weights; ///< [output][kernel row][kernel column][stored channel of the blocks]
  std::vector<std::int32_t> bias;
  std::vector<std::uint16_t> multiplier; ///< may be empty (wide)
  std::vector<std::uint8_t> shift;       ///< may be empty (wide)

  [[nodiscard]] std::uint32_t groups() const noexcept { return (outputs + 15) / 16; }
  [[nodiscard]] std::uint32_t quads() const noexcept { return (blocks - 1) * 4 + lastQuads; }
  [[nodiscard]] std::uint32_t groupWords() const noexcept { return kernelRows * kernelCols * quads(); }
};

struct WeightImage {
  std::vector<std::uint8_t> bytes; ///< all ports' parts
  std::uint32_t portStride = 0;    ///< bytes, a multiple of 128
  std::uint32_t beats = 0;         ///< in each part
  bool codebook = false;
  std::array<std::uint8_t, 16> entries{};
};

[[nodiscard]] WeightImage buildWeightImage(const StoredConv &conv, const Preset &preset);

} // namespace zynqnet::accelerator
