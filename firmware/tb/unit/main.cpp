// Unit benches of the RTL's modules. Usage: rtl_units [bench...]
#include "bench.hpp"

#include <cstring>
#include <utility>

int main(int argc, char **argv) {
  using namespace zynqnet;
  constexpr std::pair<const char *, void (*)()> benches[] = {
      {"fifo", bench::fifo},           {"multipliers", bench::multipliers}, {"requantizer", bench::requantizer},
      {"pool", bench::pool},           {"registers", bench::registers},     {"readPort", bench::readPort},
      {"writePort", bench::writePort}, {"weights", bench::weights},         {"activationMemory", bench::activationMemory},
      {"assertions", bench::assertions}};
  int total = 0;
  for (const auto &[name, run] : benches) {
    bool wanted = argc == 1;
    for (int i = 1; i < argc; ++i) {
      wanted = wanted || std::strcmp(argv[i], name) == 0;
    }
    if (!wanted) {
      continue;
    }
    bench::failures = 0;
    try {
      run();
    } catch (const Error &error) {
      bench::check(false, error.code() + " " + error.what());
    }
    std::printf("%s: %s\n", name, bench::failures == 0 ? "passed" : (std::to_string(bench::failures) + " checks failed").c_str());
    total += bench::failures;
  }
  return total == 0 ? 0 : 1;
}
