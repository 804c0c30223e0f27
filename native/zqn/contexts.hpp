// Which code a value is read with: its neighbours within the kernel predict it (docs/model-format.md, "Contexts").
#pragma once

#include "core/model.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet {

/// How the contexts of a layer are formed, as it is stored.
struct ContextRule {
  std::vector<std::uint32_t> thresholds; ///< 0 to 4, strictly ascending; n thresholds make 2n + 1 contexts
  bool corner = false;                   ///< predict left + up - corner instead of left + up

  [[nodiscard]] std::size_t contexts() const noexcept { return 2 * thresholds.size() + 1; }
};

/// The level of a value is its signed rank: 0 for zero, +1 for the least positive value of the codebook, -1 for the
/// greatest negative one. A value's context is the range that `left + up (- corner)` falls in; neighbours are taps of the
/// same kernel, 0 outside it. In a 1x1 convolution the left neighbour is the previous input channel.
class Contexts {
public:
  static constexpr std::int32_t maxLevel = 1023;
  static constexpr unsigned maxThresholds = 4;
  static constexpr unsigned thresholdBits = 11;

  Contexts(const Op &conv, const ContextRule &rule) : corner_(rule.corner ? 1 : 0) {
    const bool line = conv.kernelHeight * conv.kernelWidth == 1;
    const std::uint32_t width = line ? conv.input.channels : conv.kernelWidth;
    const std::uint32_t height = line ? 1 : conv.kernelHeight;
    const std::uint32_t grids = line ? 1 : conv.input.channels;
    const std::uint32_t stride = width + 1; // a column and a row of zeros in front of every grid
    stride_ = stride;
    for (std::uint32_t grid = 0; grid < grids; ++grid) {
      for (std::uint32_t y = 1; y <= height; ++y) {
        for (std::uint32_t x = 1; x <= width; ++x) {
          places_.push_back((grid * (height + 1) + y) * stride + x);
        }
      }
    }
    levels_.assign(std::size_t{grids} * (height + 1) * stride, 0);
    const auto middle = static_cast<std::uint8_t>(rule.thresholds.size());
    ranges_.assign(6 * maxLevel + 1, middle);
    for (const std::uint32_t threshold : rule.thresholds) {
      // One range further out on both sides.
      for (std::size_t p = threshold + 1; p <= 3 * std::size_t{maxLevel}; ++p) {
        ++ranges_[3 * maxLevel + p];
        --ranges_[3 * maxLevel - p];
      }
    }
  }

  void beginRow() { std::fill(levels_.begin(), levels_.end(), std::int16_t{0}); }

  /// Plain pointers, to be held in registers: weights are bytes, and a stored byte might alias anything in memory.
  struct Row {
    const std::uint32_t *places;
    std::int16_t *levels;
    const std::uint8_t *ranges;
    std::ptrdiff_t stride;
    std::int32_t corner;

    /// The context of the weight at `position` of the row; earlier ones have been set, or are zero.
    [[nodiscard]] std::size_t at(std::size_t position) const noexcept {
      const std::int16_t *here = levels + places[position];
      return ranges[*(here - 1) + *(here - stride) - corner * *(here - stride - 1)];
    }
    void set(std::size_t position, std::int32_t level) const noexcept { levels[places[position]] = static_cast<std::int16_t>(level); }
  };

  [[nodiscard]] Row row() noexcept { return {places_.data(), levels_.data(), ranges_.data() + 3 * maxLevel, stride_, corner_}; }

private:
  std::vector<std::uint32_t> places_; ///< position in the row to index in `levels_`
  std::vector<std::int16_t> levels_;
  std::vector<std::uint8_t> ranges_; ///< prediction to context
  std::ptrdiff_t stride_ = 0;
  std::int32_t corner_ = 0;
};

} // namespace zynqnet
