#include "platform/board_accelerator.hpp"

#include "accelerator/read_build.hpp"
#include "core/error.hpp"
#include "platform/dev_mem.hpp"
#include "platform/fpga_manager.hpp"
#include "platform/udmabuf.hpp"
#include "platform/uio_memory.hpp"
#include "platform/uio_window.hpp"

namespace zynqnet::platform {
namespace {

std::unique_ptr<accelerator::RegisterWindow> openRegisters(const BoardConfig &config, accelerator::Use use) {
  return config.registerAddress ? openDevMemWindow(config.root, *config.registerAddress, use) : openUioWindow(config.root, config.uio, use);
}

/// u-dma-buf unless configured otherwise; where there is none, the memory that the UIO device itself brings.
std::unique_ptr<accelerator::DmaBuffer> openMemory(const BoardConfig &config) {
  if (config.memoryAddress) {
    return openReservedMemory(config.root, *config.memoryAddress, config.memoryBytes);
  }
  if (!config.registerAddress && !haveUdmabuf(config.root, config.udmabuf)) {
    if (auto memory = openUioMemory(config.root, config.uio)) {
      return memory;
    }
  }
  return openUdmabuf(config.root, config.udmabuf);
}

} // namespace

std::shared_ptr<accelerator::Accelerator> openAccelerator(const BoardConfig &config) {
  requireOperating(config.root);
  if (config.memoryAddress && config.memoryBytes == 0) {
    throw Error("ACCELERATOR_MEMORY", "a reserved memory region needs its size in bytes beside its address");
  }
  accelerator::DriverOptions options = config.driver;
  options.requireConfigured = [root = config.root] { requireOperating(root); };
  options.configure = [root = config.root, bitstream = config.bitstream] { loadBitstream(root, bitstream); };
  auto registers = openRegisters(config, accelerator::Use::drive);
  return std::make_shared<accelerator::Accelerator>(std::move(registers), openMemory(config), std::move(options));
}

accelerator::AcceleratorIdentity identifyAccelerator(const BoardConfig &config) {
  requireOperating(config.root);
  const auto registers = openRegisters(config, accelerator::Use::look);
  return accelerator::readIdentity(*registers);
}

} // namespace zynqnet::platform
