// Builds with ZYNQNET_SIMULATORS=OFF.
#include "addon/accelerator_backend.hpp"

namespace zynqnet {

std::vector<std::unique_ptr<AcceleratorBackend>> simulatedBackends() { return {}; }

} // namespace zynqnet
