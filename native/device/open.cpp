#include "device/open.hpp"

#include "core/error.hpp"
#include "device/dev_mem.hpp"
#include "device/fpga_manager.hpp"
#include "device/udmabuf.hpp"
#include "device/uio_window.hpp"

namespace zynqnet::device {

std::shared_ptr<Accelerator> openAccelerator(const BoardConfig &config) {
  requireOperating(config.root);
  if (config.memoryAddress && config.memoryBytes == 0) {
    throw Error("ACCELERATOR_MEMORY", "a reserved memory region needs its size in bytes beside its address");
  }
  DriverOptions options = config.driver;
  options.requireConfigured = [root = config.root] { requireOperating(root); };
  options.configure = [root = config.root, bitstream = config.bitstream] { loadBitstream(root, bitstream); };
  auto registers = config.registerAddress ? openDevMemWindow(config.root, *config.registerAddress) : openUioWindow(config.root, config.uio);
  auto memory = config.memoryAddress ? openReservedMemory(config.root, *config.memoryAddress, config.memoryBytes) : openUdmabuf(config.root, config.udmabuf);
  return std::make_shared<Accelerator>(std::move(registers), std::move(memory), std::move(options));
}

} // namespace zynqnet::device
