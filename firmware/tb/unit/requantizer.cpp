// Every cycle another accumulator with its own parameters, against native/core's definition.
#include "Vrequant.h"
#include "bench.hpp"
#include "core/arithmetic.hpp"

#include <vector>

namespace zynqnet::bench {

TEST_CASE("requantizer") {
  struct Step {
    std::int32_t acc = 0, bias = 0;
    std::uint32_t multiplier = 1, shift = 1, preShift = 0, zeroPoint = 0;
    bool relu = false;
    [[nodiscard]] std::int32_t t() const {
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(bias));
    }
  };
  Random random(3);
  std::vector<Step> steps(200000);
  for (Step &step : steps) {
    step.preShift = random.below(8);
    // t = (acc + bias) >> preShift fits 25 bits: what a checked model promises
    const std::int64_t limit = (std::int64_t{1} << (24 + step.preShift)) - 1;
    const std::uint32_t kind = random.below(5);
    const std::int64_t sum = kind == 0   ? limit
                             : kind == 1 ? -limit - 1
                             : kind == 2 ? static_cast<std::int64_t>(random.below(65)) - 32
                                         : static_cast<std::int64_t>(random.next() % (2 * limit)) - limit;
    step.bias = static_cast<std::int32_t>(random.next());
    step.acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) - static_cast<std::uint32_t>(step.bias));
    step.multiplier = random.below(6) == 0 ? 65535 : random.below(65536);
    step.shift = 1 + random.below(40);
    step.zeroPoint = random.below(4) == 0 ? 0 : random.below(256);
    step.relu = random.chance(50);
  }
  Vrequant top;
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const auto at = [&](std::size_t back) { return t >= back ? steps[t - back] : Step{}; };
    top.acc_i = static_cast<std::uint32_t>(at(0).acc);
    top.bias_i = static_cast<std::uint32_t>(at(0).bias);
    top.multiplier_i = static_cast<std::uint16_t>(at(0).multiplier);
    top.shift_i = static_cast<std::uint8_t>(at(0).shift);
    top.pre_shift_i = static_cast<std::uint8_t>(at(1).preShift);
    top.relu_i = at(2).relu;
    top.zero_point_i = static_cast<std::uint8_t>(at(8).zeroPoint);
    top.floor_i = at(9).relu ? static_cast<std::uint8_t>(at(9).zeroPoint) : 0;
    tick(top);
    if (t >= 2) {
      const Step step = at(2);
      CHECK_MESSAGE(static_cast<std::int32_t>(top.wide_o) == wideTerm(step.t(), step.preShift, step.relu),
                    ("wide term, step " + std::to_string(t)));
    }
    if (t >= 9) {
      const Step step = at(9);
      CHECK_MESSAGE(
          top.y_o == requantize(step.t(), step.preShift, step.multiplier, step.shift, static_cast<std::uint8_t>(step.zeroPoint), step.relu),
          ("activation, step " + std::to_string(t)));
    }
  }
}

} // namespace zynqnet::bench
