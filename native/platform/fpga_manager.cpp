#include "platform/fpga_manager.hpp"

#include "core/error.hpp"
#include "platform/system.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace zynqnet::platform {

namespace {

constexpr const char *manager = "/sys/class/fpga_manager/fpga0";

void writeAttribute(const std::filesystem::path &file, const std::string &text) {
  const FileDescriptor attribute(file, O_WRONLY, "loading the bitstream");
  if (::write(attribute.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw Error("ACCELERATOR_FPGA", "writing '" + text + "' to " + file.string() + " failed: " + std::generic_category().message(errno) +
                                        "; the bitstream must be a byte-swapped .bit.bin for this chip");
  }
}

} // namespace

std::string managerState(const std::filesystem::path &root) { return readAttribute(below(root, manager) / "state").value_or(""); }

void loadBitstream(const std::filesystem::path &root, const std::string &firmware) {
  const std::filesystem::path folder = below(root, manager);
  if (firmware.empty() || firmware.find('/') != std::string::npos) { // the kernel looks below /lib/firmware only
    throw Error("ACCELERATOR_FPGA", "'" + firmware + "' is no name of a file below /lib/firmware");
  }
  if (!std::filesystem::exists(folder / "firmware")) {
    throw Error("ACCELERATOR_FPGA",
                folder.string() + " has no 'firmware' file: this kernel cannot load a bitstream on request; the boot loader does");
  }
  writeAttribute(folder / "flags", "0");
  writeAttribute(folder / "firmware", firmware);
  requireOperating(root);
}

void requireOperating(const std::filesystem::path &root) {
  const std::filesystem::path file = below(root, manager) / "state";
  const std::optional<std::string> state = readAttribute(file);
  if (!state) {
    throw Error("ACCELERATOR_FPGA", file.string() +
                                        " cannot be read: whether the FPGA is configured is unknown, and touching it if it is not "
                                        "would hang the board; use a kernel with CONFIG_FPGA_MGR_ZYNQ_FPGA");
  }
  if (*state != "operating") {
    throw Error("ACCELERATOR_FPGA", "the FPGA is not configured (" + file.string() + " says '" + *state +
                                        "'); load the accelerator's bitstream (.bit.bin) first");
  }
}

} // namespace zynqnet::platform
