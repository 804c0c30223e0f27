// DMA memory of the u-dma-buf kernel module: cached here, with explicit synchronisation of exactly the range in use.
#pragma once

#include "accelerator/dma_buffer.hpp"

#include <filesystem>
#include <memory>

namespace zynqnet::platform {

[[nodiscard]] bool haveUdmabuf(const std::filesystem::path &root, const std::string &name);

/// The buffer `name` (/sys/class/u-dma-buf, or udmabuf of older versions). Throws Error ACCELERATOR_MISSING.
[[nodiscard]] std::unique_ptr<accelerator::DmaBuffer> openUdmabuf(const std::filesystem::path &root, const std::string &name);

} // namespace zynqnet::platform
