// YUYV, NV12, padded RGB and grey rows to rows without padding.
//
// Colours are BT.601, limited range (Y 16 to 235, U and V 16 to 240), as video4linux documents for YUYV and NV12. With
// C = Y - 16, D = U - 128, E = V - 128, in integers, >> rounding down, clamped to 0 to 255:
//   R = (298 C + 409 E + 128) >> 8
//   G = (298 C - 100 D - 208 E + 128) >> 8
//   B = (298 C + 516 D + 128) >> 8
// (ITU-R BT.601-7 section 2.5.1, coefficients times 256, rounded.) Each pixel takes the chroma sample that covers it.
#pragma once

#include "platform/v4l2/formats.hpp"

#include <cstdint>
#include <span>

namespace zynqnet::v4l2 {

/// Converts one picture. `in` holds at least layout.inputBytes(), `out` exactly layout.outputBytes(). Not for MJPG.
void convert(const Layout &layout, std::span<const std::uint8_t> in, std::span<std::uint8_t> out);

} // namespace zynqnet::v4l2
