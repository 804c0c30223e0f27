// Volatile accessors over a mapping of registers.
#pragma once

#include "accelerator/barrier.hpp"
#include "core/error.hpp"
#include "platform/system.hpp"

#include <cstdint>
#include <string>

namespace zynqnet::platform {

class MappedRegisters {
public:
  MappedRegisters(const FileDescriptor &file, std::size_t bytes, std::uint64_t offset, const std::string &purpose,
                  Mapping::Access access = Mapping::Access::readWrite)
      : mapping_(file, bytes, offset, purpose, access) {}

  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const {
    const std::uint32_t value = *at(offset);
    accelerator::orderBarrier(); // memory that the value speaks of is read after it
    return value;
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    accelerator::orderBarrier(); // memory that the write hands over is written before it
    *at(offset) = value;
  }

private:
  [[nodiscard]] volatile std::uint32_t *at(std::uint32_t offset) const {
    if (offset % 4 != 0 || offset + 4 > mapping_.size()) {
      throw Error("ACCELERATOR_MISSING", "register " + std::to_string(offset) + " lies outside the mapped window of " +
                                             std::to_string(mapping_.size()) + " bytes");
    }
    return reinterpret_cast<volatile std::uint32_t *>(mapping_.data() + offset); // NOLINT: a mapping is aligned to pages
  }

  Mapping mapping_;
};

} // namespace zynqnet::platform
