#include "accelerator/loaded_program.hpp"

#include "accelerator/check_program.hpp"
#include "core/error.hpp"

#include <algorithm>

namespace zynqnet::accelerator {

LoadedProgram::LoadedProgram(std::shared_ptr<Accelerator> accelerator, std::shared_ptr<const Model> network, bool keepTensors)
    : accelerator_(std::move(accelerator)), model_(std::move(network)), keepTensors_(keepTensors), generation_(accelerator_->generation()) {
  const Model &model = *model_;
  // The size does not depend on the base, so the first lowering says how much to reserve.
  LowerOptions options;
  options.keepTensors = keepTensors;
  program_ = lower(model, accelerator_->preset(), options);
  region_ = accelerator_->space().reserve(program_.totalBytes);
  if (!region_) {
    throw Error("ACCELERATOR_MEMORY", "'" + model.name + "' needs " + std::to_string(program_.totalBytes) + " bytes of DMA memory; " +
                                          accelerator_->memory().where() + " has a free range of " +
                                          std::to_string(accelerator_->space().largestHole()) + " (of " +
                                          std::to_string(accelerator_->memory().bytes().size()) + "): make it larger in the device tree");
  }
  for (const Op &op : model.ops) {
    operatorNames_.push_back(op.name);
  }
  program_ = write();
  program_.image = {}; // from here on it lives in DMA memory only
}

Program LoadedProgram::write() {
  const LowerOptions options{accelerator_->addressOf(region_->offset()), keepTensors_};
  Program program = lower(*model_, accelerator_->preset(), options);
  checkProgram(program, accelerator_->preset(), options.baseAddress);
  std::copy(program.image.begin(), program.image.end(), part(0, program.image.size()).begin());
  accelerator_->memory().syncForDevice(region_->offset(), program.image.size());
  return program;
}

std::span<std::uint8_t> LoadedProgram::part(std::size_t offset, std::size_t bytes) {
  return accelerator_->memory().bytes().subspan(region_->offset() + offset, bytes);
}

void LoadedProgram::writeFrame(std::uint32_t list, std::span<const std::uint8_t> frame) {
  const std::uint32_t offset = program_.lists.at(list).inputOffset;
  packFrame(program_.input, frame, part(offset, program_.input.bytes()));
  accelerator_->memory().syncForDevice(region_->offset() + offset, program_.input.bytes());
}

void LoadedProgram::writeAgain() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = accelerator_->generation();
  if (generation_ != now) {
    (void)write(); // lowering is pure: the same bytes as before
    generation_ = now;
  }
}

RunCounters LoadedProgram::run(std::uint32_t list, std::vector<std::int32_t> &sums) {
  writeAgain();
  const ProgramList &from = program_.lists.at(list);
  const RunCounters counters = accelerator_->run(
      {region_->offset() + from.commandsOffset, program_.commandCount, region_->offset(), region_->bytes(), operatorNames_});
  accelerator_->memory().syncForCpu(region_->offset() + from.sumsOffset, program_.sumsBytes);
  collectSums(program_, part(from.sumsOffset, program_.sumsBytes), sums);
  return counters;
}

std::vector<std::uint8_t> LoadedProgram::readTensor(const Tensor &tensor, std::size_t index) {
  const StoredTensor &stored = program_.tensors.at(index);
  if (!stored.inMemory) {
    throw Error("ENGINE_UNSUPPORTED", "tensor '" + tensor.name + "' never leaves the accelerator");
  }
  const std::size_t blocks = stored.channelOf.size() / 16;
  const std::size_t bytes = blocks * 16 * tensor.height * tensor.width;
  accelerator_->memory().syncForCpu(region_->offset() + stored.offset, bytes);
  const std::span<const std::uint8_t> source = part(stored.offset, bytes);
  std::vector<std::uint8_t> result(std::size_t{tensor.height} * tensor.width * tensor.channels);
  for (std::size_t c = 0; c < stored.channelOf.size(); ++c) {
    if (stored.channelOf[c] < 0) {
      continue;
    }
    for (std::size_t y = 0; y < tensor.height; ++y) {
      for (std::size_t x = 0; x < tensor.width; ++x) {
        result[(y * tensor.width + x) * tensor.channels + static_cast<std::size_t>(stored.channelOf[c])] =
            source[((y * blocks + c / 16) * tensor.width + x) * 16 + c % 16];
      }
    }
  }
  return result;
}

} // namespace zynqnet::accelerator
