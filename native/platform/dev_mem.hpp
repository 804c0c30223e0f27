// Registers and reserved memory by physical address, through /dev/mem. Exactly the configured range is mapped.
#pragma once

#include "accelerator/dma_buffer.hpp"
#include "accelerator/register_window.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace zynqnet::platform {

/// The accelerator's window at `address`; the driver polls. Throws Error ACCELERATOR_MISSING, ACCELERATOR_BUSY when someone else
/// drives it.
[[nodiscard]] std::unique_ptr<accelerator::RegisterWindow> openDevMemWindow(const std::filesystem::path &root, std::uint32_t address,
                                                                            accelerator::Use use = accelerator::Use::drive);

/// Memory that the device tree keeps from the kernel (no-map), mapped uncached. Throws Error ACCELERATOR_MISSING.
[[nodiscard]] std::unique_ptr<accelerator::DmaBuffer> openReservedMemory(const std::filesystem::path &root, std::uint32_t address,
                                                                         std::uint32_t bytes);

} // namespace zynqnet::platform
