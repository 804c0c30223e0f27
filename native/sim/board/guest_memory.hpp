// The guest's physical memory, from QEMU's memory-backend-file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace zynqnet::sim {

class GuestMemory {
public:
  /// Maps the file; a byte's offset is its physical address. Throws Error SIMULATION_MEMORY.
  explicit GuestMemory(const std::filesystem::path &file);
  GuestMemory(const GuestMemory &) = delete;
  GuestMemory &operator=(const GuestMemory &) = delete;
  GuestMemory(GuestMemory &&) = delete;
  GuestMemory &operator=(GuestMemory &&) = delete;
  ~GuestMemory();

  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {data_, bytes_}; }

private:
  std::uint8_t *data_ = nullptr;
  std::size_t bytes_ = 0;
};

} // namespace zynqnet::sim
