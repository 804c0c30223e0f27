// What a video device says about itself, without setting anything up: it may be in use by somebody else.
#pragma once

#include "platform/v4l2/kernel.hpp"

#include <string>
#include <vector>

namespace zynqnet::v4l2 {

struct Description {
  std::string driver, card, bus;
  bool captures = false;            ///< single-planar video capture with streaming, which is what Stream needs
  std::vector<std::string> formats; ///< of capture, in the driver's order, e.g. "YUYV"
};

/// Throws Error CAMERA_OPEN when the device cannot be opened or is no video device. May block for as long as the driver likes.
[[nodiscard]] Description describe(Kernel &kernel, const std::string &device);

} // namespace zynqnet::v4l2
