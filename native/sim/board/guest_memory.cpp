#include "sim/board/guest_memory.hpp"

#include "core/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace zynqnet::sim {

GuestMemory::GuestMemory(const std::filesystem::path &file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  const off_t size = descriptor >= 0 ? ::lseek(descriptor, 0, SEEK_END) : -1;
  void *memory = size > 0 ? ::mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  const int number = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (memory == MAP_FAILED) { // NOLINT: the macro is a cast
    throw Error("SIMULATION_MEMORY", "cannot map the guest's memory " + file.string() + ": " + std::generic_category().message(number));
  }
  data_ = static_cast<std::uint8_t *>(memory);
  bytes_ = static_cast<std::size_t>(size);
}

GuestMemory::~GuestMemory() { ::munmap(data_, bytes_); }

} // namespace zynqnet::sim
