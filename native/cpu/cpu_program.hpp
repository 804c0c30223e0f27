// A model laid out for one kernel set: memory, jobs and the list of work items. What a frame needs is then only
// `bring in, work through the phases, take out`.
#pragma once

#include "core/engine.hpp"
#include "core/model.hpp"
#include "cpu/aligned_buffer.hpp"
#include "cpu/kernel_set.hpp"
#include "cpu/layout.hpp"
#include "cpu/packed_conv.hpp"
#include "cpu/work_crew.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace zynqnet::cpu {

/// The packed convolutions of a model, one per Op of kind conv; shared by the programs of one engine.
struct PackedModel {
  Phases phases;
  std::vector<PackedConv> convs; ///< by Op::weights
};

[[nodiscard]] std::shared_ptr<const PackedModel> packModel(const Model &model, const KernelSet &kernels);

class Program {
public:
  /// `keepAll`: every tensor keeps its values until the next run, for `tensors`.
  Program(std::shared_ptr<const Model> model, std::shared_ptr<const PackedModel> packed, const KernelSet &kernels, bool keepAll);

  void run(WorkCrew &crew, std::span<const std::uint8_t> input, Logits &logits);

  /// All tensors of the last run.
  void tensors(TensorDump &dump) const;

  [[nodiscard]] std::size_t arenaBytes() const noexcept { return layout_.arenaBytes; }

private:
  enum class Kind : std::uint8_t { bringIn, fillHalo, conv, maxPool, globalSum };
  /// One thing that one thread does: a range of positions, rows or channels of one job.
  struct Item {
    Kind kind = Kind::bringIn;
    std::uint32_t index = 0;      ///< of the job, or of the tensor
    std::uint32_t firstBlock = 0; ///< conv
    std::uint32_t endBlock = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  struct Conv {
    ConvJob job;
    const PackedConv *packed = nullptr;
  };

  void addOp(const Op &op, std::vector<Item> &items);
  void addConv(const Op &op, std::vector<Item> &items);
  void addConvItems(const Op &op, std::vector<Item> &items) const;
  [[nodiscard]] PoolJob poolJob(const Op &op) const;
  void addMaxPool(const Op &op, std::vector<Item> &items);
  void addGlobalPool(const Op &op, std::vector<Item> &items);
  void addHalos(const std::vector<const Op *> &phase, std::vector<bool> &filled, std::vector<Item> &items) const;
  void work(const Item &item) const;
  void bringIn(std::uint32_t firstRow, std::uint32_t endRow) const;
  void fillHalo(std::uint32_t tensor) const;
  [[nodiscard]] std::uint8_t *addressOf(const View &view) const;
  [[nodiscard]] void *sumsAt(std::uint32_t channel);

  std::shared_ptr<const Model> model_;
  std::shared_ptr<const PackedModel> packed_;
  const KernelSet &kernels_;
  Layout layout_;
  AlignedBuffer arena_;
  std::vector<Conv> convs_;
  std::vector<PoolJob> pools_;
  std::vector<std::vector<Item>> phases_;
  std::vector<std::int32_t> sums_;
  std::vector<float> means_;
  WorkCrew::Job job_;
  std::span<const std::uint8_t> input_; ///< only during run
};

} // namespace zynqnet::cpu
