// AVX2 without VNNI: activations and weights widened to 16 bits, vpmaddwd. Two exact products per lane and instruction;
// vpmaddubsw would saturate.
#include "cpu/kernels/conv_tiles.hpp"
#include "cpu/kernels/kernel_sets.hpp"
#include "cpu/kernels/pools.hpp"
#include "cpu/kernels/ymm_int.hpp"

namespace zynqnet::cpu {
namespace {

struct Isa : YmmInteger {
  static constexpr unsigned elementBytes = 2;
  static constexpr unsigned tile[maxVectors] = {8, 5, 3, 0};

  static Vector dot(Vector acc, Vector value, Vector weight) { return _mm256_add_epi32(acc, _mm256_madd_epi16(value, weight)); }

  struct Epilogue : YmmInteger::Epilogue {
    using YmmInteger::Epilogue::Epilogue;
    void store(Vector acc, __m256 scale, std::uint8_t *output, std::uint32_t left) const {
      const __m128i packed = words(acc, scale);
      if (left >= lanes) {
        _mm_storeu_si128(reinterpret_cast<__m128i *>(output), packed);
      } else {
        alignas(16) std::uint16_t values[lanes];
        _mm_store_si128(reinterpret_cast<__m128i *>(values), packed);
        __builtin_memcpy(output, values, left * sizeof *values);
      }
    }
  };
};

void conv(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  const RoundDown rounding;
  convDispatch<Isa>(job, block, begin, end);
}

} // namespace

const KernelSet &avx2Kernels() noexcept {
  static constexpr KernelSet set{.name = "avx2",
                                 .element = Element::unsigned16,
                                 .groupBytes = 4,
                                 .lanes = Isa::lanes,
                                 .vectorsPerBlock = 3,
                                 .tilePositions = 24,
                                 .conv = conv,
                                 .maxPool = maxPoolRows<std::uint16_t>,
                                 .globalSum = sumChannels<std::uint16_t, std::int32_t, 0>};
  return set;
}

} // namespace zynqnet::cpu
