#include "accelerator/dma_region.hpp"

#include <algorithm>
#include <iterator>

namespace zynqnet::accelerator {

DmaRegion::~DmaRegion() { space_->release(offset_, bytes_); }

std::unique_ptr<DmaRegion> DmaSpace::reserve(std::size_t bytes) {
  const std::size_t wanted = std::max<std::size_t>(1, (bytes + pageBytes - 1) / pageBytes) * pageBytes;
  const std::lock_guard lock(mutex_);
  auto best = free_.end();
  for (auto hole = free_.begin(); hole != free_.end(); ++hole) {
    if (hole->second >= wanted && (best == free_.end() || hole->second < best->second)) {
      best = hole;
    }
  }
  if (best == free_.end()) {
    return nullptr;
  }
  const auto [offset, size] = *best;
  free_.erase(best);
  if (size > wanted) {
    free_.emplace(offset + wanted, size - wanted);
  }
  return std::make_unique<DmaRegion>(shared_from_this(), offset, wanted);
}

std::size_t DmaSpace::largestHole() const {
  const std::lock_guard lock(mutex_);
  std::size_t largest = 0;
  for (const auto &[offset, bytes] : free_) {
    largest = std::max(largest, bytes);
  }
  return largest;
}

void DmaSpace::release(std::size_t offset, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  auto next = free_.lower_bound(offset);
  if (next != free_.end() && offset + bytes == next->first) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += bytes;
      return;
    }
  }
  free_.emplace(offset, bytes);
}

} // namespace zynqnet::accelerator
