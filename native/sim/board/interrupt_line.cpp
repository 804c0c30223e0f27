#include "sim/board/interrupt_line.hpp"

#include "core/error.hpp"
#include "sim/board/unix_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace zynqnet::sim {
namespace {

constexpr std::uint32_t setPending = 0xF8F01200; // Zynq-7000's distributor (UG585, appendix B) and GICD_ISPENDR

} // namespace

InterruptLine::InterruptLine(const std::string &socketPath, std::uint32_t spi) : socket_(connectUnix(socketPath)) {
  const std::uint32_t id = spi + 32;
  char text[64];
  std::snprintf(text, sizeof text, "writel 0x%x 0x%x\n", setPending + id / 32 * 4, 1U << id % 32);
  command_ = text;
}

InterruptLine::~InterruptLine() { ::close(socket_); }

void InterruptLine::raise() {
  ++raised_;
  if (::send(socket_, command_.data(), command_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(command_.size())) {
    throw Error("SIMULATION_INTERRUPT", "QEMU has closed its qtest socket");
  }
  // Answers "OK", between lines about interrupts nobody asked for.
  std::string line;
  for (char c = 0; ::recv(socket_, &c, 1, 0) == 1;) {
    if (c != '\n') {
      line += c;
    } else if (line.starts_with("OK")) {
      return;
    } else {
      line.clear();
    }
  }
  throw Error("SIMULATION_INTERRUPT", "QEMU has closed its qtest socket");
}

} // namespace zynqnet::sim
