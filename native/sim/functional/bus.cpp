#include "sim/functional/bus.hpp"

#include <algorithm>

namespace zynqnet::sim {

using accelerator::ErrorCode;

std::size_t Bus::locate(std::uint32_t address, std::size_t bytes, ErrorCode outside) const {
  // Bursts of at most 16 beats that end at 4 KiB boundaries: the first one outside is the one refused.
  for (std::uint64_t at = address; at < std::uint64_t{address} + bytes;) {
    const std::uint64_t burst = std::min({std::uint64_t{128}, 4096 - at % 4096, address + bytes - at});
    if (at < windowBase_ || at + burst > windowLimit_) {
      throw Stop{ErrorCode::window, static_cast<std::uint32_t>(at)};
    }
    at += burst;
  }
  if (address < base_ || std::uint64_t{address} - base_ + bytes > memory_.size()) {
    throw Stop{outside, 0};
  }
  return address - base_;
}

std::span<const std::uint8_t> Bus::read(std::uint32_t address, std::size_t bytes) {
  const std::size_t at = locate(address, bytes, ErrorCode::readDecerr);
  readBeats_ += static_cast<std::uint32_t>(bytes / 8);
  return memory_.subspan(at, bytes);
}

void Bus::write(std::uint32_t address, std::span<const std::uint8_t> data) {
  const std::size_t at = locate(address, data.size(), ErrorCode::writeDecerr);
  writeBeats_ += static_cast<std::uint32_t>(data.size() / 8);
  std::copy(data.begin(), data.end(), memory_.begin() + static_cast<std::ptrdiff_t>(at));
}

} // namespace zynqnet::sim
