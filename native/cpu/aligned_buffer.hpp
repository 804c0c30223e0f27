// A zeroed block of memory on a cache-line boundary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace zynqnet::cpu {

class AlignedBuffer {
public:
  static constexpr std::size_t alignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes)
      : data_(static_cast<std::uint8_t *>(::operator new (bytes, std::align_val_t{alignment}))), bytes_(bytes) {
    std::memset(data_.get(), 0, bytes);
  }

  [[nodiscard]] std::uint8_t *data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

private:
  struct Release {
    void operator()(std::uint8_t *data) const noexcept { ::operator delete (data, std::align_val_t{alignment}); }
  };
  std::unique_ptr<std::uint8_t, Release> data_;
  std::size_t bytes_ = 0;
};

} // namespace zynqnet::cpu
