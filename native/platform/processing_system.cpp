#include "platform/processing_system.hpp"

#include "core/error.hpp"
#include "platform/mapped_registers.hpp"
#include "platform/system.hpp"

#include <fcntl.h>

#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace zynqnet::platform {
namespace {

constexpr std::uint32_t pageBytes = 4096;
constexpr std::uint32_t slcr = 0xF800'0000, armPll = 0x100, ddrPll = 0x104, ioPll = 0x108;
constexpr std::uint32_t fclk0Control = 0x170, fclk0ThrottleCount = 0x178, fpgaReset = 0x240, levelShifterEnable = 0x900;
constexpr std::uint32_t afi0 = 0xF800'8000, afiDistance = 0x1000, readChannel = 0x00, writeChannel = 0x14;

std::uint32_t bits(std::uint32_t word, std::uint32_t lsb, std::uint32_t width) { return word >> lsb & ((1U << width) - 1); }

std::string contents(const std::filesystem::path &file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void requireZynq(const std::filesystem::path &root) {
  const std::string compatible = contents(below(root, "/proc/device-tree/compatible"));
  if (compatible.find("xlnx,zynq-7000") == std::string::npos) {
    throw Error("ACCELERATOR_MISSING",
                "this is no Zynq-7000 (its device tree says nothing of xlnx,zynq-7000): what lies at its registers' addresses is unknown");
  }
}

/// The crystal: `ps-clk-frequency` of the clock controller's node, a big-endian cell.
std::optional<double> crystalMHz(const std::filesystem::path &root) {
  std::error_code failure;
  for (const auto &bus : std::filesystem::directory_iterator(below(root, "/proc/device-tree"), failure)) {
    const std::string cell = contents(bus.path() / "slcr@f8000000/clkc@100/ps-clk-frequency");
    if (cell.size() == 4) {
      std::uint32_t hertz = 0;
      for (const char byte : cell) {
        hertz = hertz << 8U | static_cast<unsigned char>(byte);
      }
      return hertz / 1e6;
    }
  }
  return std::nullopt;
}

/// FCLK0: a PLL by two dividers (UG585, 25.6).
std::optional<double> clockMHz(const MappedRegisters &registers, std::optional<double> crystal) {
  const std::uint32_t control = registers.read(fclk0Control);
  const std::uint32_t dividers = bits(control, 8, 6) * bits(control, 20, 6);
  if (!crystal || dividers == 0) {
    return std::nullopt;
  }
  const std::uint32_t source = bits(control, 4, 2); // 0, 1: IO PLL
  const std::uint32_t pll = registers.read(source == 2 ? armPll : source == 3 ? ddrPll : ioPll);
  const std::uint32_t factor = bits(pll, 4, 1) != 0 ? 1 : bits(pll, 12, 7); // bypassed or not
  return *crystal * factor / dividers;
}

} // namespace

ProcessingSystem readProcessingSystem(const std::filesystem::path &root) {
  requireZynq(root);
  const FileDescriptor memory(below(root, "/dev/mem"), O_RDONLY | O_SYNC, "the registers of clock and ports");
  const MappedRegisters control(memory, pageBytes, slcr, "the SLCR", Mapping::Access::readOnly);
  ProcessingSystem system;
  system.clockMHz = clockMHz(control, crystalMHz(root));
  system.clockRuns = bits(control.read(fclk0ThrottleCount), 0, 1) == 0; // the kernel's clock driver gates by this bit
  system.levelShifters = bits(control.read(levelShifterEnable), 0, 4) == 15;
  system.inReset = bits(control.read(fpgaReset), 0, 1) != 0;
  for (std::uint32_t port = 0; port < system.ports.size(); ++port) {
    const MappedRegisters afi(memory, pageBytes, afi0 + port * afiDistance, "an AFI", Mapping::Access::readOnly);
    const auto width = [&](std::uint32_t channel) { return bits(afi.read(channel), 0, 1) != 0 ? 32U : 64U; };
    system.ports.at(port) = {width(readChannel), width(writeChannel)};
  }
  return system;
}

} // namespace zynqnet::platform
