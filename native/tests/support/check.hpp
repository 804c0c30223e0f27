// Assertions for the test programs: every failure is printed, the exit code tells.
#pragma once

#include "core/error.hpp"

#include <cstdio>
#include <string>

namespace zynqnet::tests {

inline int failures = 0;

inline void check(bool condition, const std::string &what) {
  if (!condition) {
    std::fprintf(stderr, "FAILED: %s\n", what.c_str());
    ++failures;
  }
}

/// Runs `body` and expects an Error with this code.
template <typename Body> void checkRefused(const char *code, const std::string &what, Body &&body) {
  try {
    body();
    check(false, what + ": accepted, expected " + code);
  } catch (const Error &error) {
    check(error.code() == code, what + ": refused with " + error.code() + " (" + error.what() + "), expected " + code);
    check(std::string(error.what()).size() > 10, what + ": says nothing");
  }
}

inline int result() {
  std::printf(failures == 0 ? "passed\n" : "%d checks failed\n", failures);
  return failures == 0 ? 0 : 1;
}

} // namespace zynqnet::tests
