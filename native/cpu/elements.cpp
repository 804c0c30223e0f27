#include "cpu/elements.hpp"

#include <cstring>

namespace zynqnet::cpu {
namespace {

constexpr std::uint8_t signBit = 0x80; // flipping it subtracts 128 and reads the result as signed

}

void storeBytes(Element element, const std::uint8_t *source, std::size_t count, std::uint8_t *target) noexcept {
  switch (element) {
  case Element::unsigned16: {
    auto *wide = reinterpret_cast<std::uint16_t *>(target);
    for (std::size_t i = 0; i < count; ++i) {
      wide[i] = source[i];
    }
    return;
  }
  case Element::offset8:
    for (std::size_t i = 0; i < count; ++i) {
      target[i] = source[i] ^ signBit;
    }
    return;
  default:
    std::memcpy(target, source, count);
  }
}

void loadBytes(Element element, const std::uint8_t *source, std::size_t count, std::uint8_t *target) noexcept {
  if (element == Element::unsigned16) {
    const auto *wide = reinterpret_cast<const std::uint16_t *>(source);
    for (std::size_t i = 0; i < count; ++i) {
      target[i] = static_cast<std::uint8_t>(wide[i]);
    }
    return;
  }
  storeBytes(element, source, count, target); // the others are their own inverse
}

void normalise(const Input &input, const std::uint8_t *source, std::size_t pixels, std::uint32_t channels, float *target) noexcept {
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::uint32_t c = 0; c < channels; ++c) {
      target[p * channels + c] = (static_cast<float>(source[p * channels + c]) - input.mean[c]) * input.scale[c];
    }
  }
}

} // namespace zynqnet::cpu
