// Float convolution over any vector type: `Simd` gives V, lanes, load, store, set1, fma, add, max.
#pragma once

#include "cpu/kernels/conv_tiles.hpp"
#include "cpu/kernels/pools.hpp"

#include <string_view>

namespace zynqnet::cpu {
namespace {

template <class Simd> struct FloatIsa {
  using Vector = typename Simd::V;
  static constexpr unsigned lanes = Simd::lanes;
  static constexpr unsigned vectorBytes = Simd::lanes * sizeof(float);
  static constexpr unsigned elementBytes = sizeof(float);
  static constexpr const unsigned *tile = Simd::tile;

  static Vector zero() { return Simd::set1(0.0F); }
  static Vector add(Vector a, Vector b) { return Simd::add(a, b); }
  static Vector loadWeights(const std::uint8_t *p) { return Simd::load(reinterpret_cast<const float *>(p)); }
  static Vector loadBias(const ConvJob &job, std::uint32_t channel) { return Simd::load(static_cast<const float *>(job.bias) + channel); }
  static Vector broadcast(const std::uint8_t *p) {
    float value = 0;
    __builtin_memcpy(&value, p, sizeof value);
    return Simd::set1(value);
  }
  static Vector dot(Vector acc, Vector value, Vector weight) { return Simd::fma(value, weight, acc); }

  struct Epilogue {
    Vector low;
    explicit Epilogue(const ConvJob &job) : low(Simd::set1(job.relu ? 0.0F : -__builtin_huge_valf())) {}
    [[nodiscard]] static int channels(const ConvJob & /*job*/, std::uint32_t /*channel*/) { return 0; }
    void store(Vector acc, int /*channels*/, std::uint8_t *output, std::uint32_t left) const { put(Simd::max(acc, low), output, left); }
    [[nodiscard]] Vector wide(Vector acc) const { return Simd::max(acc, low); }
    static void storeSums(const ConvJob &job, Vector sums, std::uint32_t channel, std::uint32_t left) {
      float values[lanes];
      Simd::store(values, sums);
      for (unsigned i = 0; i < lanes && i < left; ++i) {
        static_cast<float *>(job.sums)[channel + i] = values[i] / static_cast<float>(job.positions);
      }
    }

  private:
    static void put(Vector value, std::uint8_t *output, std::uint32_t left) {
      if (left >= lanes) {
        Simd::store(reinterpret_cast<float *>(output), value);
        return;
      }
      float values[lanes];
      Simd::store(values, value);
      __builtin_memcpy(output, values, left * sizeof(float));
    }
  };
};

template <class Simd> constexpr KernelSet floatKernelSet(std::string_view name, std::uint32_t vectorsPerBlock) {
  return {.name = name,
          .element = Element::float32,
          .groupBytes = 4,
          .lanes = Simd::lanes,
          .vectorsPerBlock = vectorsPerBlock,
          .tilePositions = 12,
          .conv = convDispatch<FloatIsa<Simd>>,
          .maxPool = maxPoolRows<float>,
          .globalSum = meanChannels};
}

} // namespace
} // namespace zynqnet::cpu
