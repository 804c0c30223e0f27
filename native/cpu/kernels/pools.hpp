// Max-pool and global average pool as plain loops over channels, which the compiler vectorises for each instruction
// set. Anonymous namespace for the same reason as in conv_tiles.hpp.
#pragma once

#include "cpu/kernel_set.hpp"

#include <cstddef>
#include <cstdint>

namespace zynqnet::cpu {
namespace {

constexpr int poolKernel = 3;
constexpr int poolStride = 2;

template <class T> void maxInto(T *__restrict result, const T *__restrict source, std::uint32_t channels) {
  for (std::uint32_t c = 0; c < channels; ++c) {
    result[c] = source[c] > result[c] ? source[c] : result[c];
  }
}

/// Positions outside the input never win: windows are clipped, and every window has at least one position inside.
template <class T> void maxPoolRows(const PoolJob &job, std::uint32_t begin, std::uint32_t end) {
  const int height = static_cast<int>(job.inputHeight);
  const int width = static_cast<int>(job.inputWidth);
  for (std::uint32_t y = begin; y < end; ++y) {
    const int top = static_cast<int>(y) * poolStride - static_cast<int>(job.padTop);
    for (std::uint32_t x = 0; x < job.outputWidth; ++x) {
      const int left = static_cast<int>(x) * poolStride - static_cast<int>(job.padLeft);
      T *result = reinterpret_cast<T *>(job.output + static_cast<std::ptrdiff_t>(y) * job.outputRowStep +
                                        static_cast<std::ptrdiff_t>(x) * job.outputStep);
      bool first = true;
      for (int iy = top < 0 ? 0 : top; iy < top + poolKernel && iy < height; ++iy) {
        for (int ix = left < 0 ? 0 : left; ix < left + poolKernel && ix < width; ++ix) {
          const T *source = reinterpret_cast<const T *>(job.input + iy * job.inputRowStep + ix * job.inputStep);
          if (first) {
            __builtin_memcpy(result, source, job.channels * sizeof(T));
            first = false;
          } else {
            maxInto(result, source, job.channels);
          }
        }
      }
    }
  }
}

/// `Offset` is what the stored element lacks to be the activation byte.
template <class T, class Sum, int Offset> void sumChannels(const PoolJob &job, std::uint32_t begin, std::uint32_t end) {
  Sum *sums = static_cast<Sum *>(job.sums);
  for (std::uint32_t c = begin; c < end; ++c) {
    sums[c] = 0;
  }
  for (std::uint32_t y = 0; y < job.inputHeight; ++y) {
    for (std::uint32_t x = 0; x < job.inputWidth; ++x) {
      const T *source = reinterpret_cast<const T *>(job.input + static_cast<std::ptrdiff_t>(y) * job.inputRowStep +
                                                    static_cast<std::ptrdiff_t>(x) * job.inputStep);
      for (std::uint32_t c = begin; c < end; ++c) {
        sums[c] += static_cast<Sum>(source[c]) + static_cast<Sum>(Offset);
      }
    }
  }
}

/// Float models: the mean itself.
inline void meanChannels(const PoolJob &job, std::uint32_t begin, std::uint32_t end) {
  sumChannels<float, float, 0>(job, begin, end);
  const float positions = static_cast<float>(job.inputHeight) * static_cast<float>(job.inputWidth);
  for (std::uint32_t c = begin; c < end; ++c) {
    static_cast<float *>(job.sums)[c] /= positions;
  }
}

} // namespace
} // namespace zynqnet::cpu
