// Who uses which part of the DMA memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace zynqnet::accelerator {

class DmaSpace;

/// A part of the DMA memory; given back at the end.
class DmaRegion {
public:
  DmaRegion(std::shared_ptr<DmaSpace> space, std::size_t offset, std::size_t bytes) noexcept
      : space_(std::move(space)), offset_(offset), bytes_(bytes) {}
  DmaRegion(const DmaRegion &) = delete;
  DmaRegion &operator=(const DmaRegion &) = delete;
  DmaRegion(DmaRegion &&) = delete;
  DmaRegion &operator=(DmaRegion &&) = delete;
  ~DmaRegion();
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
  std::shared_ptr<DmaSpace> space_;
  std::size_t offset_, bytes_;
};

/// Free and used ranges, in pages: no two regions share a cache line. Thread-safe.
class DmaSpace : public std::enable_shared_from_this<DmaSpace> {
public:
  static constexpr std::size_t pageBytes = 4096;

  explicit DmaSpace(std::size_t bytes) : free_{{0, bytes / pageBytes * pageBytes}} {}

  /// The smallest hole that fits; null when there is none.
  [[nodiscard]] std::unique_ptr<DmaRegion> reserve(std::size_t bytes);
  [[nodiscard]] std::size_t largestHole() const;

private:
  friend class DmaRegion;
  void release(std::size_t offset, std::size_t bytes);

  mutable std::mutex mutex_;
  std::map<std::size_t, std::size_t> free_; ///< offset to bytes
};

} // namespace zynqnet::accelerator
