// Registers and interrupt through the kernel's UIO (generic-uio in the device tree).
#pragma once

#include "accelerator/register_window.hpp"

#include <filesystem>
#include <memory>

namespace zynqnet::platform {

/// A UIO interrupt on an open descriptor: reading it gives the count, writing uint32 1 lets the next one through.
class UioInterrupt {
public:
  explicit UioInterrupt(int descriptor) noexcept : descriptor_(descriptor) {}
  /// Throws Error ACCELERATOR_MISSING when the device refuses.
  void arm() const;
  /// True when one came within `timeout`.
  [[nodiscard]] bool wait(std::chrono::microseconds timeout) const;

private:
  int descriptor_;
};

/// The UIO device whose name is `name` (its device tree node), whatever its number. Only its first map is mapped.
/// Throws Error ACCELERATOR_MISSING, listing the names that there are, or when the map is too small; ACCELERATOR_BUSY when
/// someone else drives it.
[[nodiscard]] std::unique_ptr<accelerator::RegisterWindow> openUioWindow(const std::filesystem::path &root, const std::string &name,
                                                                         accelerator::Use use = accelerator::Use::drive);

} // namespace zynqnet::platform
