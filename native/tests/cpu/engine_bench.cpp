// engine_bench [classes [rounds [backend]]]: every backend of this processor over ZynqNet, interleaved: wall time, and
// the processor time of all threads, which a busy machine distorts less.
// For work on the kernels; users have `zynqnetd bench engine`.
#include "core/validate.hpp"
#include "cpu/engines.hpp"
#include "tests/support/random_model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

double processorMs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

} // namespace

int main(int argc, char **argv) {
  using namespace zynqnet;
  using Clock = std::chrono::steady_clock;
  const unsigned classes = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 30;
  const std::string only = argc > 3 ? argv[3] : "";
  const auto int8 = tests::randomZynqNet(1, classes, Arithmetic::int8);
  const auto float32 = tests::randomZynqNet(1, classes, Arithmetic::float32);
  double macs = 0;
  for (const Op &op : int8->ops) {
    macs += static_cast<double>(macCount(*int8, op));
  }
  struct Entry {
    std::unique_ptr<Engine> engine;
    std::vector<double> times;
    std::vector<double> processorTimes;
  };
  std::vector<Entry> entries;
  for (const unsigned threads : {1U, 2U}) {
    for (const std::string &name : cpuFeatures()) {
      if (name != "float" && (only.empty() || name == only)) {
        entries.push_back({createCpuEngine(name.starts_with("float") ? float32 : int8, name, threads), {}, {}});
      }
    }
  }
  const auto frame = tests::randomFrame(5, *int8);
  Logits logits;
  for (int round = 0; round < rounds; ++round) {
    for (Entry &entry : entries) {
      const double processorStart = processorMs();
      const auto start = Clock::now();
      entry.engine->run(frame, logits);
      entry.times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      entry.processorTimes.push_back(processorMs() - processorStart);
    }
  }
  std::printf("%.1f M MACs\n", macs / 1e6);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto &times = entries[i].times;
    auto &processor = entries[i].processorTimes;
    std::sort(times.begin(), times.end());
    std::sort(processor.begin(), processor.end());
    const double median = times[times.size() / 2];
    std::printf("%-14s %u threads  median %8.3f ms  min %8.3f ms  %7.1f GMAC/s  processor median %8.3f ms min %8.3f ms\n",
                std::string(entries[i].engine->name()).c_str(), i < entries.size() / 2 ? 1U : 2U, median, times.front(),
                macs / median / 1e6, processor[processor.size() / 2], processor.front());
  }
}
