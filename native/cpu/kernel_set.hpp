// What a SIMD instruction set offers to the engine: a few functions and the memory format they work on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zynqnet::cpu {

/// How one activation is stored. Tensors are [height][width][channels] without gaps between channels, with a halo of
/// padding positions around them, so that no kernel ever tests for a border.
enum class Element : std::uint8_t {
  unsigned8,  ///< the byte itself
  unsigned16, ///< the byte widened, for vpmaddwd
  offset8,    ///< the byte less 128, signed: NEON multiplies signed by signed
  float32,
};

[[nodiscard]] constexpr std::size_t bytesOf(Element element) noexcept {
  switch (element) {
  case Element::unsigned16:
    return 2;
  case Element::float32:
    return 4;
  default:
    return 1;
  }
}

/// A run of consecutive input memory that one output position reads, in groups of KernelSet::groupBytes.
struct Segment {
  std::ptrdiff_t offset = 0; ///< bytes from the position's first tap
  std::uint32_t groups = 0;  ///< the last group may reach beyond the run: its weights are zero there
};

/// Consecutive output channels that one pass over the input computes.
struct ChannelBlock {
  std::uint32_t firstChannel = 0;
  std::uint32_t channels = 0; ///< at most vectors * lanes; the rest of the last vector is padding
  std::uint32_t vectors = 0;
  std::size_t weightOffset = 0; ///< bytes into the packed weights
};

/// One convolution ready to run; all addresses are final. Arrays per channel are padded to whole vectors.
struct ConvJob {
  const std::uint8_t *input = nullptr; ///< first tap of output position (0, 0)
  std::ptrdiff_t inputStep = 0;        ///< bytes from one output position's taps to the next one's
  std::ptrdiff_t inputRowStep = 0;     ///< the same from row to row
  std::uint8_t *output = nullptr;      ///< channel 0 of position (0, 0); unused when wide
  std::ptrdiff_t outputStep = 0;
  std::ptrdiff_t outputRowStep = 0;
  std::uint32_t outputWidth = 0;
  std::uint32_t positions = 0;
  const Segment *segments = nullptr;
  std::uint32_t segmentCount = 0;
  const std::uint8_t *weights = nullptr; ///< per block: [segment][group][vector][lane][group's elements]
  const void *bias = nullptr;            ///< int32, or float for float kernels
  const float *scale = nullptr;          ///< multiplier * 2^-shift, exact in float
  const std::int32_t *multiplier = nullptr;
  const std::int32_t *negativeShift = nullptr;
  std::uint32_t preShift = 0;
  std::uint8_t zeroPoint = 0; ///< of the output
  bool relu = false;
  bool wide = false;
  void *sums = nullptr; ///< wide: one int32 sum, or one float mean, per channel
};

/// A max-pool 3x3/2 or a global average pool over a view.
struct PoolJob {
  const std::uint8_t *input = nullptr; ///< the view's first channel at input position (0, 0)
  std::ptrdiff_t inputStep = 0;
  std::ptrdiff_t inputRowStep = 0;
  std::uint32_t inputHeight = 0;
  std::uint32_t inputWidth = 0;
  std::uint8_t *output = nullptr;
  std::ptrdiff_t outputStep = 0;
  std::ptrdiff_t outputRowStep = 0;
  std::uint32_t outputWidth = 0;
  std::uint32_t padTop = 0;
  std::uint32_t padLeft = 0;
  std::uint32_t channels = 0;
  void *sums = nullptr; ///< global average pool: one int32 sum, or one float mean, per channel
};

inline constexpr std::uint32_t maxVectors = 4;

struct KernelSet {
  std::string_view name;
  Element element = Element::unsigned8;
  std::uint32_t groupBytes = 4;
  std::uint32_t lanes = 1;           ///< output channels per vector
  std::uint32_t vectorsPerBlock = 1; ///< at most maxVectors
  std::uint32_t tilePositions = 1;   ///< positions that one pass computes, for the choice of work sizes

  /// When not 0: positions are taken in ranges whose input has about this size, each range through all channel blocks,
  /// as long as the weights fit the second-level cache. 0: one block of channels at a time.
  std::uint32_t cacheBytes = 0;

  /// Output positions [begin, end) of one block of channels; a wide convolution takes them all at once.
  void (*conv)(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) = nullptr;
  /// Output rows [begin, end).
  void (*maxPool)(const PoolJob &job, std::uint32_t begin, std::uint32_t end) = nullptr;
  /// Channels [begin, end).
  void (*globalSum)(const PoolJob &job, std::uint32_t begin, std::uint32_t end) = nullptr;
};

} // namespace zynqnet::cpu
