// 512-bit vpdpbusd: four exact u8 x s8 products per lane and instruction, no saturation.
#include "cpu/kernels/conv_tiles.hpp"
#include "cpu/kernels/kernel_sets.hpp"
#include "cpu/kernels/pools.hpp"
#include "cpu/kernels/requantize_float.hpp"

#include <immintrin.h>

namespace zynqnet::cpu {
namespace {

struct Isa {
  using Vector = __m512i;
  static constexpr unsigned lanes = 16;
  static constexpr unsigned vectorBytes = 64;
  static constexpr unsigned elementBytes = 1;
  static constexpr unsigned tile[maxVectors] = {12, 12, 8, 6}; // 24 accumulators, at least 10 for the latency

  static Vector zero() { return _mm512_setzero_si512(); }
  static Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  static Vector loadWeights(const std::uint8_t *p) { return _mm512_load_si512(p); }
  static Vector loadBias(const ConvJob &job, std::uint32_t channel) {
    return _mm512_loadu_si512(static_cast<const std::int32_t *>(job.bias) + channel);
  }
  static Vector broadcast(const std::uint8_t *p) {
    std::int32_t group = 0;
    __builtin_memcpy(&group, p, sizeof group);
    return _mm512_set1_epi32(group);
  }
  static Vector dot(Vector acc, Vector value, Vector weight) { return _mm512_dpbusd_epi32(acc, value, weight); }

  struct Epilogue {
    __m128i preShift;
    __m512 offset;
    __m512 low;
    __m512 high;
    Vector wideLow;

    explicit Epilogue(const ConvJob &job) : preShift(_mm_cvtsi32_si128(static_cast<int>(job.preShift))) {
      const RequantizeConstants constants(job);
      offset = _mm512_set1_ps(constants.offset);
      low = _mm512_set1_ps(constants.low);
      high = _mm512_set1_ps(constants.high);
      wideLow = _mm512_set1_epi32(job.relu ? 0 : INT32_MIN);
    }
    [[nodiscard]] static __m512 channels(const ConvJob &job, std::uint32_t channel) { return _mm512_loadu_ps(job.scale + channel); }
    void store(Vector acc, __m512 scale, std::uint8_t *output, std::uint32_t left) const {
      const __m512 t = _mm512_cvtepi32_ps(_mm512_sra_epi32(acc, preShift));
      __m512 sum = _mm512_fmadd_round_ps(t, scale, offset, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
      sum = _mm512_min_ps(_mm512_max_ps(sum, low), high);
      const __m512i value = _mm512_srli_epi32(_mm512_castps_si512(sum), 1);
      if (left >= lanes) {
        _mm_storeu_si128(reinterpret_cast<__m128i *>(output), _mm512_cvtepi32_epi8(value));
      } else {
        _mm512_mask_cvtepi32_storeu_epi8(output, static_cast<__mmask16>((1U << left) - 1U), value);
      }
    }
    [[nodiscard]] Vector wide(Vector acc) const { return _mm512_max_epi32(_mm512_sra_epi32(acc, preShift), wideLow); }
    static void storeSums(const ConvJob &job, Vector sums, std::uint32_t channel, std::uint32_t left) {
      const auto mask = static_cast<__mmask16>(left >= lanes ? 0xFFFFU : (1U << left) - 1U);
      _mm512_mask_storeu_epi32(static_cast<std::int32_t *>(job.sums) + channel, mask, sums);
    }
  };
};

} // namespace

const KernelSet &avx512VnniKernels() noexcept {
  static constexpr KernelSet set{.name = "avx512vnni",
                                 .element = Element::unsigned8,
                                 .groupBytes = 4,
                                 .lanes = Isa::lanes,
                                 .vectorsPerBlock = 4,
                                 .tilePositions = 24,
                                 .conv = convDispatch<Isa>,
                                 .maxPool = maxPoolRows<std::uint8_t>,
                                 .globalSum = sumChannels<std::uint8_t, std::int32_t, 0>};
  return set;
}

} // namespace zynqnet::cpu
