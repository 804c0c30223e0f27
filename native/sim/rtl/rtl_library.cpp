#include "sim/rtl/rtl_library.hpp"

extern "C" {
__attribute__((visibility("default"))) extern const zynqnet::sim::RtlLibrary zynqnetRtlLibrary;
const zynqnet::sim::RtlLibrary zynqnetRtlLibrary{ZYNQNET_RTL_ABI, &zynqnet::sim::createModel};
}
