// What the two 256-bit integer kernel sets share: everything but the dot product and the width of an element.
#pragma once

#include "cpu/kernels/requantize_float.hpp"

#include <immintrin.h>

namespace zynqnet::cpu {
namespace {

/// Rounds towards minus infinity while it lives; requantize_float.hpp says why.
class RoundDown {
public:
  RoundDown() : saved_(_mm_getcsr()) { _mm_setcsr((saved_ & ~_MM_ROUND_MASK) | _MM_ROUND_DOWN); }
  RoundDown(const RoundDown &) = delete;
  RoundDown &operator=(const RoundDown &) = delete;
  RoundDown(RoundDown &&) = delete;
  RoundDown &operator=(RoundDown &&) = delete;
  ~RoundDown() { _mm_setcsr(saved_); }

private:
  unsigned saved_;
};

struct YmmInteger {
  using Vector = __m256i;
  static constexpr unsigned lanes = 8;
  static constexpr unsigned vectorBytes = 32;

  static Vector zero() { return _mm256_setzero_si256(); }
  static Vector add(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Vector loadWeights(const std::uint8_t *p) { return _mm256_load_si256(reinterpret_cast<const __m256i *>(p)); }
  static Vector loadBias(const ConvJob &job, std::uint32_t channel) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(static_cast<const std::int32_t *>(job.bias) + channel));
  }
  static Vector broadcast(const std::uint8_t *p) {
    std::int32_t group = 0;
    __builtin_memcpy(&group, p, sizeof group);
    return _mm256_set1_epi32(group);
  }

  struct Epilogue {
    __m128i preShift;
    __m256 offset;
    __m256 low;
    __m256 high;
    Vector wideLow;

    explicit Epilogue(const ConvJob &job) : preShift(_mm_cvtsi32_si128(static_cast<int>(job.preShift))) {
      const RequantizeConstants constants(job);
      offset = _mm256_set1_ps(constants.offset);
      low = _mm256_set1_ps(constants.low);
      high = _mm256_set1_ps(constants.high);
      wideLow = _mm256_set1_epi32(job.relu ? 0 : INT32_MIN);
    }
    [[nodiscard]] static __m256 channels(const ConvJob &job, std::uint32_t channel) { return _mm256_loadu_ps(job.scale + channel); }
    /// Eight activations as 16-bit words.
    [[nodiscard]] __m128i words(Vector acc, __m256 scale) const {
      const __m256 t = _mm256_cvtepi32_ps(_mm256_sra_epi32(acc, preShift));
      __m256 sum = _mm256_fmadd_ps(t, scale, offset); // under RoundDown
      sum = _mm256_min_ps(_mm256_max_ps(sum, low), high);
      const __m256i value = _mm256_and_si256(_mm256_srli_epi32(_mm256_castps_si256(sum), 1), _mm256_set1_epi32(0xFF));
      return _mm_packus_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    }
    [[nodiscard]] Vector wide(Vector acc) const { return _mm256_max_epi32(_mm256_sra_epi32(acc, preShift), wideLow); }
    static void storeSums(const ConvJob &job, Vector sums, std::uint32_t channel, std::uint32_t left) {
      alignas(32) std::int32_t values[lanes];
      _mm256_store_si256(reinterpret_cast<__m256i *>(values), sums);
      __builtin_memcpy(static_cast<std::int32_t *>(job.sums) + channel, values, (left < lanes ? left : lanes) * sizeof *values);
    }
  };
};

} // namespace
} // namespace zynqnet::cpu
