#include "platform/system.hpp"

#include "core/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace zynqnet::platform {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

} // namespace

std::filesystem::path below(const std::filesystem::path &root, const std::filesystem::path &absolute) {
  return root / absolute.relative_path();
}

std::optional<std::string> readAttribute(const std::filesystem::path &file) {
  std::ifstream stream(file);
  std::string line;
  if (!stream || !std::getline(stream, line)) {
    return std::nullopt;
  }
  return line;
}

std::uint64_t readNumber(const std::filesystem::path &file) {
  const std::optional<std::string> text = readAttribute(file);
  try {
    if (text) {
      std::size_t used = 0;
      const std::uint64_t number = std::stoull(*text, &used, 0);
      if (used == text->size()) {
        return number;
      }
    }
  } catch (const std::logic_error &) { // no number, or too large: reported below
  }
  throw Error("ACCELERATOR_MISSING", "no number in " + file.string() + (text ? ": '" + *text + "'" : ": cannot be read"));
}

FileDescriptor::FileDescriptor(const std::filesystem::path &file, int flags, const std::string &purpose)
    : descriptor_(::open(file.c_str(), flags | O_CLOEXEC)) {
  if (descriptor_ < 0) {
    const int number = errno;
    throw Error("ACCELERATOR_MISSING", "cannot open " + file.string() + " for " + purpose + ": " + reason(number) +
                                           (number == EACCES || number == EPERM ? "; run as root or give the user this device" : ""));
  }
}

FileDescriptor::FileDescriptor(FileDescriptor &&other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void takeAlone(const FileDescriptor &file, std::uint64_t offset, std::uint64_t bytes, const std::string &what) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(offset);
  lock.l_len = static_cast<off_t>(bytes);
  // Of the open file, not of the process: two openings in one process keep each other out too.
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
    throw Error("ACCELERATOR_BUSY",
                what + " is in use already: is another zynqnetd running? Stop it first (fuser, or systemctl stop zynqnetd)");
  }
}

Mapping::Mapping(const FileDescriptor &file, std::size_t bytes, std::uint64_t offset, const std::string &purpose, Access access)
    : bytes_(bytes) {
  void *memory = ::mmap(nullptr, bytes, access == Access::readOnly ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, file.get(),
                        static_cast<off_t>(offset));
  if (memory == MAP_FAILED) { // NOLINT: the macro is a cast
    const int number = errno;
    throw Error("ACCELERATOR_MISSING", "cannot map " + std::to_string(bytes) + " bytes of " + purpose + ": " + reason(number) +
                                           (number == EPERM ? " (CONFIG_STRICT_DEVMEM forbids RAM through /dev/mem: use u-dma-buf)" : ""));
  }
  data_ = static_cast<std::uint8_t *>(memory);
}

Mapping::~Mapping() { ::munmap(data_, bytes_); }

} // namespace zynqnet::platform
