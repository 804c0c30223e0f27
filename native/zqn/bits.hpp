// Bits, least significant first within each byte.
#pragma once

#include "core/error.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace zynqnet {

static_assert(std::endian::native == std::endian::little, "words are read and written as they lie in memory");

/// Reads ahead by whole words. Past the end it reads zeros; `requireInside` tells, so the hot loops need no check.
class BitReader {
public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()), size_(bytes.size()) {}

  /// At least 56 bits are buffered afterwards.
  void refill() noexcept {
    if (end_ - next_ >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, next_, sizeof(word));
      buffer_ |= word << buffered_;
      next_ += (63U - buffered_) >> 3U;
      buffered_ |= 56U;
      return;
    }
    while (buffered_ <= 56) {
      if (next_ != end_) {
        buffer_ |= std::uint64_t{*next_++} << buffered_;
      } else {
        ++overrun_;
      }
      buffered_ += 8;
    }
  }

  /// The next `count` bits without taking them; at most as many as are buffered, and below 32.
  [[nodiscard]] std::uint32_t peek(unsigned count) const noexcept { return static_cast<std::uint32_t>(buffer_) & ((1U << count) - 1U); }

  void skip(unsigned count) noexcept {
    buffer_ >>= count;
    buffered_ -= count;
  }

  /// The next 0 to 31 bits.
  [[nodiscard]] std::uint32_t take(unsigned count) noexcept {
    if (buffered_ < count) {
      refill();
    }
    const std::uint32_t value = peek(count);
    skip(count);
    return value;
  }

  /// Throws Error MODEL_SECTION when more bits were taken than there are.
  void requireInside() const {
    if (std::uint64_t{overrun_} * 8 > buffered_) {
      throw Error("MODEL_SECTION", "the payload ends inside a weight section");
    }
  }

  /// Ends at the next byte boundary; the bits up to there must be zero. Returns the number of bytes read.
  [[nodiscard]] std::size_t finish() {
    requireInside();
    if (take(buffered_ % 8) != 0) {
      throw Error("MODEL_SECTION", "the filling bits at the end of a section are not zero");
    }
    return size_ - static_cast<std::size_t>(end_ - next_) - (buffered_ / 8 - overrun_);
  }

private:
  const std::uint8_t *next_;
  const std::uint8_t *end_;
  std::size_t size_;
  std::uint64_t buffer_ = 0;
  unsigned buffered_ = 0;
  std::uint32_t overrun_ = 0; ///< zero bytes delivered beyond the end
};

class BitWriter {
public:
  /// Appends the low `count` (0 to 32) bits of `value`.
  void put(std::uint32_t value, unsigned count) {
    buffer_ |= (std::uint64_t{value} & ((std::uint64_t{1} << count) - 1)) << buffered_;
    buffered_ += count;
    while (buffered_ >= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(buffer_));
      buffer_ >>= 8U;
      buffered_ -= 8;
    }
  }

  [[nodiscard]] std::uint64_t bitCount() const noexcept { return std::uint64_t{bytes_.size()} * 8 + buffered_; }

  /// Fills up to a byte with zeros and gives the bytes away.
  [[nodiscard]] std::vector<std::uint8_t> finish() {
    put(0, (8 - buffered_ % 8) % 8);
    return std::move(bytes_);
  }

private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t buffer_ = 0;
  unsigned buffered_ = 0;
};

} // namespace zynqnet
