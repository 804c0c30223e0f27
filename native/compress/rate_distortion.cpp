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
    for (std::size_t o = 0; o < group; ++o)
      acc[o] += weight * error[o];
  }
  std::copy_n(acc, group, carried);
}

/// The codebook with the index of the entry nearest to each integer: one look-up for every weight.
struct Codebook {
  explicit Codebook(std::span<const std::int8_t> entries) : size(static_cast<int>(entries.size())) {
    for (int value = -128; value <= 127; ++value) {
      int best = 0;
      for (int i = 1; i < size; ++i) {
        if (std::abs(entries[static_cast<std::size_t>(i)] - value) < std::abs(entries[static_cast<std::size_t>(best)] - value))
          best = i;
      }
      nearest[static_cast<std::size_t>(value + 128)] = best;
      if (value == 0)
        zero = best;
    }
  }

  std::array<int, 256> nearest{};
  int zero = 0;
  int size = 0;
};

/// The entry whose error plus price is least, among the nearest, two on either side, and zero.
int choose(float target, float unit, float weight, const RoundingProblem &p, const Codebook &codebook) {
  const auto rounded = static_cast<int>(std::lround(std::clamp(target / unit, -127.0F, 127.0F)));
  const int nearest = codebook.nearest[static_cast<std::size_t>(rounded + 128)];
  int best = codebook.zero;
  float bestCost = weight * target * target + p.bitPrice * p.bits[static_cast<std::size_t>(best)];
  for (int i = std::max(0, nearest - 2); i <= std::min(codebook.size - 1, nearest + 2); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const float error = target - static_cast<float>(p.codebook[index]) * unit;
    const float cost = weight * error * error + p.bitPrice * p.bits[index];
    if (cost < bestCost) {
      bestCost = cost;
      best = i;
    }
  }
  return best;
}

void check(const RoundingProblem &p) {
  const bool levelsFit = p.codebook.size() == p.bits.size() && !p.codebook.empty() && p.codebook.size() <= 255 &&
                         std::is_sorted(p.codebook.begin(), p.codebook.end()) && p.codebook.front() > -128 &&
                         std::find(p.codebook.begin(), p.codebook.end(), 0) != p.codebook.end();
  const bool factorFits = p.factor.empty() || p.factor.size() == p.taps * p.taps;
  const bool maskFits = p.keepZero.empty() || p.keepZero.size() == p.weights.size();
  if (!levelsFit || !factorFits || !maskFits || p.weights.size() != p.outputs * p.taps || p.units.size() != p.outputs) {
    throw Error("COMPRESS_NUMERIC", "roundLayer: array sizes do not agree");
  }
}

/// The lower triangle of `factor` transposed, so that what a tap needs is contiguous: column[tap][i], i >= tap.
std::vector<float> columnsOf(std::span<const float> factor, std::size_t taps) {
  std::vector<float> columns(factor.size());
  constexpr std::size_t tile = 32;
  for (std::size_t bi = 0; bi < taps && !factor.empty(); bi += tile) {
    for (std::size_t bj = 0; bj <= bi; bj += tile) {
      for (std::size_t i = bi; i < std::min(taps, bi + tile); ++i) {
        for (std::size_t j = bj; j < std::min({taps, bj + tile, i + 1}); ++j)
          columns[j * taps + i] = factor[i * taps + j];
      }
    }
  }
  return columns;
}

/// What one group of outputs gathers; summed up in a fixed order afterwards.
struct Tally {
  explicit Tally(std::size_t entries) : targets(entries, 0.0), effects(entries, 0.0), counts(entries, 0) {}
  std::vector<double> targets, effects;
  std::vector<std::uint32_t> counts;
  double distortion = 0.0;
};

} // namespace

RoundingResult roundLayer(const RoundingProblem &p, unsigned threads) {
  check(p);
  const Codebook codebook(p.codebook);
  const std::vector<float> columns = columnsOf(p.factor, p.taps);
  RoundingResult result;
  result.weights.resize(p.weights.size());
  const std::size_t groups = (p.outputs + group - 1) / group;
  std::vector<Tally> tallies(groups, Tally(p.codebook.size()));
  parallelFor(groups, threads, [&](std::size_t g) {
    const std::size_t first = g * group;
    const std::size_t count = std::min(group, p.outputs - first);
    Tally &tally = tallies[g];
    std::vector<float> errors(p.taps * group, 0.0F);
    float carried[group] = {};
    for (std::size_t tap = p.taps; tap-- > 0;) {
      const float diagonal = columns.empty() ? 1.0F : columns[tap * p.taps + tap];
      if (!columns.empty())
        carry(errors.data() + (tap + 1) * group, columns.data() + tap * p.taps + tap + 1, p.taps - tap - 1, carried);
      for (std::size_t o = 0; o < count; ++o) {
        const std::size_t index = (first + o) * p.taps + tap;
        const float weight = p.weights[index];
        const float unit = p.units[first + o];
        const float target = weight + carried[o] / diagonal;
        const bool zero = !p.keepZero.empty() && p.keepZero[index] != 0;
        const auto entry = static_cast<std::size_t>(zero ? codebook.zero : choose(target, unit, diagonal * diagonal, p, codebook));
        const float error = weight - static_cast<float>(p.codebook[entry]) * unit;
        result.weights[index] = p.codebook[entry];
        errors[tap * group + o] = error;
        const double output = static_cast<double>(carried[o]) + static_cast<double>(error) * diagonal;
        tally.distortion += output * output;
        const double effect = static_cast<double>(diagonal) * diagonal * unit * unit;
        tally.targets[entry] += effect * target / unit;
        tally.effects[entry] += effect;
        ++tally.counts[entry];
      }
    }
  });
  for (std::size_t entry = 0; entry < p.codebook.size(); ++entry) {
    double target = 0.0;
    double effect = 0.0;
    std::uint32_t count = 0;
    for (const Tally &tally : tallies) {
      target += tally.targets[entry];
      effect += tally.effects[entry];
      count += tally.counts[entry];
    }
    result.centroids.push_back(effect > 0.0 ? static_cast<float>(target / effect) : static_cast<float>(p.codebook[entry]));
    result.counts.push_back(count);
  }
  for (const Tally &tally : tallies)
    result.distortion += tally.distortion;
  return result;
}

} // namespace zynqnet::compress
