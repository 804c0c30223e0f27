// The pixel formats that are read, and what becomes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zynqnet::v4l2 {

enum class PixelFormat : std::uint8_t { mjpg, yuyv, nv12, rgb24, grey };

/// What the daemon gets: a JPEG as it is, or rows without padding.
enum class Output : std::uint8_t { jpeg, rgb24, gray8 };

/// MJPG, YUYV, NV12, RGB24 or GREY; nothing for any other name.
[[nodiscard]] std::optional<PixelFormat> formatOf(std::string_view name);
[[nodiscard]] std::string_view nameOf(PixelFormat format);
/// The kernel's code; a second one where drivers use two for the same thing (MJPG and JPEG), else 0.
[[nodiscard]] std::uint32_t fourccOf(PixelFormat format);
[[nodiscard]] std::uint32_t otherFourccOf(PixelFormat format);
[[nodiscard]] Output outputOf(PixelFormat format);

/// Size of a picture as the driver lays it out.
struct Layout {
  PixelFormat format = PixelFormat::mjpg;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t strideBytes = 0; ///< of the first plane; 0 for MJPG

  /// Bytes that a whole picture has in the driver's buffer; 0 for MJPG, whose size varies.
  [[nodiscard]] std::size_t inputBytes() const;
  /// Bytes after conversion; 0 for MJPG.
  [[nodiscard]] std::size_t outputBytes() const;
  /// Least bytes of a row.
  [[nodiscard]] std::uint32_t rowBytes() const;
};

/// "MJPG" for V4L2_PIX_FMT_MJPEG and so on, for messages.
[[nodiscard]] std::string fourccText(std::uint32_t fourcc);

} // namespace zynqnet::v4l2
