#include "cpu/cpu_features.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <cstdint>
#elif defined(__arm__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace zynqnet::cpu {
namespace {

#if defined(__x86_64__)
// Bits as in Intel's Software Developer's Manual, volume 2A, CPUID. A processor's bit is not enough: the operating
// system must save the registers too, which XCR0 tells.
CpuFeatures detect() noexcept {
  CpuFeatures features;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) {
    return features;
  }
  const bool osxsave = (c >> 27U & 1U) != 0;
  const bool fma = (c >> 12U & 1U) != 0;
  if (!osxsave) {
    return features;
  }
  std::uint32_t xcr0 = 0;
  std::uint32_t xcr0High = 0;
  __asm__("xgetbv" : "=a"(xcr0), "=d"(xcr0High) : "c"(0));
  const bool ymm = (xcr0 & 0x6U) == 0x6U;
  const bool zmm = (xcr0 & 0xE6U) == 0xE6U;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) {
    return features;
  }
  const unsigned subleaves = a;
  features.avx2 = ymm && fma && (b >> 5U & 1U) != 0;
  const bool f = (b >> 16U & 1U) != 0;
  const bool bw = (b >> 30U & 1U) != 0;
  const bool vl = (b >> 31U & 1U) != 0;
  features.avx512 = zmm && features.avx2 && f && bw && vl;
  features.avx512Vnni = features.avx512 && (c >> 11U & 1U) != 0;
  if (subleaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) {
    features.avxVnni = features.avx2 && (a >> 4U & 1U) != 0;
  }
  return features;
}
#elif defined(__arm__) && defined(__linux__)
CpuFeatures detect() noexcept {
  CpuFeatures features;
  features.neon = (getauxval(AT_HWCAP) & HWCAP_NEON) != 0;
  return features;
}
#else
CpuFeatures detect() noexcept { return {}; }
#endif

} // namespace

const CpuFeatures &detectedFeatures() noexcept {
  static const CpuFeatures features = detect();
  return features;
}

} // namespace zynqnet::cpu
