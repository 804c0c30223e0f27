// Messages to a service manager arrive, on path and abstract sockets, and what cannot be sent is said.
#include "core/error.hpp"
#include "platform/notify/notify.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

using zynqnet::platform::notifyService;

namespace {

/// A manager's end of the socket.
class Receiver {
public:
  explicit Receiver(const std::string &name) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path);
    if (name.front() == '@') {
      address.sun_path[0] = '\0';
    }
    const std::size_t length = offsetof(sockaddr_un, sun_path) + name.size() + (name.front() == '@' ? 0 : 1);
    bound_ = ::bind(descriptor_, reinterpret_cast<const sockaddr *>(&address), static_cast<socklen_t>(length)) == 0;
  }
  Receiver(const Receiver &) = delete;
  Receiver &operator=(const Receiver &) = delete;
  ~Receiver() { ::close(descriptor_); }
  [[nodiscard]] bool bound() const { return bound_; }

  [[nodiscard]] std::string next() const {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(got));
  }

private:
  int descriptor_;
  bool bound_ = false;
};

std::string refusal(const std::string &socket) {
  try {
    notifyService(socket, "READY=1");
  } catch (const zynqnet::Error &error) {
    return error.code();
  }
  return "sent";
}

std::size_t openFiles() { return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {})); }

TEST_CASE("messages arrive, and what cannot be sent is an error") {
  char folder[] = "/tmp/zynqnet-notify-XXXXXX";
  CHECK(::mkdtemp(folder) != nullptr);
  const std::string path = std::string(folder) + "/socket";
  for (const std::string &name : {path, "@zynqnet-notify-test-" + std::to_string(::getpid())}) {
    const Receiver receiver(name);
    CHECK(receiver.bound());
    notifyService(name, "READY=1\nSTATUS=10 frames/s");
    notifyService(name, "WATCHDOG=1");
    CHECK(receiver.next() == "READY=1\nSTATUS=10 frames/s");
    CHECK(receiver.next() == "WATCHDOG=1");
    CHECK(receiver.next() == "nothing");
    // Nobody reads: the queue fills, and that is an error and no wait.
    bool refused = false;
    const std::size_t before = openFiles();
    for (int n = 0; n < 10000 && !refused; ++n) {
      refused = refusal(name) == "NOTIFY_FAILED";
    }
    CHECK(refused);
    CHECK(openFiles() == before);
  }
  CHECK(refusal(path) == "NOTIFY_FAILED"); // its owner is gone
  CHECK(refusal(std::string(folder) + "/none") == "NOTIFY_FAILED");
  CHECK(refusal("") == "NOTIFY_FAILED");
  CHECK(refusal("@") == "NOTIFY_FAILED");
  CHECK(refusal("relative") == "NOTIFY_FAILED");
  CHECK(refusal("/" + std::string(200, 'x')) == "NOTIFY_FAILED");
  std::filesystem::remove_all(folder);
}

} // namespace
