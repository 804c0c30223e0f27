// Rows of activations in and out of the engine's formats.
#pragma once

#include "core/model.hpp"
#include "cpu/kernel_set.hpp"

#include <cstddef>
#include <cstdint>

namespace zynqnet::cpu {

/// Stores `count` activation bytes in an integer element format.
void storeBytes(Element element, const std::uint8_t *source, std::size_t count, std::uint8_t *target) noexcept;

/// The reverse.
void loadBytes(Element element, const std::uint8_t *source, std::size_t count, std::uint8_t *target) noexcept;

/// Pixels to normalised floats: (pixel - mean[c]) * scale[c], `channels` interleaved.
void normalise(const Input &input, const std::uint8_t *source, std::size_t pixels, std::uint32_t channels, float *target) noexcept;

} // namespace zynqnet::cpu
