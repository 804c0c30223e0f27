// What each kind of operator is. A new kind makes the compiler (-Werror=switch) name every place that must know it: switches
// over OpKind have no default.
#pragma once

#include "core/model.hpp"

#include <string_view>

namespace zynqnet {

/// `op` in the header of a model file; empty for a number that is no kind.
[[nodiscard]] constexpr std::string_view headerName(OpKind kind) noexcept {
  switch (kind) {
  case OpKind::conv:
    return "conv";
  case OpKind::maxpool:
    return "maxpool";
  case OpKind::gap:
    return "gap";
  }
  return {};
}

/// Has a section of weights in the model file, and reads Op::weights.
[[nodiscard]] constexpr bool hasWeights(OpKind kind) noexcept {
  switch (kind) {
  case OpKind::conv:
    return true;
  case OpKind::maxpool:
  case OpKind::gap:
    return false;
  }
  return false;
}

/// Keeps channels apart: as many outputs as inputs.
[[nodiscard]] constexpr bool isPool(OpKind kind) noexcept {
  switch (kind) {
  case OpKind::maxpool:
  case OpKind::gap:
    return true;
  case OpKind::conv:
    return false;
  }
  return false;
}

} // namespace zynqnet
