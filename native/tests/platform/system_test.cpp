// Windows, buffers and the way to them, on a fake /sys and /dev.
#include "accelerator/dma_region.hpp"
#include "lowering/hardware.hpp"
#include "platform/board_accelerator.hpp"
#include "platform/dev_mem.hpp"
#include "platform/fpga_manager.hpp"
#include "platform/processing_system.hpp"
#include "platform/system.hpp"
#include "platform/udmabuf.hpp"
#include "platform/uio_window.hpp"
#include "tests/platform/fake_system.hpp"
#include "tests/support/check_refused.hpp"

#include <doctest/doctest.h>

#include <pthread.h>
#include <signal.h> // NOLINT(modernize-deprecated-headers): POSIX, pthread_kill
#include <sys/socket.h>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

using namespace zynqnet;
using namespace zynqnet::accelerator;
using namespace zynqnet::platform;
using namespace zynqnet::tests;
using std::chrono::microseconds;

namespace {

TEST_CASE("nothing is touched unless the FPGA manager says operating") {
  const FakeSystem board;
  refusedSaying("ACCELERATOR_FPGA", "cannot be read", [&] { requireOperating(board.root()); });
  for (const char *state : {"unknown", "power off", "write init", "operating soon"}) {
    board.fpgaState(state);
    refusedSaying("ACCELERATOR_FPGA", state, [&] { requireOperating(board.root()); });
  }
  board.fpgaState("operating");
  requireOperating(board.root());
}

TEST_CASE("a bitstream is loaded by its name") {
  const FakeSystem board;
  board.fpgaState("operating");
  refusedSaying("ACCELERATOR_FPGA", "cannot load a bitstream on request", [&] { loadBitstream(board.root(), "zynqnetd.bit.bin"); });
  const std::string folder = "sys/class/fpga_manager/fpga0/";
  board.write(folder + "firmware", "");
  board.write(folder + "flags", "1");
  for (const char *name : {"", "../other", "/etc/passwd"}) {
    refusedSaying("ACCELERATOR_FPGA", "no name", [&] { loadBitstream(board.root(), name); });
  }
  loadBitstream(board.root(), "zynqnetd.bit.bin");
  CHECK_MESSAGE((board.firstLine(folder + "flags") == "0" && board.firstLine(folder + "firmware") == "zynqnetd.bit.bin"),
                "full bitstream, by name");
  board.fpgaState("write error");
  refusedSaying("ACCELERATOR_FPGA", "write error", [&] { loadBitstream(board.root(), "zynqnetd.bit.bin"); });
  CHECK_MESSAGE((managerState(board.root()) == "write error" && managerState(board.at("nowhere")).empty()),
                "the state in the kernel's words");
}

TEST_CASE("a UIO device is found by its name") {
  const FakeSystem board;
  refusedSaying("ACCELERATOR_MISSING", "there are none", [&] { (void)openUioWindow(board.root(), "zynqnetd"); });
  board.uio(0, "axi-pmon");
  board.uio(1, "zynqnetd-old");
  refusedSaying("ACCELERATOR_MISSING", "'axi-pmon', 'zynqnetd-old'", [&] { (void)openUioWindow(board.root(), "zynqnetd"); });
  board.uio(7, "zynqnetd");
  const auto window = openUioWindow(board.root(), "zynqnetd");
  CHECK_MESSAGE(window->where().find("uio7") != std::string::npos, ("found by name: " + window->where()));
  CHECK_MESSAGE(window->hasInterrupt(), "UIO brings an interrupt");
  window->write(0x30, 0x12345678);
  CHECK_MESSAGE(window->read(0x30) == 0x12345678, "registers are read and written");
  refusedSaying("ACCELERATOR_MISSING", "outside", [&] { (void)window->read(accelerator::windowBytes); });
  refusedSaying("ACCELERATOR_MISSING", "outside", [&] { window->write(2, 0); });
  board.uio(7, "zynqnetd", "0x800");
  refusedSaying("ACCELERATOR_MISSING", "2048 bytes", [&] { (void)openUioWindow(board.root(), "zynqnetd"); });
  board.uio(7, "zynqnetd", "much");
  refusedSaying("ACCELERATOR_MISSING", "'much'", [&] { (void)openUioWindow(board.root(), "zynqnetd"); });
}

TEST_CASE("a UIO interrupt wakes once") {
  std::array<int, 2> ends{};
  CHECK_MESSAGE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "socketpair");
  const FileDescriptor driver(ends[0]), kernel(ends[1]);
  const UioInterrupt interrupt(driver.get());
  CHECK_MESSAGE(!interrupt.wait(microseconds(1000)), "no interrupt: no wake-up");
  interrupt.arm();
  std::uint32_t armed = 0;
  CHECK_MESSAGE((::read(kernel.get(), &armed, sizeof armed) == sizeof armed && armed == 1), "armed by writing uint32 1");
  const std::uint32_t count = 41;
  CHECK_MESSAGE(::write(kernel.get(), &count, sizeof count) == sizeof count, "the kernel counts");
  CHECK_MESSAGE(interrupt.wait(microseconds(1'000'000)), "an interrupt wakes");
  CHECK_MESSAGE(!interrupt.wait(microseconds(1000)), "and is used up");
}

TEST_CASE("signals while waiting are neither an interrupt nor the end of the time") {
  std::array<int, 2> ends{};
  CHECK_MESSAGE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "socketpair");
  const FileDescriptor driver(ends[0]), kernel(ends[1]);
  struct sigaction action {};
  action.sa_handler = [](int) {}; // without SA_RESTART: system calls end with EINTR
  CHECK_MESSAGE(::sigaction(SIGUSR1, &action, nullptr) == 0, "sigaction");
  const pthread_t waiting = ::pthread_self();
  std::thread noise([&] {
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ::pthread_kill(waiting, SIGUSR1);
    }
    const std::uint32_t count = 1;
    CHECK_MESSAGE(::write(kernel.get(), &count, sizeof count) == sizeof count, "the interrupt");
  });
  CHECK_MESSAGE(UioInterrupt(driver.get()).wait(std::chrono::seconds(60)), "the interrupt is waited for through twenty signals");
  noise.join();
}

TEST_CASE("a u-dma-buf is synchronised by ranges") {
  const FakeSystem board;
  refusedSaying("ACCELERATOR_MISSING", "'frames'", [&] { (void)openUdmabuf(board.root(), "frames"); });
  board.udmabuf("frames", 65536);
  const auto buffer = openUdmabuf(board.root(), "frames");
  CHECK_MESSAGE((buffer->busAddress() == 0x1C000000 && buffer->bytes().size() == 65536), "address and size from sysfs");
  buffer->bytes()[65535] = 7;
  const std::string folder = "sys/class/u-dma-buf/frames/";
  buffer->syncForDevice(4096, 12345);
  CHECK_MESSAGE((board.firstLine(folder + "sync_offset") == "4096" && board.firstLine(folder + "sync_size") == "12345"),
                "exactly the range is synchronised");
  CHECK_MESSAGE((board.firstLine(folder + "sync_direction") == "1" && board.firstLine(folder + "sync_for_device") == "1"), "to the device");
  CHECK_MESSAGE(board.firstLine(folder + "sync_for_cpu") == "0", "and nothing else");
  buffer->syncForCpu(8192, 64000);
  CHECK_MESSAGE((board.firstLine(folder + "sync_direction") == "2" && board.firstLine(folder + "sync_for_cpu") == "1"), "from the device");
  board.udmabuf("far", 4096, "0x0000000100000000");
  CHECK_MESSAGE(openUdmabuf(board.root(), "far")->busAddress() == 0x1'0000'0000ULL,
                "an address beyond 32 bits is given as it is: the driver refuses it");
  board.udmabuf("old", 4096, "0x1d000000", "udmabuf");
  CHECK_MESSAGE(openUdmabuf(board.root(), "old")->busAddress() == 0x1D000000, "the older module's folder");
}

TEST_CASE("a reserved region through /dev/mem") {
  const FakeSystem board;
  refusedSaying("ACCELERATOR_MISSING", "/dev/mem", [&] { (void)openReservedMemory(board.root(), 0, 4096); });
  board.device("dev/mem", 65536);
  const auto buffer = openReservedMemory(board.root(), 16384, 8192);
  CHECK_MESSAGE((buffer->busAddress() == 16384 && buffer->bytes().size() == 8192), "exactly the configured region");
  const auto window = openDevMemWindow(board.root(), 32768);
  CHECK_MESSAGE(!window->hasInterrupt(), "/dev/mem has no interrupt");
  window->write(4, 99);
  std::ifstream file(board.at("dev/mem"), std::ios::binary);
  file.seekg(32772);
  CHECK_MESSAGE(file.get() == 99, "the register is at its physical address");
}

TEST_CASE("opening says what is missing") {
  const FakeSystem board;
  BoardConfig config;
  config.root = board.root();
  board.fpgaState("unknown");
  board.uio(0, "zynqnetd");
  refusedSaying("ACCELERATOR_FPGA", "not configured", [&] { (void)openAccelerator(config); });
  board.fpgaState("operating");
  refusedSaying("ACCELERATOR_MISSING", "u-dma-buf", [&] { (void)openAccelerator(config); });
  board.udmabuf("udmabuf-zynqnetd", 65536);
  refusedSaying("ACCELERATOR_IDENTITY", "0x00000000", [&] { (void)openAccelerator(config); });
  config.memoryAddress = 0;
  refusedSaying("ACCELERATOR_MEMORY", "size", [&] { (void)openAccelerator(config); });
}

TEST_CASE("only one may drive an accelerator; whoever only looks is let in") {
  const FakeSystem board;
  board.fpgaState("operating");
  board.uio(0, "zynqnetd");
  board.device("dev/mem", 0x50000);
  auto window = openUioWindow(board.root(), "zynqnetd");
  refusedSaying("ACCELERATOR_BUSY", "another zynqnetd", [&] { (void)openUioWindow(board.root(), "zynqnetd"); });
  (void)openUioWindow(board.root(), "zynqnetd", Use::look);
  window.reset();
  (void)openUioWindow(board.root(), "zynqnetd"); // and free again
  const auto first = openDevMemWindow(board.root(), 0x10000);
  const auto second = openDevMemWindow(board.root(), 0x20000); // another one in the same /dev/mem
  refusedSaying("ACCELERATOR_BUSY", "0x00020000", [&] { (void)openDevMemWindow(board.root(), 0x20000); });
}

TEST_CASE("identifying reads registers only") {
  const FakeSystem board;
  BoardConfig config;
  config.root = board.root();
  refusedSaying("ACCELERATOR_FPGA", "cannot be read", [&] { (void)identifyAccelerator(config); });
  board.fpgaState("operating");
  refusedSaying("ACCELERATOR_MISSING", "there are none", [&] { (void)identifyAccelerator(config); });
  board.uio(0, "zynqnetd");
  const auto driver = openUioWindow(board.root(), "zynqnetd"); // a daemon that runs
  CHECK_MESSAGE((identifyAccelerator(config).id == 0 && !identifyAccelerator(config).build), "something else answers");
  driver->write(accelerator::reg::id, accelerator::identity);
  driver->write(accelerator::reg::version, accelerator::interfaceVersion + 0x10000);
  CHECK_MESSAGE((identifyAccelerator(config).version == accelerator::interfaceVersion + 0x10000 && !identifyAccelerator(config).build),
                "a newer version is not read on");
  driver->write(accelerator::reg::version, accelerator::interfaceVersion);
  refusedSaying("ACCELERATOR_BUILD", "without CONV", [&] { (void)identifyAccelerator(config); });
}

TEST_CASE("what the boot loader set up") {
  const FakeSystem board;
  refusedSaying("ACCELERATOR_MISSING", "no Zynq-7000", [&] { (void)readProcessingSystem(board.root()); });
  board.write("proc/device-tree/compatible", std::string("digilent,zynq-zybo-z7\0xlnx,zynq-7000", 36));
  refusedSaying("ACCELERATOR_MISSING", "/dev/mem", [&] { (void)readProcessingSystem(board.root()); });
  board.device("dev/mem", 0xF800'C000ULL); // sparse
  const auto poke = [&](std::uint64_t address, std::uint32_t value) {
    std::fstream file(board.at("dev/mem"), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(address));
    file.write(reinterpret_cast<const char *>(&value), sizeof value); // NOLINT: bytes of a word
  };
  ProcessingSystem system = readProcessingSystem(board.root());
  CHECK_MESSAGE((!system.clockMHz && system.clockRuns && !system.levelShifters && !system.inReset), "all zeros");
  board.write("proc/device-tree/axi/slcr@f8000000/clkc@100/ps-clk-frequency", "");
  std::ofstream(board.at("proc/device-tree/axi/slcr@f8000000/clkc@100/ps-clk-frequency"), std::ios::binary)
      << std::string("\x01\xFC\xA0\x55", 4);
  poke(0xF8000108, 30U << 12U);            // IO PLL: 33.333333 MHz x 30
  poke(0xF8000170, 1U << 20U | 10U << 8U); // by 10
  poke(0xF8000900, 15);
  poke(0xF8009000, 1);     // HP1 reads 32 bits
  poke(0xF800B014, 0xF01); // HP3 writes 32 bits
  system = readProcessingSystem(board.root());
  CHECK_MESSAGE((system.clockMHz && std::abs(*system.clockMHz - 100.0) < 1e-3), "FCLK0 by the IO PLL");
  CHECK_MESSAGE(system.levelShifters, "open both ways");
  CHECK_MESSAGE((system.ports[0].read == 64 && system.ports[0].write == 64 && system.ports[1].read == 32 && system.ports[1].write == 64 &&
                 system.ports[3].write == 32),
                "port widths");
  poke(0xF8000178, 1);
  poke(0xF8000240, 1);
  poke(0xF8000900, 10);
  poke(0xF8000170, 1U << 20U | 10U << 8U | 3U << 4U); // from the DDR PLL, which is bypassed
  poke(0xF8000104, 32U << 12U | 1U << 4U);
  system = readProcessingSystem(board.root());
  CHECK_MESSAGE((!system.clockRuns && system.inReset && !system.levelShifters), "stopped, in reset, one way only");
  CHECK_MESSAGE((system.clockMHz && std::abs(*system.clockMHz - 3.3333) < 1e-3), "FCLK0 by the bypassed PLL");
}

TEST_CASE("regions of the DMA memory") {
  const auto space = std::make_shared<DmaSpace>(10 * 4096 + 100);
  CHECK_MESSAGE(space->largestHole() == 10 * 4096UL, "whole pages only");
  auto a = space->reserve(1), b = space->reserve(4097), c = space->reserve(7 * 4096);
  CHECK_MESSAGE((a && b && c && a->offset() == 0 && b->offset() == 4096 && b->bytes() == 8192 && c->offset() == 3 * 4096UL),
                "pages in turn");
  CHECK_MESSAGE(!space->reserve(1), "nothing left");
  b.reset();
  CHECK_MESSAGE(space->largestHole() == 8192, "given back");
  a.reset();
  CHECK_MESSAGE(space->largestHole() == 3 * 4096UL, "and joined with the hole behind");
  c.reset();
  CHECK_MESSAGE(space->largestHole() == 10 * 4096UL, "and with the one before");
  auto d = space->reserve(4096), e = space->reserve(2 * 4096), f = space->reserve(4096);
  d.reset();
  e.reset();
  CHECK_MESSAGE(space->reserve(4 * 4096)->offset() == 4 * 4096UL, "the smallest hole that fits");
}

} // namespace
