// Colour conversion: every (Y, U, V) against the real-valued matrix of BT.601, and every layout against single pixels.
#include "platform/v4l2/convert.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <random>
#include <vector>

using namespace zynqnet::v4l2;

namespace {

using Rgb = std::array<std::uint8_t, 3>;

/// The documented integer arithmetic, one pixel.
Rgb pixelOf(int y, int u, int v) {
  const int c = y - 16;
  const int d = u - 128;
  const int e = v - 128;
  const auto clamp = [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); };
  return {clamp((298 * c + 409 * e + 128) >> 8), clamp((298 * c - 100 * d - 208 * e + 128) >> 8), clamp((298 * c + 516 * d + 128) >> 8)};
}

/// ITU-R BT.601-7, limited range, in real numbers.
std::array<double, 3> exactOf(int y, int u, int v) {
  const double luma = 255.0 / 219.0 * (y - 16);
  const double blue = 255.0 / 224.0 * (u - 128);
  const double red = 255.0 / 224.0 * (v - 128);
  const auto clamp = [](double value) { return std::clamp(value, 0.0, 255.0); };
  return {clamp(luma + 1.402 * red), clamp(luma - 1.772 * 0.114 / 0.587 * blue - 1.402 * 0.299 / 0.587 * red), clamp(luma + 1.772 * blue)};
}

TEST_CASE("every colour is within one of the exact matrix") {
  double worst = 0;
  std::vector<std::uint8_t> in(512);
  std::vector<std::uint8_t> out(256 * 3);
  const Layout layout{PixelFormat::yuyv, 256, 1, 512};
  for (int u = 0; u < 256; ++u) {
    for (int v = 0; v < 256; ++v) {
      for (int y = 0; y < 256; y += 2) {
        const std::size_t at = static_cast<std::size_t>(y) * 2;
        in[at] = static_cast<std::uint8_t>(y);
        in[at + 1] = static_cast<std::uint8_t>(u);
        in[at + 2] = static_cast<std::uint8_t>(y + 1);
        in[at + 3] = static_cast<std::uint8_t>(v);
      }
      convert(layout, in, out);
      for (int y = 0; y < 256; ++y) {
        const auto exact = exactOf(y, u, v);
        for (std::size_t c = 0; c < 3; ++c) {
          worst = std::max(worst, std::abs(exact[c] - out[static_cast<std::size_t>(y) * 3 + c]));
        }
      }
    }
  }
  CHECK(worst < 1.0);
  CHECK(worst > 0.3); // a test that compares nothing would find no difference
}

void everyLayout(PixelFormat format, std::uint32_t width, std::uint32_t height, std::uint32_t padding, std::mt19937 &random) {
  Layout layout{format, width, height, 0};
  layout.strideBytes = layout.rowBytes() + padding;
  const std::size_t bytes = layout.inputBytes();
  std::vector<std::uint8_t> in(bytes);
  std::generate(in.begin(), in.end(), [&] { return static_cast<std::uint8_t>(random()); });
  std::vector<std::uint8_t> out(layout.outputBytes());
  convert(layout, in, out);
  const std::size_t stride = layout.strideBytes;
  bool right = true;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint8_t *row = in.data() + y * stride;
      if (format == PixelFormat::grey) {
        right = right && out[y * width + x] == row[x];
        continue;
      }
      Rgb expected{};
      if (format == PixelFormat::rgb24) {
        expected = {row[x * 3], row[x * 3 + 1], row[x * 3 + 2]};
      } else if (format == PixelFormat::yuyv) {
        expected = pixelOf(row[x * 2], row[x / 2 * 4 + 1], row[x / 2 * 4 + 3]);
      } else {
        const std::uint8_t *chroma = in.data() + (height + y / 2) * stride + x / 2 * 2;
        expected = pixelOf(row[x], chroma[0], chroma[1]);
      }
      right = right && std::equal(expected.begin(), expected.end(), out.begin() + static_cast<std::ptrdiff_t>((y * width + x) * 3));
    }
  }
  CHECK(right);
}

TEST_CASE("every layout gives the bytes of single pixels") {
  std::mt19937 random(7);
  for (const PixelFormat format : {PixelFormat::yuyv, PixelFormat::nv12, PixelFormat::rgb24, PixelFormat::grey}) {
    for (const std::uint32_t width : {2U, 16U, 34U, 66U, 640U}) {
      for (const std::uint32_t height : {2U, 10U}) {
        for (const std::uint32_t padding : {0U, 6U, 64U}) {
          everyLayout(format, width, height, padding, random);
        }
      }
    }
  }
  CHECK(formatOf("YUYV") == PixelFormat::yuyv);
  CHECK(!formatOf("yuyv"));
  CHECK(fourccText(fourccOf(PixelFormat::nv12)) == "NV12");
}

} // namespace
