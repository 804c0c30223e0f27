// Values worked out by hand from docs/arithmetic.md.
#include "core/arithmetic.hpp"

#include <doctest/doctest.h>

using namespace zynqnet;

TEST_CASE("values worked out by hand") {
  CHECK_MESSAGE(requantize(100, 0, 1, 1, 0, true) == 50, "half of 100");
  CHECK_MESSAGE(requantize(101, 0, 1, 1, 0, true) == 51, "50.5 rounds up");
  CHECK_MESSAGE(requantize(-101, 0, 1, 1, 100, false) == 50, "-50.5 rounds up to -50");
  CHECK_MESSAGE(requantize(-7, 1, 1, 1, 10, false) == 8, "-7 >> 1 is -4, half of it -2");
  CHECK_MESSAGE(requantize(-1000, 0, 1, 1, 7, true) == 7, "ReLU clamps at the zero point");
  CHECK_MESSAGE(requantize(-1000, 0, 1, 1, 7, false) == 0, "without ReLU the clamp is 0");
  CHECK_MESSAGE(requantize(1 << 20, 0, 65535, 16, 0, true) == 255, "the top is 255");
  CHECK_MESSAGE(requantize((1 << 24) - 1, 0, 65535, 40, 0, true) == 1, "the widest product");
  CHECK_MESSAGE((wideTerm(-8, 2, false) == -2 && wideTerm(-8, 2, true) == 0 && wideTerm(9, 2, true) == 2), "wide terms");
  CHECK_MESSAGE(convOutput(227, 7, 2, 0, 0) == 111, "SqueezeNet's conv1");
  CHECK_MESSAGE(convOutput(13, 1, 1, 1, 1) == 15, "SqueezeNet's conv_final: 1x1 with padding");
  CHECK_MESSAGE(convOutput(2, 7, 1, 0, 0) == 0, "a kernel that does not fit");
  CHECK_MESSAGE((poolOutput(111, 3, 2, 0, 0, true) == 55 && poolOutput(55, 3, 2, 0, 0, true) == 27), "Caffe's ceil mode, odd");
  CHECK_MESSAGE((poolOutput(56, 3, 2, 0, 0, true) == 28 && poolOutput(56, 3, 2, 0, 0, false) == 27), "ceil and floor differ when even");
  CHECK_MESSAGE(poolOutput(4, 3, 2, 0, 2, true) == 2, "the third window would begin beyond the input");
  CHECK_MESSAGE(logitOf(3, 0.5F, 1.0F) == 2.5F, "a logit");
}
