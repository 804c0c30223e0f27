// Expecting an Error: its code, and what its message says.
#pragma once

#include "core/error.hpp"

#include <doctest/doctest.h>

#include <string>

namespace zynqnet::tests {

/// Runs `body` and expects an Error with this code and a message; `what` says which case failed.
template <typename Body> void checkRefused(const char *code, const std::string &what, Body &&body) {
  INFO(what);
  try {
    body();
    FAIL_CHECK("accepted, expected " << code);
  } catch (const Error &error) {
    CHECK_MESSAGE(error.code() == code, error.what());
    CHECK_MESSAGE(std::string(error.what()).size() > 10, "says nothing");
  }
}

/// Runs `body` and expects an Error with this code whose message holds `words`.
template <typename Body> void refusedSaying(const char *code, const std::string &words, Body &&body) {
  INFO("expected ", code, " with '", words, "'");
  try {
    body();
    FAIL_CHECK("accepted");
  } catch (const Error &error) {
    CHECK_MESSAGE(error.code() == code, error.what());
    CHECK_MESSAGE(std::string(error.what()).find(words) != std::string::npos, error.what());
  }
}

} // namespace zynqnet::tests
