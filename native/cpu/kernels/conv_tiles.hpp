// Direct convolution in register tiles: P output positions times V vectors of output channels are accumulated in
// registers while the taps of each position, contiguous in memory, are broadcast one group at a time. The shape of
// the computation is that of Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication (2008), section 4,
// without the copy of the input: NHWC rows are already what an im2row copy would hold.
//
// Included by one translation unit per instruction set. Everything is in an anonymous namespace, so that code compiled
// for one processor is never linked into another's path.
#pragma once

#include "cpu/kernel_set.hpp"

#include <cstddef>
#include <cstdint>

namespace zynqnet::cpu {
namespace {

/// Walks over output positions in rows, keeping the input and output addresses of the current one.
struct PositionWalk {
  const std::uint8_t *input;
  std::uint8_t *output;
  std::uint32_t x;
  std::ptrdiff_t inputWrap;
  std::ptrdiff_t outputWrap;

  PositionWalk(const ConvJob &job, std::uint32_t position)
      : input(job.input), output(job.output), x(position % job.outputWidth),
        inputWrap(job.inputRowStep - job.inputStep * static_cast<std::ptrdiff_t>(job.outputWidth)),
        outputWrap(job.outputRowStep - job.outputStep * static_cast<std::ptrdiff_t>(job.outputWidth)) {
    const std::ptrdiff_t y = position / job.outputWidth;
    const std::ptrdiff_t column = x;
    input += y * job.inputRowStep + column * job.inputStep;
    output += job.wide ? 0 : y * job.outputRowStep + column * job.outputStep;
  }

  void next(const ConvJob &job) {
    input += job.inputStep;
    output += job.outputStep;
    if (++x == job.outputWidth) {
      x = 0;
      input += inputWrap;
      output += outputWrap;
    }
  }
};

/// `Isa` gives Vector, lanes, vectorBytes, loadWeights, broadcast, dot, Epilogue (see the kernel files).
template <class Isa, unsigned V, unsigned P, bool Wide>
void convTiles(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  using Vector = typename Isa::Vector;
  typename Isa::Epilogue epilogue(job);
  PositionWalk walk(job, begin);
  Vector sums[V];
  for (unsigned v = 0; v < V; ++v) {
    sums[v] = Isa::zero();
  }
  for (std::uint32_t position = begin; position < end; position += P) {
    const unsigned count = end - position < P ? end - position : P;
    const std::uint8_t *input[P];
    std::uint8_t *output[P];
    for (unsigned p = 0; p < P; ++p) { // positions beyond the end repeat the last one and are not stored
      input[p] = walk.input;
      output[p] = walk.output;
      if (p + 1 < count) {
        walk.next(job);
      }
    }
    if (position + P < end) {
      walk.next(job);
    }
    __asm__("" : "+m"(epilogue)); // its constants stay in memory: every register is needed for accumulators
    Vector acc[P][V];
#pragma GCC unroll 4
    for (unsigned v = 0; v < V; ++v) {
      const Vector bias = Isa::loadBias(job, block.firstChannel + v * Isa::lanes);
#pragma GCC unroll 16
      for (unsigned p = 0; p < P; ++p) {
        acc[p][v] = bias;
      }
    }
    const std::uint8_t *weights = job.weights + block.weightOffset;
    for (std::uint32_t s = 0; s < job.segmentCount; ++s) {
      std::ptrdiff_t offset = job.segments[s].offset;
      const std::ptrdiff_t stop = offset + 4 * static_cast<std::ptrdiff_t>(job.segments[s].groups);
      for (; offset != stop; offset += 4) {
        Vector weight[V];
#pragma GCC unroll 4
        for (unsigned v = 0; v < V; ++v) {
          weight[v] = Isa::loadWeights(weights + v * Isa::vectorBytes);
        }
        weights += V * Isa::vectorBytes;
#pragma GCC unroll 16
        for (unsigned p = 0; p < P; ++p) {
          const Vector value = Isa::broadcast(input[p] + offset);
#pragma GCC unroll 4
          for (unsigned v = 0; v < V; ++v) {
            acc[p][v] = Isa::dot(acc[p][v], value, weight[v]);
          }
        }
      }
    }
    if constexpr (Wide) {
      __asm__("" : "+m"(sums));
#pragma GCC unroll 16
      for (unsigned p = 0; p < P; ++p) {
        if (p < count) {
#pragma GCC unroll 4
          for (unsigned v = 0; v < V; ++v) {
            sums[v] = Isa::add(sums[v], epilogue.wide(acc[p][v]));
          }
        }
      }
      continue;
    }
#pragma GCC unroll 4
    for (unsigned v = 0; v < V; ++v) {
      const std::uint32_t channel = block.firstChannel + v * Isa::lanes;
      const std::uint32_t left = block.channels - v * Isa::lanes;
      const auto channels = epilogue.channels(job, channel);
#pragma GCC unroll 16
      for (unsigned p = 0; p < P; ++p) {
        if (p < count) {
          epilogue.store(acc[p][v], channels, output[p] + channel * Isa::elementBytes, left);
        }
      }
    }
  }
  if constexpr (Wide) {
    for (unsigned v = 0; v < V; ++v) {
      epilogue.storeSums(job, sums[v], block.firstChannel + v * Isa::lanes, block.channels - v * Isa::lanes);
    }
  }
}

template <class Isa, unsigned V> void convVectors(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  // A tile of 0 positions is never asked for: KernelSet::vectorsPerBlock is below it.
  if constexpr (Isa::tile[V - 1] != 0) {
    if (job.wide) {
      convTiles<Isa, V, Isa::tile[V - 1], true>(job, block, begin, end);
    } else {
      convTiles<Isa, V, Isa::tile[V - 1], false>(job, block, begin, end);
    }
  }
}

/// Picks the tile for the block's number of vectors.
template <class Isa> void convDispatch(const ConvJob &job, const ChannelBlock &block, std::uint32_t begin, std::uint32_t end) {
  switch (block.vectors) {
  case 1:
    return convVectors<Isa, 1>(job, block, begin, end);
  case 2:
    return convVectors<Isa, 2>(job, block, begin, end);
  case 3:
    return convVectors<Isa, 3>(job, block, begin, end);
  default:
    return convVectors<Isa, 4>(job, block, begin, end);
  }
}

} // namespace
} // namespace zynqnet::cpu
