// The accelerator's registers, wherever they are: /dev/mem, UIO, a model in this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace zynqnet::accelerator {

/// Whether an accelerator's registers are driven, by one process at a time, or only looked at.
enum class Use { drive, look };

/// A window of 32-bit registers. Accesses happen in program order and are never merged or left out.
class RegisterWindow {
public:
  RegisterWindow() = default;
  RegisterWindow(const RegisterWindow &) = delete;
  RegisterWindow &operator=(const RegisterWindow &) = delete;
  RegisterWindow(RegisterWindow &&) = delete;
  RegisterWindow &operator=(RegisterWindow &&) = delete;
  virtual ~RegisterWindow() = default;

  /// `offset` in bytes, a multiple of 4 inside the window.
  [[nodiscard]] virtual std::uint32_t read(std::uint32_t offset) = 0;
  virtual void write(std::uint32_t offset, std::uint32_t value) = 0;

  /// For messages, e.g. "/dev/uio0 (zynqnetd)".
  [[nodiscard]] virtual std::string where() const = 0;

  /// Without an interrupt the driver polls.
  [[nodiscard]] virtual bool hasInterrupt() const noexcept { return false; }
  /// Before every start: lets the next interrupt through.
  virtual void armInterrupt() {}
  /// True when an interrupt came within the time; it may be an old one, so the caller looks at the cause and arms again.
  [[nodiscard]] virtual bool waitInterrupt(std::chrono::microseconds) { return false; }

  /// Time as the accelerator lives it: a simulator has its own.
  [[nodiscard]] virtual std::chrono::nanoseconds now() const { return std::chrono::steady_clock::now().time_since_epoch(); }
  /// Between two polls.
  virtual void pause(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }
};

} // namespace zynqnet::accelerator
