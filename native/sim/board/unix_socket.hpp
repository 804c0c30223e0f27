// Local stream sockets by path.
#pragma once

#include "core/error.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

namespace zynqnet::sim {

inline sockaddr_un unixAddress(const std::string &path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw Error("SIMULATION_SOCKET", "the path of a socket may have 107 characters: " + path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

inline int connectUnix(const std::string &path) {
  const sockaddr_un address = unixAddress(path);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) { // NOLINT: the socket interface
    throw Error("SIMULATION_SOCKET", "cannot connect to " + path);
  }
  return descriptor;
}

inline int listenUnix(const std::string &path) {
  const sockaddr_un address = unixAddress(path);
  ::unlink(path.c_str());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 || ::listen(descriptor, 1) != 0) { // NOLINT
    throw Error("SIMULATION_SOCKET", "cannot listen on " + path);
  }
  return descriptor;
}

} // namespace zynqnet::sim
