// The little that these tests need of a test framework.
#pragma once

#include <cstdio>

namespace zynqnet::tests {

inline int failures = 0;

inline void check(bool holds, const char *what, const char *file, int line) {
  if (!holds) {
    std::printf("%s:%d: FAILED %s\n", file, line, what);
    ++failures;
  }
}

} // namespace zynqnet::tests

#define CHECK(condition) ::zynqnet::tests::check((condition), #condition, __FILE__, __LINE__)
