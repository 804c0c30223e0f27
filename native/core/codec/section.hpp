// One convolution's weights as bytes.
#pragma once

#include "core/codec/codec.hpp"

namespace zynqnet {

/// Where the decoder stands in the payload.
class ByteReader {
public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  /// Throws Error MODEL_SECTION when fewer bytes are left.
  [[nodiscard]] std::span<const std::uint8_t> take(std::size_t count);
  [[nodiscard]] std::uint8_t byte() { return take(1)[0]; }
  [[nodiscard]] std::uint32_t word();
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - position_; }

private:
  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

/// Reads one section; `conv` gives the shape. Throws Error MODEL_SECTION.
ConvWeights decodeSection(ByteReader &reader, const Model &model, const Op &conv, SectionInfo &info);

/// Appends one section. The arrays have passed validateWeights.
void encodeSection(std::vector<std::uint8_t> &bytes, const Model &model, const Op &conv);

/// The logit scales and offsets, in front of the sections.
void decodeLogitScales(ByteReader &reader, Model &model);
void encodeLogitScales(std::vector<std::uint8_t> &bytes, const Model &model);

void appendWord(std::vector<std::uint8_t> &bytes, std::uint32_t word);

} // namespace zynqnet
