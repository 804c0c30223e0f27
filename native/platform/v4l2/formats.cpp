#include "platform/v4l2/formats.hpp"

#include <array>

#include <linux/videodev2.h>

namespace zynqnet::v4l2 {

namespace {

struct Entry {
  PixelFormat format;
  std::string_view name;
  std::uint32_t fourcc;
  std::uint32_t other;
  Output output;
  std::uint32_t bytesPerPixel; ///< of the first plane
};

constexpr std::array<Entry, 5> table{{
    {PixelFormat::mjpg, "MJPG", V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_JPEG, Output::jpeg, 0},
    {PixelFormat::yuyv, "YUYV", V4L2_PIX_FMT_YUYV, 0, Output::rgb24, 2},
    {PixelFormat::nv12, "NV12", V4L2_PIX_FMT_NV12, 0, Output::rgb24, 1},
    {PixelFormat::rgb24, "RGB24", V4L2_PIX_FMT_RGB24, 0, Output::rgb24, 3},
    {PixelFormat::grey, "GREY", V4L2_PIX_FMT_GREY, 0, Output::gray8, 1},
}};

const Entry &entryOf(PixelFormat format) { return table[static_cast<std::size_t>(format)]; }

} // namespace

std::optional<PixelFormat> formatOf(std::string_view name) {
  for (const Entry &entry : table) {
    if (entry.name == name) {
      return entry.format;
    }
  }
  return std::nullopt;
}

std::string_view nameOf(PixelFormat format) { return entryOf(format).name; }
std::uint32_t fourccOf(PixelFormat format) { return entryOf(format).fourcc; }
std::uint32_t otherFourccOf(PixelFormat format) { return entryOf(format).other; }
Output outputOf(PixelFormat format) { return entryOf(format).output; }

std::uint32_t Layout::rowBytes() const { return width * entryOf(format).bytesPerPixel; }

std::size_t Layout::inputBytes() const {
  // the last row need not be padded
  const auto plane = [&](std::uint32_t rows) { return rows == 0 ? 0 : std::size_t{strideBytes} * (rows - 1) + rowBytes(); };
  switch (format) {
  case PixelFormat::mjpg:
    return 0;
  case PixelFormat::nv12:
    return std::size_t{strideBytes} * height + plane(height / 2);
  default:
    return plane(height);
  }
}

std::size_t Layout::outputBytes() const {
  switch (outputOf(format)) {
  case Output::jpeg:
    return 0;
  case Output::gray8:
    return std::size_t{width} * height;
  case Output::rgb24:
    return std::size_t{width} * height * 3;
  }
  return 0;
}

std::string fourccText(std::uint32_t fourcc) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const auto letter = static_cast<char>((fourcc >> shift) & 0x7FU);
    text += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return text;
}

} // namespace zynqnet::v4l2
