#include "platform/notify/notify.hpp"

#include "core/error.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace zynqnet::platform {
namespace {

class Socket {
public:
  Socket() : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  Socket(const Socket &) = delete;
  Socket &operator=(const Socket &) = delete;
  Socket(Socket &&) = delete;
  Socket &operator=(Socket &&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

[[noreturn]] void fail(const std::string &socket, const std::string &reason) {
  throw Error("NOTIFY_FAILED", "cannot notify the service manager through NOTIFY_SOCKET=" + socket + ": " + reason);
}

} // namespace

void notifyService(const std::string &socket, std::string_view message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() < 2 || (socket.front() != '/' && socket.front() != '@')) {
    fail(socket, "an absolute path, or @ and a name, is needed");
  }
  if (socket.size() >= sizeof address.sun_path) {
    fail(socket, "the name is too long");
  }
  std::copy(socket.begin(), socket.end(), address.sun_path);
  // An abstract name starts with a zero byte and is as long as the address says; a path ends with one.
  const bool abstract = socket.front() == '@';
  if (abstract) {
    address.sun_path[0] = '\0';
  }
  const std::size_t length = offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1);

  const Socket sender;
  if (sender.get() < 0) {
    fail(socket, std::generic_category().message(errno));
  }
  const ssize_t sent = ::sendto(sender.get(), message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr *>(&address), // NOLINT: the socket API's own cast
                                static_cast<socklen_t>(length));
  if (sent < 0) {
    fail(socket, std::generic_category().message(errno));
  }
}

} // namespace zynqnet::platform
