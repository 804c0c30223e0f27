#include "lowering/weight_image.hpp"

#include <algorithm>

namespace zynqnet::accelerator {
namespace {

constexpr std::uint32_t wordBytes = 64;

void put32(std::uint8_t *target, std::uint32_t value) {
  for (int b = 0; b < 4; ++b) {
    target[b] = static_cast<std::uint8_t>(value >> 8 * b);
  }
}

/// The two parameter words of a group.
void putParameters(const StoredConv &conv, std::uint32_t group, std::uint8_t *words) {
  const std::size_t perOutput = conv.weights.size() / conv.outputs;
  for (std::uint32_t o = 0; o < 16; ++o) {
    const std::uint32_t output = group * 16 + o;
    std::uint8_t *second = words + wordBytes;
    second[32 + o] = 1;
    if (output >= conv.outputs) {
      continue;
    }
    std::uint32_t sum = 0; // modulo 2^32, as the accumulators
    for (std::size_t k = 0; k < perOutput; ++k) {
      sum += static_cast<std::uint32_t>(std::int32_t{conv.weights[output * perOutput + k]});
    }
    put32(words + std::size_t{4} * o, static_cast<std::uint32_t>(conv.bias[output]) + 128U * sum);
    if (!conv.multiplier.empty()) {
      second[2 * o] = static_cast<std::uint8_t>(conv.multiplier[output]);
      second[2 * o + 1] = static_cast<std::uint8_t>(conv.multiplier[output] >> 8U);
      second[32 + o] = conv.shift[output];
    }
  }
}

/// The weight words of a group, in the order in which the array uses them.
void putWeights(const StoredConv &conv, std::uint32_t group, std::uint8_t *word) {
  const std::uint32_t channels = conv.blocks * 16;
  const std::size_t perOutput = std::size_t{conv.kernelRows} * conv.kernelCols * channels;
  for (std::uint32_t tap = 0; tap < conv.kernelRows * conv.kernelCols; ++tap) {
    for (std::uint32_t quad = 0; quad < conv.quads(); ++quad, word += wordBytes) {
      for (std::uint32_t o = 0; o < 16 && group * 16 + o < conv.outputs; ++o) {
        for (std::uint32_t i = 0; i < 4; ++i) {
          word[4 * o + i] =
              static_cast<std::uint8_t>(conv.weights[(group * 16 + o) * perOutput + std::size_t{tap} * channels + quad * 4 + i]);
        }
      }
    }
  }
}

/// At most 16 different weights: their list, else false.
bool collectEntries(const StoredConv &conv, std::array<std::uint8_t, 16> &entries) {
  std::array<bool, 256> seen{};
  seen[0] = true; // padding
  for (const std::int8_t weight : conv.weights) {
    seen[static_cast<std::uint8_t>(weight)] = true;
  }
  std::size_t count = 0;
  for (std::size_t v = 0; v < 256; ++v) {
    if (seen[v]) {
      if (count == entries.size()) {
        return false;
      }
      entries[count++] = static_cast<std::uint8_t>(v);
    }
  }
  return true;
}

} // namespace

WeightImage buildWeightImage(const StoredConv &conv, const Preset &preset) {
  const std::uint32_t groupWords = conv.groupWords() + 2;
  std::vector<std::uint8_t> words(std::size_t{conv.groups()} * groupWords * wordBytes);
  for (std::uint32_t group = 0; group < conv.groups(); ++group) {
    std::uint8_t *start = words.data() + std::size_t{group} * groupWords * wordBytes;
    putParameters(conv, group, start);
    putWeights(conv, group, start + 2 * wordBytes);
  }
  WeightImage image;
  image.codebook = preset.codebook != 0 && collectEntries(conv, image.entries);
  std::array<std::uint8_t, 256> indexOf{};
  for (std::size_t e = image.entries.size(); e-- > 0;) {
    indexOf[image.entries[e]] = static_cast<std::uint8_t>(e);
  }
  const std::uint32_t slice = wordBytes / preset.ports;
  const std::uint32_t groupBytes = image.codebook ? 2 * slice + conv.groupWords() * slice / 2 : groupWords * slice;
  image.beats = conv.groups() * groupBytes / 8;
  image.portStride = (conv.groups() * groupBytes + 127) / 128 * 128;
  image.bytes.resize(std::size_t{image.portStride} * preset.ports);
  for (std::uint32_t port = 0; port < preset.ports; ++port) {
    std::uint8_t *target = image.bytes.data() + std::size_t{port} * image.portStride;
    for (std::size_t w = 0; w < words.size() / wordBytes; ++w) {
      const std::uint8_t *source = words.data() + w * wordBytes + std::size_t{port} * slice;
      if (!image.codebook || w % groupWords < 2) {
        target = std::copy_n(source, slice, target);
        continue;
      }
      for (std::uint32_t b = 0; b < slice; b += 2) {
        *target++ = static_cast<std::uint8_t>(indexOf[source[b]] | indexOf[source[b + 1]] << 4U);
      }
    }
  }
  return image;
}

} // namespace zynqnet::accelerator
