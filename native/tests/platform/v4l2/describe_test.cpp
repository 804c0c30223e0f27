// What a device says about itself, asked without disturbing it.
#include "platform/v4l2/describe.hpp"

#include "core/error.hpp"
#include "tests/platform/v4l2/fake_kernel.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>

using namespace zynqnet::v4l2;
using zynqnet::tests::FakeKernel;

namespace {

std::string failureOf(FakeKernel &kernel) {
  try {
    (void)describe(kernel, "/dev/fake");
  } catch (const zynqnet::Error &error) {
    return std::string(error.code()) + ": " + error.what();
  }
  return "none";
}

TEST_CASE("names and formats") {
  FakeKernel kernel;
  kernel.formats = {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_H264};
  const Description found = describe(kernel, "/dev/fake");
  CHECK(found.driver == "fake");
  CHECK(found.card == std::string(32, 'c')); // the field without its terminator
  CHECK(found.captures);
  CHECK((found.formats == std::vector<std::string>{"MJPG", "YUYV", "H264"}));
  CHECK(kernel.openDescriptors() == 0);
}

TEST_CASE("a device in use can be asked") {
  FakeKernel kernel;
  kernel.refuse = {{VIDIOC_S_FMT, -EBUSY}, {VIDIOC_REQBUFS, -EBUSY}, {VIDIOC_STREAMON, -EBUSY}};
  CHECK(describe(kernel, "/dev/fake").formats.size() == 1);
}

TEST_CASE("what does not capture has no formats") {
  FakeKernel kernel;
  kernel.capabilities = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING; // the second device of a USB camera
  const Description found = describe(kernel, "/dev/fake");
  CHECK(!found.captures);
  CHECK(found.formats.empty());
}

TEST_CASE("failures are reported") {
  FakeKernel absent;
  absent.openError = -ENOENT;
  CHECK(failureOf(absent) == "CAMERA_OPEN: cannot open /dev/fake: No such file or directory");
  FakeKernel other;
  other.refuse = {{VIDIOC_QUERYCAP, -ENOTTY}};
  CHECK(failureOf(other).starts_with("CAMERA_OPEN: /dev/fake is no video device"));
  CHECK(other.openDescriptors() == 0);
}

} // namespace
