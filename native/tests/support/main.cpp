// The main of every test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "tests/support/arguments.hpp"

#include <cstdlib>
#include <vector>

namespace zynqnet::tests {
namespace {

std::vector<std::uint32_t> numbers;

} // namespace

std::uint32_t numberArgument(std::size_t index, std::uint32_t fallback) { return index < numbers.size() ? numbers[index] : fallback; }

} // namespace zynqnet::tests

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] >= '0' && argv[i][0] <= '9') {
      zynqnet::tests::numbers.push_back(static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10)));
    }
  }
  doctest::Context context;
  context.setOption("abort-after", 20); // failures; --abort-after=N on the command line counts instead
  context.applyCommandLine(argc, argv);
  return context.run();
}
