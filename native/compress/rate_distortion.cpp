#include "compress/rate_distortion.hpp"

#include "compress/clones.hpp"
#include "compress/parallel.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace zynqnet::compress {
namespace {

constexpr std::size_t group = 64; // outputs that are worked on together: one cache line of errors after the other

/// carried[o] = sum over later taps i of error[i][o] * factor[i][tap].
ZYNQNET_CLONES void carry(const float *errors, const float *column, std::size_t count, float *carried) {
  float acc[group] = {};
  for (std::size_t i = 0; i < count; ++i) {
    const float weight = column[i];
    const float *error = errors + i * group;
    for (std::size_t o = 0; o < group; ++o) acc[o] += weight * error[o];
  }
  std::copy_n(acc, group, carried);
}

/// The level whose error plus price is least, among the nearest, its neighbours on both sides, and zero.
int choose(float target, float step, float weight, const RoundingProblem &p, int maxLevel) {
  const int nearest = std::clamp(static_cast<int>(std::lround(target / step)), -maxLevel, maxLevel);
  const std::array<int, 6> candidates{0, nearest, nearest - 1, nearest + 1, nearest - 2, nearest + 2};
  int best = 0;
  float bestCost = INFINITY;
  for (const int level : candidates) {
    if (level < -maxLevel || level > maxLevel) continue;
    const auto index = static_cast<std::size_t>(level + maxLevel);
    const float error = target - p.values[index] * step;
    const float cost = weight * error * error + p.bitPrice * p.bits[index];
    if (cost < bestCost) {
      bestCost = cost;
      best = level;
    }
  }
  return best;
}

} // namespace

RoundingResult roundLayer(const RoundingProblem &p, unsigned threads) {
  const bool levelsFit = p.values.size() == p.bits.size() && p.values.size() % 2 == 1 && p.values.size() <= 255;
  const bool factorFits = p.factor.empty() || p.factor.size() == p.taps * p.taps;
  if (!levelsFit || !factorFits || p.weights.size() != p.outputs * p.taps || p.steps.size() != p.outputs ||
      (!p.keepZero.empty() && p.keepZero.size() != p.weights.size())) {
    throw Error("COMPRESS_NUMERIC", "roundLayer: array sizes do not agree");
  }
  const int maxLevel = static_cast<int>(p.values.size() / 2);
  RoundingResult result;
  result.levels.resize(p.weights.size());
  // The factor's columns below the diagonal, contiguous: column[tap][i], i > tap.
  std::vector<float> columns;
  if (!p.factor.empty()) {
    columns.resize(p.taps * p.taps);
    constexpr std::size_t tile = 32;
    for (std::size_t bi = 0; bi < p.taps; bi += tile) {
      for (std::size_t bj = 0; bj <= bi; bj += tile) {
        for (std::size_t i = bi; i < std::min(p.taps, bi + tile); ++i) {
          for (std::size_t j = bj; j < std::min({p.taps, bj + tile, i + 1}); ++j) columns[j * p.taps + i] = p.factor[i * p.taps + j];
        }
      }
    }
  }
  const std::size_t groups = (p.outputs + group - 1) / group;
  std::vector<double> distortion(groups, 0.0);
  parallelFor(groups, threads, [&](std::size_t g) {
    const std::size_t first = g * group;
    const std::size_t count = std::min(group, p.outputs - first);
    std::vector<float> errors(p.taps * group, 0.0F);
    float carried[group] = {};
    for (std::size_t tap = p.taps; tap-- > 0;) {
      const float diagonal = columns.empty() ? 1.0F : columns[tap * p.taps + tap];
      if (!columns.empty()) carry(errors.data() + (tap + 1) * group, columns.data() + tap * p.taps + tap + 1, p.taps - tap - 1, carried);
      for (std::size_t o = 0; o < count; ++o) {
        const std::size_t index = (first + o) * p.taps + tap;
        const float weight = p.weights[index];
        const bool zero = !p.keepZero.empty() && p.keepZero[index] != 0;
        const int level = zero ? 0 : choose(weight + carried[o] / diagonal, p.steps[first + o], diagonal * diagonal, p, maxLevel);
        result.levels[index] = static_cast<std::int8_t>(level);
        const float error = weight - p.values[static_cast<std::size_t>(level + maxLevel)] * p.steps[first + o];
        errors[tap * group + o] = error;
        const double output = static_cast<double>(carried[o]) + static_cast<double>(error) * diagonal;
        distortion[g] += output * output;
      }
    }
  });
  for (const double part : distortion) result.distortion += part;
  return result;
}

} // namespace zynqnet::compress
