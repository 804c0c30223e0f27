// The kernel sets compiled into this build, one translation unit each with its own compiler flags.
#pragma once

#include "cpu/kernel_set.hpp"

namespace zynqnet::cpu {

#if defined(__x86_64__)
[[nodiscard]] const KernelSet &avx2Kernels() noexcept;
[[nodiscard]] const KernelSet &avxVnniKernels() noexcept;
[[nodiscard]] const KernelSet &avx512VnniKernels() noexcept;
[[nodiscard]] const KernelSet &avx2FloatKernels() noexcept;
[[nodiscard]] const KernelSet &avx512FloatKernels() noexcept;
#endif
#if defined(__ARM_NEON) && !defined(__aarch64__)
[[nodiscard]] const KernelSet &neonKernels() noexcept;
[[nodiscard]] const KernelSet &neonFloatKernels() noexcept;
#endif
[[nodiscard]] const KernelSet &plainFloatKernels() noexcept;

} // namespace zynqnet::cpu
