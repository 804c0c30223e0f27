// Builds without Verilator: the models are in build/rtl/zynqnet_rtl.so, beside the folder of the addon, if it was built.
#include "core/error.hpp"
#include "sim/devices/rtl_source.hpp"
#include "sim/devices/simulated_memory.hpp"
#include "sim/rtl/rtl_library.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace zynqnet::sim {
namespace {

constexpr const char *how = "; install verilator and run 'npm run build:rtl'";

std::filesystem::path libraryFile() {
  Dl_info self{};
  if (::dladdr(reinterpret_cast<const void *>(&libraryFile), &self) == 0 || self.dli_fname == nullptr) { // NOLINT: what dladdr wants
    return {};
  }
  return std::filesystem::path(self.dli_fname).parent_path().parent_path() / "rtl" / "zynqnet_rtl.so";
}

/// Loaded once and never unloaded: models may outlive whoever asked for them.
const RtlLibrary &library() {
  static const RtlLibrary &loaded = []() -> const RtlLibrary & {
    const std::string file = libraryFile().string();
    void *handle = haveModels() ? ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (handle == nullptr) {
      const char *reason = haveModels() ? ::dlerror() : nullptr;
      throw Error("ENGINE_UNKNOWN", "the simulated accelerator " + file +
                                        (reason != nullptr ? std::string(" does not load: ") + reason : " is not there") + how);
    }
    const auto *found = static_cast<const RtlLibrary *>(::dlsym(handle, "zynqnetRtlLibrary"));
    if (found == nullptr || std::string(found->abi) != ZYNQNET_RTL_ABI) {
      ::dlclose(handle);
      throw Error("ENGINE_UNKNOWN", "the simulated accelerator " + file + " was built from other sources than this addon" + how);
    }
    return *found;
  }();
  return loaded;
}

} // namespace

bool haveModels() noexcept {
  std::error_code failure;
  return std::filesystem::exists(libraryFile(), failure);
}

std::unique_ptr<AcceleratorModel> modelOf(const accelerator::Preset &preset, std::uint32_t memoryBytes,
                                          const MemoryConditions &conditions) {
  return library().create(preset.name, simulatedBusAddress, memoryBytes, conditions);
}

} // namespace zynqnet::sim
