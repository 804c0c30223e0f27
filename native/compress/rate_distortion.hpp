// Rounding that weighs the error it makes at the layer's output against the bits that it costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace zynqnet::compress {

/// One layer to be rounded: weights [output][tap].
struct RoundingProblem {
  std::span<const float> weights;
  std::size_t outputs = 0, taps = 0;
  std::span<const float> factor;          ///< taps x taps, lower Cholesky factor of the input's second moments; empty: identity
  std::span<const float> units;           ///< real value of integer weight 1, per output
  std::span<const std::int8_t> codebook;  ///< the integer weights that may be used: ascending, with a zero
  std::span<const float> bits;            ///< cost of each codebook entry, in bits
  std::span<const std::uint8_t> keepZero; ///< per weight: 1 = stays zero; may be empty
  float bitPrice = 0.0F;                  ///< squared output error that one bit is worth
};

struct RoundingResult {
  std::vector<std::int8_t> weights; ///< [output][tap], entries of the codebook
  /// Where each codebook entry would best lie, in units: the mean of what was rounded to it, weighted by its effect.
  std::vector<float> centroids;
  std::vector<std::uint32_t> counts; ///< how often each codebook entry is used
  double distortion = 0.0;           ///< expected squared output error at a position, summed over outputs
};

/// Rounds tap by tap; the error of each rounding is made good by the taps still to come.
/// Compensation: Frantar et al., GPTQ (ICLR 2023), in the form of successive cancellation on the Cholesky factor (Babai's
/// nearest plane): with H = L L', the error e L is minimised column by column from the last. Choice of a level:
/// Lagrangian D + price * R, as in entropy-constrained quantization (Chou, Lookabaugh and Gray 1989).
[[nodiscard]] RoundingResult roundLayer(const RoundingProblem &problem, unsigned threads);

} // namespace zynqnet::compress
