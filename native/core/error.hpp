// Every failure of the native code carries a stable code; daemon/util/error-codes.ts lists them all.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace zynqnet {

class Error : public std::runtime_error {
public:
  Error(std::string code, const std::string &message) : std::runtime_error(message), code_(std::move(code)) {}
  [[nodiscard]] const std::string &code() const noexcept { return code_; }

private:
  std::string code_;
};

} // namespace zynqnet
