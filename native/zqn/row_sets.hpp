// Rows with similar values share a pair of codes.
#pragma once

#include <cstdint>
#include <vector>

namespace zynqnet {

/// Assigns each row's histogram to one of `sets` groups so that the groups' code lengths (their entropy) are small:
/// k-means with code length as the distance. Deterministic. Rows x symbols in, one group per row out.
[[nodiscard]] std::vector<std::uint8_t> groupRows(const std::vector<std::vector<std::uint32_t>> &histograms, std::uint32_t sets);

} // namespace zynqnet
