// Messages to the service manager: one datagram each, to an AF_UNIX socket.
#pragma once

#include <string>
#include <string_view>

namespace zynqnet::platform {

/// Sends `message` ("READY=1", "STATUS=...", lines separated by \n) to `socket`, the value of NOTIFY_SOCKET: an absolute path, or
/// '@' and the name of an abstract socket. Never blocks. Throws Error NOTIFY_FAILED when it cannot be sent.
/// Source: sd_notify(3), "Notes", which fixes the protocol.
void notifyService(const std::string &socket, std::string_view message);

} // namespace zynqnet::platform
