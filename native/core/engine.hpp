// What every inference engine offers: the scalar reference, the SIMD engines, the float engine, the accelerator.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace zynqnet {

/// The network's answer, one entry per class. Int8 models fill `sums` (docs/arithmetic.md, "Last layer"),
/// float models fill `values`; the other vector stays empty.
struct Logits {
  std::vector<std::int32_t> sums;
  std::vector<float> values;
};

/// Every activation tensor of one run in the model's order, [height][width][channels]; tensor 0 is the input.
/// Int8 models fill `bytes`, float models fill `floats` (tensor 0 then holds the normalised input).
struct TensorDump {
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<std::vector<float>> floats;
};

/// One engine bound to one model. At most `concurrency()` calls run at once: the caller sees to that. An engine may use
/// threads of its own, but they are idle between calls and gone after the destructor.
class Engine {
public:
  Engine() = default;
  Engine(const Engine &) = delete;
  Engine &operator=(const Engine &) = delete;
  Engine(Engine &&) = delete;
  Engine &operator=(Engine &&) = delete;
  virtual ~Engine() = default;

  /// e.g. "scalar", "avx2", "neon", "float"
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// Calls of `run` that may be under way at once, each from a thread of its own.
  [[nodiscard]] virtual unsigned concurrency() const noexcept { return 1; }

  /// One frame: height x width x channels bytes, in the model's channel order.
  /// The size has been checked by the caller. Throws Error on failure; the engine stays usable.
  virtual void run(std::span<const std::uint8_t> input, Logits &logits) = 0;

  /// Puts the hardware behind the engine back into a known state, after the frames under way. Throws Error when it does not
  /// come back. Nothing for engines that are software.
  virtual void reset() {}

  /// The next step when `reset` was not enough: configures the hardware again (the board's bitstream), verifies it as at the
  /// start and writes the program again. Throws Error when the hardware is not what it was. Nothing for software.
  virtual void reload() {}

  /// Like `run`, also copying every tensor out. Slower; for calibration and tests.
  virtual void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) = 0;
};

} // namespace zynqnet
