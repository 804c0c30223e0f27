// Numbers on the command line of a test, beside doctest's own options: `engine_test 30 1000`.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zynqnet::tests {

/// The argument at `index`, counted from 0, or `fallback` where there is none.
[[nodiscard]] std::uint32_t numberArgument(std::size_t index, std::uint32_t fallback);

} // namespace zynqnet::tests
