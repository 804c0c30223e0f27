// A board's /sys and /dev in a temporary folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace zynqnet::tests {

class FakeSystem {
public:
  FakeSystem() {
    std::string pattern = (std::filesystem::temp_directory_path() / "zynqnet-device-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  FakeSystem(const FakeSystem &) = delete;
  FakeSystem &operator=(const FakeSystem &) = delete;
  FakeSystem(FakeSystem &&) = delete;
  FakeSystem &operator=(FakeSystem &&) = delete;
  ~FakeSystem() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] const std::filesystem::path &root() const noexcept { return root_; }
  [[nodiscard]] std::filesystem::path at(const std::string &path) const { return root_ / path; }

  void write(const std::string &path, const std::string &text) const {
    std::filesystem::create_directories(at(path).parent_path());
    std::ofstream(at(path)) << text << '\n';
  }
  /// A device node: a file of `bytes` zeros, which can be mapped.
  void device(const std::string &path, std::size_t bytes) const {
    write(path, "");
    std::filesystem::resize_file(at(path), 0);
    std::filesystem::resize_file(at(path), bytes);
  }
  [[nodiscard]] std::string firstLine(const std::string &path) const {
    std::ifstream stream(at(path));
    std::string line;
    std::getline(stream, line);
    return line;
  }

  void fpgaState(const std::string &state) const { write("sys/class/fpga_manager/fpga0/state", state); }
  void uio(int number, const std::string &name, const std::string &size = "0x00010000") const {
    const std::string device = "uio" + std::to_string(number);
    write("sys/class/uio/" + device + "/name", name);
    write("sys/class/uio/" + device + "/maps/map0/addr", "0x43c00000");
    write("sys/class/uio/" + device + "/maps/map0/size", size);
    this->device("dev/" + device, 0x10000);
  }
  void udmabuf(const std::string &name, std::size_t bytes, const std::string &address = "0x000000001c000000",
               const std::string &category = "u-dma-buf") const {
    const std::string folder = "sys/class/" + category + "/" + name + "/";
    write(folder + "phys_addr", address);
    write(folder + "size", std::to_string(bytes));
    for (const char *attribute : {"sync_offset", "sync_size", "sync_direction", "sync_for_cpu", "sync_for_device"}) {
      write(folder + attribute, "0");
    }
    device("dev/" + name, bytes);
  }

private:
  std::filesystem::path root_;
};

} // namespace zynqnet::tests
