// A TCG plugin for qemu-system-arm: hands every store to the accelerator's register window to the host process behind it
// and waits until it has taken effect, as a store to a device does on the bus; and counts the guest's instructions.
//
//   -plugin qemu_plugin.so,socket=PATH,base=0x43c00000,size=0x1000
//
// Loads need nothing: the host process keeps the window's memory equal to the registers, and no register changes by being
// read. Only stores that stand closely behind a memory barrier are watched, as every register access of the driver does
// (native/accelerator/barrier.hpp): watching them all would make the guest several times slower.
//
// The declarations follow QEMU's TCG plugin interface, version 1 (QEMU 6.0 to 8.x); Debian ships no header for it.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info_t;
using Translate = void (*)(std::uint64_t, qemu_plugin_tb *);
using Access = void (*)(unsigned, std::uint32_t, std::uint64_t, void *);
void qemu_plugin_register_vcpu_tb_trans_cb(std::uint64_t id, Translate callback);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb *block);
qemu_plugin_insn *qemu_plugin_tb_get_insn(const qemu_plugin_tb *block, std::size_t index);
const void *qemu_plugin_insn_data(const qemu_plugin_insn *instruction);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn *instruction);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn *instruction, Access callback, int flags, int accesses, void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb *block, int operation, void *counter, std::uint64_t amount);
qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(std::uint32_t info, std::uint64_t address);
std::uint64_t qemu_plugin_hwaddr_phys_addr(const qemu_plugin_hwaddr *address);

// What QEMU looks for.
extern __attribute__((visibility("default"))) const int qemu_plugin_version;
const int qemu_plugin_version = 1;
__attribute__((visibility("default"))) int qemu_plugin_install(std::uint64_t id, const qemu_info_t *info, int count, char **arguments);
}

namespace {

constexpr int writes = 2, noRegisters = 0, addInline = 0;
constexpr std::uint64_t granule = 64; ///< bytes of code behind a barrier in which a register store may stand

int connection = -1;
std::uint64_t windowBase = 0, windowBytes = 0;
std::uint64_t instructions = 0;  ///< one processor: nothing else adds to it
std::bitset<1U << 18U> barriers; ///< granules of code with a barrier, hashed

std::size_t slot(std::uint64_t address) { return (address / granule) % barriers.size(); }

/// `dmb` and `dsb` in ARM and Thumb encoding.
bool isBarrier(const qemu_plugin_insn *instruction) {
  std::uint32_t code = 0;
  if (qemu_plugin_insn_size(instruction) != sizeof code) {
    return false;
  }
  std::memcpy(&code, qemu_plugin_insn_data(instruction), sizeof code);
  const std::uint32_t arm = code & 0xFFFFFFE0U, thumb = code & 0xFFE0FFFFU; // Thumb halves come in memory order
  return arm == 0xF57FF040U || thumb == 0x8F40F3BFU;
}

bool transfer(void *data, std::size_t bytes, bool send) {
  auto *at = static_cast<char *>(data);
  while (bytes > 0) {
    const ssize_t moved = send ? ::send(connection, at, bytes, MSG_NOSIGNAL) : ::recv(connection, at, bytes, 0);
    if (moved <= 0) {
      return false;
    }
    at += moved;
    bytes -= static_cast<std::size_t>(moved);
  }
  return true;
}

/// The store has reached the memory; the host process reads it there, acts, and answers.
void onStore(unsigned, std::uint32_t info, std::uint64_t virtualAddress, void *) {
  const qemu_plugin_hwaddr *hardware = qemu_plugin_get_hwaddr(info, virtualAddress);
  if (hardware == nullptr || connection < 0) {
    return;
  }
  const std::uint64_t address = qemu_plugin_hwaddr_phys_addr(hardware);
  if (address - windowBase >= windowBytes) {
    return;
  }
  std::array<std::uint64_t, 2> message{address - windowBase, instructions};
  char answer = 0;
  if (!transfer(message.data(), sizeof message, true) || !transfer(&answer, 1, false)) {
    std::fprintf(stderr, "qemu_plugin: the accelerator's host process has gone\n");
    ::close(connection);
    connection = -1;
  }
}

void onTranslate(std::uint64_t, qemu_plugin_tb *block) {
  const std::size_t count = qemu_plugin_tb_n_insns(block);
  qemu_plugin_register_vcpu_tb_exec_inline(block, addInline, &instructions, count);
  for (std::size_t i = 0; i < count; ++i) {
    qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
    const std::uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (isBarrier(instruction)) {
      barriers.set(slot(address));
    } else if (barriers.test(slot(address)) || barriers.test(slot(address - granule))) {
      qemu_plugin_register_vcpu_mem_cb(instruction, onStore, noRegisters, writes, nullptr);
    }
  }
}

} // namespace

int qemu_plugin_install(std::uint64_t id, const qemu_info_t *, int count, char **arguments) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  for (int i = 0; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string_view key = argument.substr(0, equals);
    const char *value = equals == std::string_view::npos ? "" : arguments[i] + equals + 1;
    if (key == "socket" && std::strlen(value) < sizeof where.sun_path) {
      std::strcpy(where.sun_path, value); // NOLINT: its length has just been checked
    } else if (key == "base") {
      windowBase = std::strtoull(value, nullptr, 0);
    } else if (key == "size") {
      windowBytes = std::strtoull(value, nullptr, 0);
    } else {
      std::fprintf(stderr, "qemu_plugin: expected socket=PATH (short), base=N or size=N but received '%s'\n", arguments[i]);
      return 1;
    }
  }
  connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(connection, reinterpret_cast<const sockaddr *>(&where), sizeof where) != 0) { // NOLINT: the socket interface
    std::fprintf(stderr, "qemu_plugin: cannot reach board_host at '%s'\n", where.sun_path);
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, onTranslate);
  return 0;
}
