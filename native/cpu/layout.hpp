// Where the activation tensors lie in the engine's memory.
#pragma once

#include "core/model.hpp"
#include "cpu/kernel_set.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zynqnet::cpu {

/// One tensor: positions of `pixelBytes` in rows of `rowBytes`, surrounded by a halo as wide as the widest padding
/// that reads it.
struct TensorLayout {
  Padding halo;
  std::size_t pixelBytes = 0;
  std::size_t rowBytes = 0;
  std::size_t bytes = 0;  ///< halo included
  std::size_t offset = 0; ///< of the halo's first byte in the arena
  std::size_t origin = 0; ///< of position (0, 0) in the arena

  [[nodiscard]] bool hasHalo() const noexcept { return halo.top + halo.left + halo.bottom + halo.right != 0; }
};

/// Operators that may run at the same time: none reads what another one of the phase writes.
/// Phase 0 has no operators; it brings the frame in.
using Phases = std::vector<std::vector<const Op *>>;

[[nodiscard]] Phases phasesOf(const Model &model);

struct Layout {
  std::vector<TensorLayout> tensors;
  std::size_t arenaBytes = 0; ///< with room for kernels that read a group beyond a tensor's end
};

/// With `keepAll` every tensor has memory of its own, otherwise memory is reused after a tensor's last reader
/// (greedy by size: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020, section 5).
[[nodiscard]] Layout layoutOf(const Model &model, const Phases &phases, Element element, bool keepAll);

} // namespace zynqnet::cpu
