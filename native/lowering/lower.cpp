// From plan to commands.
#include "core/error.hpp"
#include "lowering/command_list.hpp"
#include "lowering/plan.hpp"
#include "lowering/program.hpp"

#include <algorithm>

namespace zynqnet::accelerator {
namespace {

constexpr std::uint32_t ringReserve = 34; // words of the ring that a group may not fill: see registers.json, groupWords
constexpr std::uint32_t pageBytes = 4096;

class Emitter {
public:
  Emitter(const Network &network, const Plan &plan, const Preset &preset, const LowerOptions &options, Program &program)
      : network_(network), plan_(plan), preset_(preset), options_(options), program_(program) {}

  void run(std::uint32_t classes) {
    program_.classes = classes;
    program_.input = network_.input;
    placeWeights();
    const auto sizes = emit(0).size(); // the addresses of tensors and sums are not yet known: only the count matters
    program_.commandCount = static_cast<std::uint32_t>(sizes);
    for (ProgramList &list : program_.lists) {
      list.commandsOffset = allocate(sizes * commandBytes, pageBytes);
    }
    imageBytes_ = top_;
    for (ProgramList &list : program_.lists) {
      list.inputOffset = allocate(program_.input.bytes(), pageBytes);
      list.sumsOffset = allocate(program_.sumsBytes, pageBytes);
    }
    placeTensors();
    if (top_ > 0xFFFFFFFFULL - options_.baseAddress) {
      throw Error("ENGINE_UNSUPPORTED", "the accelerator's program does not fit the 32-bit address space");
    }
    program_.totalBytes = static_cast<std::uint32_t>(top_);
    program_.image.resize(imageBytes_);
    for (const Stage &stage : network_.stages) {
      const std::size_t index = static_cast<std::size_t>(&stage - network_.stages.data());
      std::copy(stage.weights.bytes.begin(), stage.weights.bytes.end(), program_.image.begin() + weightsOffset_[index]);
    }
    for (std::uint32_t l = 0; l < program_.lists.size(); ++l) {
      std::uint8_t *target = program_.image.data() + program_.lists[l].commandsOffset;
      for (const Command &command : emit(l)) {
        for (const std::uint32_t word : command.words) {
          for (int b = 0; b < 4; ++b) {
            *target++ = static_cast<std::uint8_t>(word >> 8 * b);
          }
        }
      }
    }
  }

private:
  std::uint32_t allocate(std::uint64_t bytes, std::uint32_t alignment) {
    top_ = (top_ + alignment - 1) / alignment * alignment;
    const std::uint64_t at = top_;
    top_ += bytes;
    return static_cast<std::uint32_t>(at);
  }

  void placeWeights() {
    for (const Stage &stage : network_.stages) {
      weightsOffset_.push_back(allocate(stage.weights.bytes.size(), 128));
    }
  }

  void placeTensors() {
    const std::size_t count = network_.layouts.tensors.size();
    tensorOffset_.assign(count, 0);
    program_.tensors.resize(count);
    for (std::size_t t = 1; t < count; ++t) {
      const bool internal = std::any_of(plan_.segments.begin(), plan_.segments.end(),
                                        [&](const Segment &segment) { return isInternal(segment, static_cast<std::uint32_t>(t)); });
      if (plan_.resident[t] || internal) {
        continue;
      }
      tensorOffset_[t] = allocate(network_.layouts.tensors[t].bytes(), pageBytes);
      program_.tensors[t] = {true, tensorOffset_[t], network_.layouts.tensors[t].channelOf};
    }
  }

  /// Made and read inside the segment.
  [[nodiscard]] bool isInternal(const Segment &segment, std::uint32_t tensor) const {
    if (!segment.buffers.contains(tensor)) {
      return false;
    }
    for (std::uint32_t s = segment.firstStage; s < segment.firstStage + segment.stageCount; ++s) {
      if (!network_.stages[s].wide && network_.stages[s].output == tensor) {
        return true;
      }
    }
    return false;
  }

  std::vector<Command> emit(std::uint32_t listIndex) {
    list_ = &program_.lists.at(listIndex);
    listIndex_ = listIndex;
    sumsTop_ = 0;
    program_.sums.clear();
    if (tensorOffset_.empty()) {
      tensorOffset_.assign(network_.layouts.tensors.size(), 0);
    }
    CommandList commands;
    for (const Segment &segment : plan_.segments) {
      for (std::uint32_t step = 0; step < segment.steps; ++step) {
        emitStep(commands, segment, step);
      }
    }
    commands.end(network_.stages.back().op);
    program_.sumsBytes = sumsTop_;
    return commands.commands();
  }

  void emitStep(CommandList &commands, const Segment &segment, std::uint32_t step) {
    const StepRows rows = stepRows(network_, segment, step);
    for (const auto &[tensor, range] : rows.needed) {
      if (segment.buffers.contains(tensor) && !isInternal(segment, tensor) && range.end > range.first) {
        emitLoad(commands, segment, step, tensor, range);
      }
    }
    for (const auto &[tensor, range] : rows.kept) {
      emitCopy(commands, segment, step, tensor, range);
    }
    for (std::uint32_t s = 0; s < segment.stageCount; ++s) {
      if (rows.made[s].end > rows.made[s].first) {
        emitStage(commands, segment, step, segment.firstStage + s, rows, rows.made[s]);
      }
    }
  }

  [[nodiscard]] static const Buffer &bufferOf(const Segment &segment, std::uint32_t step, std::uint32_t tensor) {
    const auto &copies = segment.buffers.at(tensor);
    return copies[step % copies.size()];
  }

  [[nodiscard]] std::uint32_t tensorAddress(std::uint32_t tensor) const {
    return options_.baseAddress + (tensor == 0 ? list_->inputOffset : tensorOffset_[tensor]);
  }

  [[nodiscard]] std::uint32_t blockRows(std::uint32_t tensor) const {
    return actRowStride(network_.layouts.tensors[tensor], preset_) / network_.layouts.tensors[tensor].blocks();
  }

  [[nodiscard]] Region memoryRegion(std::uint32_t address, std::uint32_t tensor, std::int32_t rows) const {
    return {false, address,
            address + std::uint64_t{static_cast<std::uint32_t>(rows)} * actRowStride(network_.layouts.tensors[tensor], preset_)};
  }

  [[nodiscard]] Region dramRegion(std::uint32_t tensor, const RowRange &rows) const {
    const std::uint64_t stride = network_.layouts.tensors[tensor].rowBytes();
    const std::uint64_t base = tensorAddress(tensor);
    return {true, base + static_cast<std::uint32_t>(rows.first) * stride, base + static_cast<std::uint32_t>(rows.end) * stride};
  }

  void emitLoad(CommandList &commands, const Segment &segment, std::uint32_t step, std::uint32_t tensor, const RowRange &rows) {
    const TensorLayout &layout = network_.layouts.tensors[tensor];
    std::uint32_t firstBlock = layout.blocks();
    std::uint32_t endBlock = 0;
    std::uint32_t tag = 0;
    for (std::uint32_t s = segment.firstStage; s < segment.firstStage + segment.stageCount; ++s) {
      const Stage &stage = network_.stages[s];
      if (stage.input == tensor) {
        firstBlock = std::min(firstBlock, stage.blocks.first);
        endBlock = std::max(endBlock, stage.blocks.first + stage.blocks.count);
        tag = stage.op;
      }
    }
    const Buffer &buffer = bufferOf(segment, step, tensor);
    const std::uint32_t stride = actRowStride(layout, preset_);
    Command command = makeCommand(Opcode::load, tag);
    command
        .set(field::loadAddress,
             tensorAddress(tensor) + static_cast<std::uint32_t>(rows.first) * layout.rowBytes() + firstBlock * layout.lineBytes())
        .set(field::loadRowStride, layout.rowBytes())
        .set(field::loadBlockStride, layout.lineBytes())
        .set(field::loadRows, static_cast<std::uint32_t>(rows.end - rows.first))
        .set(field::loadCols, layout.cols)
        .set(field::loadBlocks, endBlock - firstBlock)
        .set(field::loadActAddress, buffer.address + firstBlock * blockRows(tensor))
        .set(field::loadActRowStride, stride)
        .set(field::loadActBlockStride, blockRows(tensor));
    commands.load(command, dramRegion(tensor, rows), memoryRegion(buffer.address, tensor, rows.end - rows.first));
  }

  /// Rows of an internal tensor that the step before has made and this one reads again, from its buffer into this step's: a POOL
  /// with a 1x1 kernel.
  void emitCopy(CommandList &commands, const Segment &segment, std::uint32_t step, std::uint32_t tensor, const RowRange &rows) {
    const TensorLayout &layout = network_.layouts.tensors[tensor];
    const std::uint32_t stride = actRowStride(layout, preset_);
    const auto placeOf = [&](std::uint32_t at) {
      const std::int32_t first = stepRows(network_, segment, at).needed.at(tensor).first;
      return bufferOf(segment, at, tensor).address + static_cast<std::uint32_t>(rows.first - first) * stride;
    };
    const std::uint32_t from = placeOf(step - 1);
    const std::uint32_t to = placeOf(step);
    Command command = makeCommand(Opcode::pool, network_.stages[segment.firstStage].op);
    command.set(field::inAddress, from)
        .set(field::inRowStride, stride)
        .set(field::inBlockStride, blockRows(tensor))
        .set(field::blocks, layout.blocks())
        .set(field::inRows, layout.rows)
        .set(field::inCols, layout.cols)
        .set(field::rowStart, static_cast<std::uint32_t>(rows.first))
        .set(field::kernelRows, 1)
        .set(field::kernelCols, 1)
        .set(field::strideRows, 1)
        .set(field::strideCols, 1)
        .set(field::outRows, static_cast<std::uint32_t>(rows.end - rows.first))
        .set(field::outCols, layout.cols)
        .set(field::groups, layout.blocks())
        .set(field::toMemory, 1)
        .set(field::outAddress, to)
        .set(field::outRowStride, stride)
        .set(field::outBlockStride, blockRows(tensor));
    commands.compute(command, memoryRegion(from, tensor, rows.end - rows.first), memoryRegion(to, tensor, rows.end - rows.first));
  }

  /// Memory row of input row 0 (which may be a virtual one) and what of the memory is read.
  struct Source {
    std::uint32_t rowZero = 0;
    Region region;
  };
  [[nodiscard]] Source sourceOf(const Segment &segment, std::uint32_t step, std::uint32_t tensor, const StepRows &rows,
                                const RowRange &read) const {
    const std::uint32_t stride = actRowStride(network_.layouts.tensors[tensor], preset_);
    std::uint32_t rowZero = 0;
    if (segment.buffers.contains(tensor)) {
      const Buffer &buffer = bufferOf(segment, step, tensor);
      rowZero = buffer.address - static_cast<std::uint32_t>(rows.needed.at(tensor).first) * stride;
    } else {
      rowZero = plan_.resident[tensor]->address;
    }
    const std::uint32_t first = rowZero + static_cast<std::uint32_t>(read.first) * stride;
    return {rowZero, memoryRegion(first, tensor, read.end - read.first)};
  }

  void emitStage(CommandList &commands, const Segment &segment, std::uint32_t step, std::uint32_t index, const StepRows &rows,
                 const RowRange &made) {
    const Stage &stage = network_.stages[index];
    const std::uint32_t ringWords = 1U << preset_.weightDepthLog2;
    if (stage.pool || stage.groupWords + ringReserve <= ringWords) {
      emitCompute(commands, segment, step, index, rows, made, 0, stage.outCols);
      return;
    }
    // The group does not fit the ring: one tile at a time, so that every weight is used once and let go.
    const std::uint32_t banks = 1U << preset_.banksLog2;
    const std::uint32_t tile = preset_.lanes * preset_.slots / banks * banks;
    for (std::int32_t row = made.first; row < made.end; ++row) {
      for (std::uint32_t col = 0; col < stage.outCols; col += tile) {
        emitCompute(commands, segment, step, index, rows, {row, row + 1}, col, std::min(tile, stage.outCols - col));
      }
    }
  }

  void emitCompute(CommandList &commands, const Segment &segment, std::uint32_t step, std::uint32_t index, const StepRows &rows,
                   const RowRange &made, std::uint32_t firstCol, std::uint32_t cols) {
    const Stage &stage = network_.stages[index];
    const TensorLayout &input = network_.layouts.tensors[stage.input];
    const std::int32_t rowStart = made.first * static_cast<std::int32_t>(stage.strideRows) - stage.padTop;
    const std::int32_t colStart = static_cast<std::int32_t>(firstCol * stage.strideCols) - stage.padLeft;
    const auto height = static_cast<std::int32_t>(input.rows);
    RowRange read{std::clamp(rowStart, 0, height), std::clamp((made.end - 1) * static_cast<std::int32_t>(stage.strideRows) - stage.padTop +
                                                                  static_cast<std::int32_t>(stage.kernelRows),
                                                              0, height)};
    read.end = std::max(read.end, read.first);
    const Source source = sourceOf(segment, step, stage.input, rows, read);
    const std::uint32_t stride = actRowStride(input, preset_);
    Command command = makeCommand(stage.pool ? Opcode::pool : Opcode::conv, stage.op);
    command
        .set(field::inAddress, source.rowZero + static_cast<std::uint32_t>(rowStart) * stride + stage.blocks.first * blockRows(stage.input))
        .set(field::inRowStride, stride)
        .set(field::inBlockStride, blockRows(stage.input))
        .set(field::blocks, stage.blocks.count)
        .set(field::inRows, input.rows)
        .set(field::inCols, input.cols)
        .set(field::rowStart, static_cast<std::uint32_t>(rowStart))
        .set(field::colStart, static_cast<std::uint32_t>(colStart))
        .set(field::kernelRows, stage.kernelRows)
        .set(field::kernelCols, stage.kernelCols)
        .set(field::strideRows, stage.strideRows)
        .set(field::strideCols, stage.strideCols)
        .set(field::lastQuads, stage.blocks.lastQuads)
        .set(field::outRows, static_cast<std::uint32_t>(made.end - made.first))
        .set(field::outCols, cols)
        .set(field::groups, stage.groups)
        .set(field::pad, stage.pad);
    if (!stage.pool) {
      command.set(field::relu, stage.relu ? 1 : 0)
          .set(field::wide, stage.wide ? 1 : 0)
          .set(field::preShift, stage.preShift)
          .set(field::zeroPoint, stage.zeroPoint)
          .set(field::groupWords, stage.groupWords);
      emitWeights(commands, stage, weightsOffset_[index]);
    }
    const Region target = stage.wide ? setSums(command, stage) : setTarget(command, segment, step, stage, rows, made, firstCol);
    commands.compute(command, source.region, target);
  }

  void emitWeights(CommandList &commands, const Stage &stage, std::uint32_t offset) {
    Command command = makeCommand(Opcode::weights, stage.op);
    command.set(field::weightsAddress, options_.baseAddress + offset)
        .set(field::weightsPortStride, stage.weights.portStride)
        .set(field::weightsBeats, stage.weights.beats);
    if (stage.weights.codebook) {
      command.set(field::weightsCodebook, 1).set(field::weightsGroupWords, stage.groupWords);
      const CommandField entries[] = {field::weightsCodebook0, field::weightsCodebook1, field::weightsCodebook2, field::weightsCodebook3};
      for (std::size_t e = 0; e < stage.weights.entries.size(); ++e) {
        const CommandField &f = entries[e / 4];
        command.set(f, command.get(f) | std::uint32_t{stage.weights.entries[e]} << 8 * (e % 4));
      }
    }
    commands.weights(command);
  }

  Region setSums(Command &command, const Stage &stage) {
    const std::uint32_t offset = sumsTop_;
    sumsTop_ += stage.groups * 64;
    for (std::size_t c = 0; c < stage.logits.size(); ++c) {
      if (stage.logits[c] >= 0) {
        program_.sums.push_back({static_cast<std::uint32_t>(stage.logits[c]), offset + static_cast<std::uint32_t>(4 * c)});
      }
    }
    const std::uint32_t address = options_.baseAddress + list_->sumsOffset + offset;
    command.set(field::outAddress, address).set(field::outRowStride, 64).set(field::outBlockStride, 64);
    return {true, address, address + stage.groups * 64U};
  }

  Region setTarget(Command &command, const Segment &segment, std::uint32_t step, const Stage &stage, const StepRows &rows,
                   const RowRange &made, std::uint32_t firstCol) {
    const TensorLayout &layout = network_.layouts.tensors[stage.output];
    const bool internal = isInternal(segment, stage.output);
    if (internal || plan_.resident[stage.output]) {
      const std::uint32_t stride = actRowStride(layout, preset_);
      const std::uint32_t base = internal ? bufferOf(segment, step, stage.output).address +
                                                static_cast<std::uint32_t>(made.first - rows.needed.at(stage.output).first) * stride
                                          : plan_.resident[stage.output]->address + static_cast<std::uint32_t>(made.first) * stride;
      command.set(field::toMemory, 1)
          .set(field::outAddress, (base + stage.outputBlock * blockRows(stage.output) + (firstCol >> preset_.banksLog2)) & 0xFFFFU)
          .set(field::outRowStride, stride)
          .set(field::outBlockStride, blockRows(stage.output));
      return memoryRegion(base, stage.output, made.end - made.first);
    }
    command
        .set(field::outAddress, tensorAddress(stage.output) + static_cast<std::uint32_t>(made.first) * layout.rowBytes() +
                                    stage.outputBlock * layout.lineBytes() + firstCol * 16)
        .set(field::outRowStride, layout.rowBytes())
        .set(field::outBlockStride, layout.lineBytes());
    return dramRegion(stage.output, made);
  }

  const Network &network_;
  const Plan &plan_;
  const Preset &preset_;
  const LowerOptions &options_;
  Program &program_;
  ProgramList *list_ = nullptr;
  std::uint32_t listIndex_ = 0;
  std::uint64_t top_ = 0;
  std::uint64_t imageBytes_ = 0;
  std::uint32_t sumsTop_ = 0;
  std::vector<std::uint32_t> weightsOffset_;
  std::vector<std::uint32_t> tensorOffset_;
};

} // namespace

Program lower(const Model &model, const Preset &preset, const LowerOptions &options) {
  if (model.arithmetic != Arithmetic::int8) {
    throw Error("ENGINE_UNSUPPORTED", "the accelerator runs int8 models only; quantize this model or use the float engine");
  }
  const Network network = makeStages(model, preset, options.keepTensors);
  const Plan plan = makePlan(network, preset, options.keepTensors);
  Program program;
  Emitter(network, plan, preset, options, program).run(model.classes);
  return program;
}

} // namespace zynqnet::accelerator
