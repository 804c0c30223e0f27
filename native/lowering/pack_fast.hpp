// The inner columns of a frame's input layout by 16-byte registers: SSE2, NEON, or nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace zynqnet::accelerator::fast {

#if defined(__SSE2__)
using Bytes = __m128i;
inline Bytes load(const std::uint8_t *from) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)); }
inline void store(std::uint8_t *to, Bytes value) { _mm_storeu_si128(reinterpret_cast<__m128i *>(to), value); }
inline Bytes both(Bytes a, Bytes b) { return _mm_or_si128(a, b); }
inline Bytes zero() { return _mm_setzero_si128(); }
/// Moves bytes to higher (lower) addresses; zeros come in.
template <int N> Bytes up(Bytes value) { return _mm_slli_si128(value, N); }
template <int N> Bytes down(Bytes value) { return _mm_srli_si128(value, N); }
#elif defined(__ARM_NEON)
using Bytes = uint8x16_t;
inline Bytes load(const std::uint8_t *from) { return vld1q_u8(from); }
inline void store(std::uint8_t *to, Bytes value) { vst1q_u8(to, value); }
inline Bytes both(Bytes a, Bytes b) { return vorrq_u8(a, b); }
inline Bytes zero() { return vdupq_n_u8(0); }
template <int N> Bytes up(Bytes value) {
  if constexpr (N <= 0) {
    return value;
  } else if constexpr (N >= 16) {
    return zero();
  } else {
    return vextq_u8(zero(), value, 16 - N);
  }
}
template <int N> Bytes down(Bytes value) {
  if constexpr (N <= 0) {
    return value;
  } else if constexpr (N >= 16) {
    return zero();
  } else {
    return vextq_u8(value, zero(), N);
  }
}
#endif

#if defined(__SSE2__) || defined(__ARM_NEON)
#define ZYNQNET_FAST_PACK
/// 32 bytes in two registers.
struct Pair {
  Bytes low, high;
};

/// The first `count` bytes from `from`, which may be read on to the next multiple of 16, then zeros.
template <int count> Pair take(const std::uint8_t *from) {
  static_assert(count >= 1 && count <= 32);
  constexpr int first = count < 16 ? count : 16;
  Pair pair{down<16 - first>(up<16 - first>(load(from))), zero()};
  if constexpr (count > 16) {
    pair.high = down<32 - count>(up<32 - count>(load(from + 16)));
  }
  return pair;
}

/// Adds the bytes of `next` behind the first `at` bytes of `pair`.
template <int at> Pair join(Pair pair, Pair next) {
  if constexpr (at == 0) {
    return next;
  } else if constexpr (at >= 16) {
    return {pair.low, both(pair.high, up<at - 16>(next.low))};
  } else {
    return {both(pair.low, up<at>(next.low)), both(pair.high, both(down<16 - at>(next.low), up<at>(next.high)))};
  }
}

/// `runs` runs of `run` bytes each, one below the other in the frame: the two blocks of one output position.
template <int run, int runs, int k = 0> Pair gather(const std::uint8_t *from, std::size_t rowBytes, Pair so_far = {zero(), zero()}) {
  if constexpr (k == runs) {
    return so_far;
  } else {
    return gather<run, runs, k + 1>(from + rowBytes, rowBytes, join<k * run>(so_far, take<run>(from)));
  }
}

/// `count` positions, `step` bytes apart in the frame; block 0 goes to `first`, block 1 to `second`.
template <int run, int runs>
void positions(const std::uint8_t *from, std::size_t rowBytes, std::size_t step, std::size_t count, std::uint8_t *first,
               std::uint8_t *second) {
  for (std::size_t i = 0; i < count; ++i, from += step, first += 16, second += 16) {
    const Pair pair = gather<run, runs>(from, rowBytes);
    store(first, pair.low);
    store(second, pair.high);
  }
}

/// One block a position: runs of at most 16 bytes.
template <int run, int runs>
void positionsOfOne(const std::uint8_t *from, std::size_t rowBytes, std::size_t step, std::size_t count, std::uint8_t *first) {
  for (std::size_t i = 0; i < count; ++i, from += step, first += 16) {
    store(first, gather<run, runs>(from, rowBytes).low);
  }
}
#endif

} // namespace zynqnet::accelerator::fast
