// armv7 NEON (Cortex-A9: no sdiv, no fused multiply-add). Activations are stored less 128, signed; weights are in
// [-127, 127], so that two products, at most 2 * 128 * 127 = 32512, fit a 16-bit lane:
//   vmull.s8, vmlal.s8 (16 products in 8 lanes), vpadal.s16 (into 4 lanes of 32 bits) = 3 instructions per 16 MACs.
// A tile is 2 positions x 4 output channels: 8 accumulators, 6 loads per 128 MACs.
#include "cpu/kernels/conv_tiles.hpp"
#include "cpu/kernels/kernel_sets.hpp"
#include "cpu/kernels/pools.hpp"

#include <arm_neon.h>

namespace zynqnet::cpu {
namespace {

constexpr std::uint32_t lanes = 4;
constexpr std::uint32_t tilePositions = 2;
constexpr std::ptrdiff_t groupBytes = 16;

inline int32x4_t dot(int32x4_t acc, int8x16_t value, int8x16_t weight) {
  int16x8_t products = vmull_s8(vget_low_s8(value), vget_low_s8(weight));
  products = vmlal_s8(products, vget_high_s8(value), vget_high_s8(weight));
  return vpadalq_s16(acc, products);
}

/// Loads with post-increment: written in assembly because GCC 12 makes three instructions of the intrinsic here.
inline int8x16_t nextGroup(const std::int8_t *&pointer) {
  int8x16_t value;
  __asm__("vld1.8 {%e0-%f0}, [%1]!" : "=w"(value), "+r"(pointer) : "m"(*reinterpret_cast<const std::int8_t(*)[groupBytes]>(pointer)));
  return value;
}

/// The four accumulators' sums, one per lane.
inline int32x4_t reduce(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d) {
  const int32x2_t ab = vpadd_s32(vadd_s32(vget_low_s32(a), vget_high_s32(a)), vadd_s32(vget_low_s32(b), vget_high_s32(b)));
  const int32x2_t cd = vpadd_s32(vadd_s32(vget_low_s32(c), vget_high_s32(c)), vadd_s32(vget_low_s32(d), vget_high_s32(d)));
  return vcombine_s32(ab, cd);
}

/// What the four channels of a block need; docs/arithmetic.md.
struct Requantizer {
  int32x4_t bias;
  int32x4_t preShift;
  int32x4_t multiplier{};
  int64x2_t shiftLow{};
  int64x2_t shiftHigh{};
  int32x4_t offset;
  int32x4_t low;

  Requantizer(const ConvJob &job, std::uint32_t channel)
      : bias(vld1q_s32(static_cast<const std::int32_t *>(job.bias) + channel)),
        preShift(vdupq_n_s32(-static_cast<std::int32_t>(job.preShift))),
        offset(vdupq_n_s32(static_cast<std::int32_t>(job.zeroPoint) - 128)),
        low(vdupq_n_s32((job.relu ? static_cast<std::int32_t>(job.zeroPoint) : 0) - 128)) {
    if (!job.wide) {
      multiplier = vld1q_s32(job.multiplier + channel);
      const int32x4_t shift = vld1q_s32(job.negativeShift + channel);
      shiftLow = vmovl_s32(vget_low_s32(shift));
      shiftHigh = vmovl_s32(vget_high_s32(shift));
    }
  }

  [[nodiscard]] int32x4_t shifted(int32x4_t sum) const { return vshlq_s32(vaddq_s32(sum, bias), preShift); }

  /// vrshl with a negative count is (x + 2^(s-1)) >> s, exactly the rounding wanted; every narrowing saturates.
  [[nodiscard]] int16x4_t operator()(int32x4_t sum) const {
    const int32x4_t t = shifted(sum);
    const int64x2_t a = vrshlq_s64(vmull_s32(vget_low_s32(t), vget_low_s32(multiplier)), shiftLow);
    const int64x2_t b = vrshlq_s64(vmull_s32(vget_high_s32(t), vget_high_s32(multiplier)), shiftHigh);
    const int32x4_t rounded = vcombine_s32(vqmovn_s64(a), vqmovn_s64(b));
    return vqmovn_s32(vmaxq_s32(vqaddq_s32(rounded, offset), low));
  }
};

inline void storeChannels(std::uint8_t *output, std::uint32_t bytes, std::uint32_t channels) {
  __builtin_memcpy(output, &bytes, channels < lanes ? channels : lanes);
}

template <bool Wide> void convBlock(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  const Requantizer requantizer(job, block.firstChannel);
  const std::uint8_t *const blockWeights = job.weights + block.weightOffset;
  PositionWalk walk(job, begin);
  int32x4_t sums = vdupq_n_s32(0);
  const int32x4_t wideLow = vdupq_n_s32(job.relu ? 0 : INT32_MIN);
  for (std::uint32_t position = begin; position < end; position += tilePositions) {
    const std::uint8_t *const input0 = walk.input;
    std::uint8_t *const output0 = walk.output;
    const bool both = end - position > 1;
    if (both) {
      walk.next(job);
    }
    const std::uint8_t *const input1 = walk.input; // alone: the same again, not stored
    std::uint8_t *const output1 = walk.output;
    walk.next(job);
    int32x4_t a0 = vdupq_n_s32(0);
    int32x4_t a1 = a0;
    int32x4_t a2 = a0;
    int32x4_t a3 = a0;
    int32x4_t b0 = a0;
    int32x4_t b1 = a0;
    int32x4_t b2 = a0;
    int32x4_t b3 = a0;
    const auto *weights = reinterpret_cast<const std::int8_t *>(blockWeights);
    for (std::uint32_t s = 0; s < job.segmentCount; ++s) {
      const Segment &segment = job.segments[s];
      const auto *x0 = reinterpret_cast<const std::int8_t *>(input0 + segment.offset);
      const auto *x1 = reinterpret_cast<const std::int8_t *>(input1 + segment.offset);
      for (std::uint32_t g = segment.groups; g != 0; --g) {
        const int8x16_t value0 = nextGroup(x0);
        const int8x16_t value1 = nextGroup(x1);
        const int8x16_t weight0 = nextGroup(weights);
        a0 = dot(a0, value0, weight0);
        b0 = dot(b0, value1, weight0);
        const int8x16_t weight1 = nextGroup(weights);
        a1 = dot(a1, value0, weight1);
        b1 = dot(b1, value1, weight1);
        const int8x16_t weight2 = nextGroup(weights);
        a2 = dot(a2, value0, weight2);
        b2 = dot(b2, value1, weight2);
        const int8x16_t weight3 = nextGroup(weights);
        a3 = dot(a3, value0, weight3);
        b3 = dot(b3, value1, weight3);
      }
    }
    const int32x4_t sumA = reduce(a0, a1, a2, a3);
    const int32x4_t sumB = reduce(b0, b1, b2, b3);
    if constexpr (Wide) {
      sums = vaddq_s32(sums, vmaxq_s32(requantizer.shifted(sumA), wideLow));
      if (both) {
        sums = vaddq_s32(sums, vmaxq_s32(requantizer.shifted(sumB), wideLow));
      }
    } else {
      const int8x8_t bytes = vqmovn_s16(vcombine_s16(requantizer(sumA), requantizer(sumB)));
      if (block.channels == lanes && both) {
        std::uint32_t word = vget_lane_u32(vreinterpret_u32_s8(bytes), 0);
        __builtin_memcpy(output0 + block.firstChannel, &word, lanes);
        word = vget_lane_u32(vreinterpret_u32_s8(bytes), 1);
        __builtin_memcpy(output1 + block.firstChannel, &word, lanes);
      } else {
        storeChannels(output0 + block.firstChannel, vget_lane_u32(vreinterpret_u32_s8(bytes), 0), block.channels);
        if (both) {
          storeChannels(output1 + block.firstChannel, vget_lane_u32(vreinterpret_u32_s8(bytes), 1), block.channels);
        }
      }
    }
  }
  if constexpr (Wide) {
    std::int32_t values[lanes];
    vst1q_s32(values, sums);
    for (std::uint32_t c = 0; c < block.channels; ++c) {
      static_cast<std::int32_t *>(job.sums)[block.firstChannel + c] = values[c];
    }
  }
}

void conv(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  if (job.wide) {
    convBlock<true>(job, block, begin, end);
  } else {
    convBlock<false>(job, block, begin, end);
  }
}

} // namespace

const KernelSet &neonKernels() noexcept {
  static constexpr KernelSet set{.name = "neon",
                                 .element = Element::offset8,
                                 .groupBytes = groupBytes,
                                 .lanes = lanes,
                                 .vectorsPerBlock = 1,
                                 .tilePositions = tilePositions,
                                 .cacheBytes = 16 * 1024, // half of the Cortex-A9's L1
                                 .conv = conv,
                                 .maxPool = maxPoolRows<std::int8_t>,
                                 .globalSum = sumChannels<std::int8_t, std::int32_t, 128>};
  return set;
}

} // namespace zynqnet::cpu
