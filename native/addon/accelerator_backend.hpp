// A kind of accelerator behind the addon: the board's (`fpga`), or a simulated one (`functional-sim`, `rtl`).
#pragma once

#include "accelerator/accelerator_device.hpp"
#include "accelerator/read_build.hpp"
#include "addon/accelerator_choice.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zynqnet {

class AcceleratorBackend {
public:
  AcceleratorBackend() = default;
  AcceleratorBackend(const AcceleratorBackend &) = delete;
  AcceleratorBackend &operator=(const AcceleratorBackend &) = delete;
  AcceleratorBackend(AcceleratorBackend &&) = delete;
  AcceleratorBackend &operator=(AcceleratorBackend &&) = delete;
  virtual ~AcceleratorBackend() = default;

  /// As in `engine.backend`.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// False when `open` cannot succeed in this build.
  [[nodiscard]] virtual bool available() const { return true; }
  /// Engines whose choices give the same key share one accelerator.
  [[nodiscard]] virtual std::string keyOf(const AcceleratorChoice &choice) const = 0;
  /// Throws Error ENGINE_UNKNOWN, ENGINE_UNSUPPORTED or ACCELERATOR_*.
  [[nodiscard]] virtual accelerator::AcceleratorDevice open(const AcceleratorChoice &choice) const = 0;
  /// Another engine shares an accelerator that is open already: takes over what the choice says anew.
  virtual void update(accelerator::Accelerator &, const AcceleratorChoice &) const {}
  /// Reads registers only. Nothing where an accelerator identifies itself by opening at all.
  [[nodiscard]] virtual std::optional<accelerator::AcceleratorIdentity> identify(const AcceleratorChoice &) const { return std::nullopt; }
};

[[nodiscard]] std::unique_ptr<AcceleratorBackend> boardBackend();

/// Empty in a build with ZYNQNET_SIMULATORS=OFF.
[[nodiscard]] std::vector<std::unique_ptr<AcceleratorBackend>> simulatedBackends();

} // namespace zynqnet
