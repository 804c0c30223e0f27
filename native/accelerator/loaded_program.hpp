// A program in DMA memory, ready to run.
#pragma once

#include "accelerator/accelerator.hpp"
#include "core/model.hpp"
#include "lowering/program.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace zynqnet::accelerator {

class LoadedProgram {
public:
  /// Throws as createAcceleratorEngine.
  LoadedProgram(std::shared_ptr<Accelerator> accelerator, std::shared_ptr<const Model> model, bool keepTensors);

  /// Writes a frame into the input of list 0 or 1. May run while the other list does.
  void writeFrame(std::uint32_t list, std::span<const std::uint8_t> frame);
  /// Runs a list and collects the sums.
  RunCounters run(std::uint32_t list, std::vector<std::int32_t> &sums);
  /// After a run of list 0 with `keepTensors`: tensor `index`, [height][width][channels].
  [[nodiscard]] std::vector<std::uint8_t> readTensor(const Tensor &tensor, std::size_t index);

private:
  [[nodiscard]] Program write();
  /// After a restart of the accelerator: the image may have been what was wrong.
  void writeAgain();
  [[nodiscard]] std::span<std::uint8_t> part(std::size_t offset, std::size_t bytes);

  std::shared_ptr<Accelerator> accelerator_;
  std::shared_ptr<const Model> model_;
  bool keepTensors_;
  Program program_;
  std::unique_ptr<DmaRegion> region_;
  std::vector<std::string> operatorNames_;
  std::mutex mutex_;
  std::uint64_t generation_; ///< of the accelerator when the image was written
};

} // namespace zynqnet::accelerator
