#include "device/fpga_manager.hpp"

#include "core/error.hpp"
#include "device/system.hpp"

#include <string>

namespace zynqnet::device {

void requireOperating(const std::filesystem::path &root) {
  const std::filesystem::path file = below(root, "/sys/class/fpga_manager/fpga0/state");
  const std::optional<std::string> state = readAttribute(file);
  if (!state) {
    throw Error("ACCELERATOR_FPGA", file.string() + " cannot be read: whether the FPGA is configured is unknown, and touching it if it is not "
                                                    "would hang the board; use a kernel with CONFIG_FPGA_MGR_ZYNQ_FPGA");
  }
  if (*state != "operating") {
    throw Error("ACCELERATOR_FPGA", "the FPGA is not configured (" + file.string() + " says '" + *state +
                                        "'); load the accelerator's bitstream (.bit.bin) first");
  }
}

} // namespace zynqnet::device
