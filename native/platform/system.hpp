// Files, descriptors and mappings of the Linux side. Every path is below a root, so that tests bring their own /sys and /dev.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace zynqnet::platform {

/// `/sys/class/uio` below `root`, which is "/" on a board.
[[nodiscard]] std::filesystem::path below(const std::filesystem::path &root, const std::filesystem::path &absolute);

/// First line of a sysfs attribute without its line end; nothing when it cannot be read.
[[nodiscard]] std::optional<std::string> readAttribute(const std::filesystem::path &file);

/// A number in a sysfs attribute, decimal or with 0x. Throws Error ACCELERATOR_MISSING when there is none.
[[nodiscard]] std::uint64_t readNumber(const std::filesystem::path &file);

/// An open file; closed at the end.
class FileDescriptor {
public:
  /// Throws Error ACCELERATOR_MISSING with `purpose` and what to do about it.
  FileDescriptor(const std::filesystem::path &file, int flags, const std::string &purpose);
  explicit FileDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor &) = delete;
  FileDescriptor &operator=(const FileDescriptor &) = delete;
  FileDescriptor(FileDescriptor &&other) noexcept;
  FileDescriptor &operator=(FileDescriptor &&) = delete;
  ~FileDescriptor();
  [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

/// Takes `bytes` from `offset` of a device for this open file alone, until it is closed. Only those who ask are kept out.
/// Throws Error ACCELERATOR_BUSY when another process, or another opening in this one, has them.
void takeAlone(const FileDescriptor &file, std::uint64_t offset, std::uint64_t bytes, const std::string &what);

/// A shared mapping; unmapped at the end.
class Mapping {
public:
  enum class Access { readWrite, readOnly };
  /// Throws Error ACCELERATOR_MISSING.
  Mapping(const FileDescriptor &file, std::size_t bytes, std::uint64_t offset, const std::string &purpose,
          Access access = Access::readWrite);
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;
  Mapping(Mapping &&) = delete;
  Mapping &operator=(Mapping &&) = delete;
  ~Mapping();
  [[nodiscard]] std::uint8_t *data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

private:
  std::uint8_t *data_ = nullptr;
  std::size_t bytes_;
};

} // namespace zynqnet::platform
