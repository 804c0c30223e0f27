// Memory for the accelerator without a kernel module: the second map of the UIO device.
#pragma once

#include "accelerator/dma_buffer.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace zynqnet::platform {

/// The second `reg` of the UIO device named `name`: memory that the device tree keeps from the kernel (no-map), mapped
/// uncached and for the device's own user. Null when the device has one map only. Throws Error ACCELERATOR_MISSING.
/// Strongly-ordered on ARM, so slower to fill than u-dma-buf's cached memory: for boards that cannot build that module.
[[nodiscard]] std::unique_ptr<accelerator::DmaBuffer> openUioMemory(const std::filesystem::path &root, const std::string &name);

} // namespace zynqnet::platform
