// 256-bit vpdpbusd in its VEX encoding: four exact u8 x s8 products per lane and instruction, no saturation.
#include "cpu/kernels/conv_tiles.hpp"
#include "cpu/kernels/kernel_sets.hpp"
#include "cpu/kernels/pools.hpp"
#include "cpu/kernels/ymm_int.hpp"

namespace zynqnet::cpu {
namespace {

struct Isa : YmmInteger {
  static constexpr unsigned elementBytes = 1;
  static constexpr unsigned tile[maxVectors] = {10, 6, 4, 0}; // 12 accumulators, weights and the broadcast: 16 registers

  static Vector dot(Vector acc, Vector value, Vector weight) { return _mm256_dpbusd_avx_epi32(acc, value, weight); }

  struct Epilogue : YmmInteger::Epilogue {
    using YmmInteger::Epilogue::Epilogue;
    void store(Vector acc, __m256 scale, std::uint8_t *output, std::uint32_t left) const {
      const __m128i packed = words(acc, scale);
      const __m128i bytes = _mm_packus_epi16(packed, packed);
      if (left >= lanes) {
        _mm_storel_epi64(reinterpret_cast<__m128i *>(output), bytes);
      } else {
        alignas(16) std::uint8_t values[16];
        _mm_store_si128(reinterpret_cast<__m128i *>(values), bytes);
        __builtin_memcpy(output, values, left);
      }
    }
  };
};

void conv(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  const RoundDown rounding;
  convDispatch<Isa>(job, block, begin, end);
}

} // namespace

const KernelSet &avxVnniKernels() noexcept {
  static constexpr KernelSet set{.name = "avxvnni",
                                 .element = Element::unsigned8,
                                 .groupBytes = 4,
                                 .lanes = Isa::lanes,
                                 .vectorsPerBlock = 3,
                                 .tilePositions = 12,
                                 .conv = conv,
                                 .maxPool = maxPoolRows<std::uint8_t>,
                                 .globalSum = sumChannels<std::uint8_t, std::int32_t, 0>};
  return set;
}

} // namespace zynqnet::cpu
