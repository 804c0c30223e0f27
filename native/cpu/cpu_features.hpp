// Which SIMD kernels this processor and its operating system can run.
#pragma once

namespace zynqnet::cpu {

struct CpuFeatures {
  bool avx2 = false;       ///< AVX2 and FMA
  bool avxVnni = false;    ///< VEX-encoded vpdpbusd on 256 bits
  bool avx512 = false;     ///< AVX-512 F, BW, VL
  bool avx512Vnni = false; ///< vpdpbusd on 512 bits, together with `avx512`
  bool neon = false;       ///< armv7 NEON
};

/// Read once from the processor (x86: CPUID and XCR0, armv7: the auxiliary vector).
[[nodiscard]] const CpuFeatures &detectedFeatures() noexcept;

} // namespace zynqnet::cpu
