#include "platform/v4l2/convert.hpp"

#include <algorithm>
#include <cstring>

namespace zynqnet::v4l2 {

namespace {

inline std::uint8_t clamped(std::int32_t value) {
  return static_cast<std::uint8_t>(std::min(std::max(value, 0), 255)); // two instructions in SIMD, no branch
}

/// What U and V add to a pixel, before the shift.
struct Chroma {
  std::int32_t red, green, blue;
};

inline Chroma chromaOf(std::uint8_t u, std::uint8_t v) {
  const std::int32_t d = u - 128;
  const std::int32_t e = v - 128;
  return {409 * e + 128, -100 * d - 208 * e + 128, 516 * d + 128};
}

inline void store(std::uint8_t *out, std::uint8_t y, const Chroma &chroma) {
  const std::int32_t luma = 298 * (y - 16);
  out[0] = clamped((luma + chroma.red) >> 8);
  out[1] = clamped((luma + chroma.green) >> 8);
  out[2] = clamped((luma + chroma.blue) >> 8);
}

/// Bytes Y0 U Y1 V for each two pixels.
void yuyvRow(const std::uint8_t *__restrict in, std::uint8_t *__restrict out, std::uint32_t width) {
  for (std::uint32_t pair = 0; pair < width / 2; ++pair) {
    const std::uint8_t *pixels = in + std::size_t{pair} * 4;
    const Chroma chroma = chromaOf(pixels[1], pixels[3]);
    store(out + std::size_t{pair} * 6, pixels[0], chroma);
    store(out + std::size_t{pair} * 6 + 3, pixels[2], chroma);
  }
}

/// A row of Y, and the row of U V pairs that it shares with its neighbour.
void nv12Row(const std::uint8_t *__restrict luma, const std::uint8_t *__restrict chromas, std::uint8_t *__restrict out,
             std::uint32_t width) {
  for (std::uint32_t pair = 0; pair < width / 2; ++pair) {
    const Chroma chroma = chromaOf(chromas[std::size_t{pair} * 2], chromas[std::size_t{pair} * 2 + 1]);
    store(out + std::size_t{pair} * 6, luma[std::size_t{pair} * 2], chroma);
    store(out + std::size_t{pair} * 6 + 3, luma[std::size_t{pair} * 2 + 1], chroma);
  }
}

} // namespace

void convert(const Layout &layout, std::span<const std::uint8_t> in, std::span<std::uint8_t> out) {
  const std::size_t stride = layout.strideBytes;
  const std::size_t outRow = layout.height == 0 ? 0 : out.size() / layout.height;
  for (std::size_t row = 0; row < layout.height; ++row) {
    const std::uint8_t *from = in.data() + row * stride;
    std::uint8_t *to = out.data() + row * outRow;
    switch (layout.format) {
    case PixelFormat::yuyv:
      yuyvRow(from, to, layout.width);
      break;
    case PixelFormat::nv12:
      nv12Row(from, in.data() + (layout.height + row / 2) * stride, to, layout.width);
      break;
    default:
      std::memcpy(to, from, outRow);
      break;
    }
  }
}

} // namespace zynqnet::v4l2
