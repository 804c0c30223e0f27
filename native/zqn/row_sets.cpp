#include "zqn/row_sets.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace zynqnet {
namespace {

constexpr int maxRounds = 12;

/// Bits per weight of a row under its own code: rows are dealt out by it to begin with.
float spreadOf(const std::vector<std::uint32_t> &histogram) {
  const float total = static_cast<float>(std::accumulate(histogram.begin(), histogram.end(), 0U));
  float bits = 0;
  for (const std::uint32_t count : histogram) {
    bits -= count == 0 ? 0.0F : static_cast<float>(count) / total * std::log2(static_cast<float>(count) / total);
  }
  return bits;
}

std::vector<std::vector<float>> codeLengths(const std::vector<std::vector<std::uint32_t>> &histograms,
                                            const std::vector<std::uint8_t> &groups, std::uint32_t sets) {
  std::vector<std::vector<float>> lengths(sets, std::vector<float>(histograms.front().size(), 0.05F));
  for (std::size_t r = 0; r < histograms.size(); ++r) {
    for (std::size_t s = 0; s < histograms[r].size(); ++s) {
      lengths[groups[r]][s] += static_cast<float>(histograms[r][s]);
    }
  }
  for (std::vector<float> &group : lengths) {
    const float total = std::accumulate(group.begin(), group.end(), 0.0F);
    std::transform(group.begin(), group.end(), group.begin(), [total](float count) { return std::log2(total / count); });
  }
  return lengths;
}

} // namespace

std::vector<std::uint8_t> groupRows(const std::vector<std::vector<std::uint32_t>> &histograms, std::uint32_t sets) {
  std::vector<float> spread(histograms.size());
  std::transform(histograms.begin(), histograms.end(), spread.begin(), spreadOf);
  std::vector<std::size_t> order(histograms.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return spread[a] < spread[b]; });
  std::vector<std::uint8_t> groups(histograms.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    groups[order[i]] = static_cast<std::uint8_t>(i * sets / order.size());
  }
  for (int round = 0; round < maxRounds; ++round) {
    const std::vector<std::vector<float>> lengths = codeLengths(histograms, groups, sets);
    bool moved = false;
    for (std::size_t r = 0; r < histograms.size(); ++r) {
      std::vector<float> bits;
      bits.reserve(lengths.size());
      for (const std::vector<float> &group : lengths) {
        bits.push_back(std::inner_product(group.begin(), group.end(), histograms[r].begin(), 0.0F));
      }
      const auto best = static_cast<std::uint8_t>(std::min_element(bits.begin(), bits.end()) - bits.begin());
      moved = moved || best != groups[r];
      groups[r] = best;
    }
    if (!moved) {
      break;
    }
  }
  return groups;
}

} // namespace zynqnet
