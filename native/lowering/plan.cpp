#include "lowering/plan.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace zynqnet::accelerator {
namespace {

constexpr std::array<std::uint32_t, 16> stepChoices{1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 128};
constexpr double beatShare = 0.7;    // of the beats of a port, under back-pressure
constexpr double rowShare = 0.9;     // of what can be read, for rows: weights that run ahead in their ring take some
constexpr double commandCycles = 60; // start of a command until the array is busy

struct Interval {
  std::uint32_t first = 0, end = 0;
};

/// First-fit in the free space between live intervals, from `from` on and then from the start.
std::optional<std::uint32_t> place(std::vector<Interval> live, std::uint32_t size, std::uint32_t depth, std::uint32_t from) {
  std::sort(live.begin(), live.end(), [](const Interval &a, const Interval &b) { return a.first < b.first; });
  const auto search = [&](std::uint32_t start) -> std::optional<std::uint32_t> {
    std::uint32_t at = start;
    for (const Interval &used : live) {
      if (used.end <= at) {
        continue;
      }
      if (used.first >= at + size) {
        break;
      }
      at = used.end;
    }
    return at + size <= depth ? std::optional(at) : std::nullopt;
  };
  if (auto found = search(from)) {
    return found;
  }
  return search(0);
}

/// Output rows of the last stage that a step makes.
RowRange stepOutput(const Network &network, const Segment &segment, std::uint32_t step) {
  const std::uint64_t rows = network.stages[segment.firstStage + segment.stageCount - 1].outRows;
  return {static_cast<std::int32_t>(rows * step / segment.steps), static_cast<std::int32_t>(rows * (step + 1) / segment.steps)};
}

/// Input rows that a stage reads for `made` output rows.
RowRange inputRows(const Network &network, const Stage &stage, const RowRange &made) {
  const auto height = static_cast<std::int32_t>(network.layouts.tensors[stage.input].rows);
  const auto stride = static_cast<std::int32_t>(stage.strideRows);
  const RowRange range{std::clamp(made.first * stride - stage.padTop, 0, height),
                       std::clamp((made.end - 1) * stride - stage.padTop + static_cast<std::int32_t>(stage.kernelRows), 0, height)};
  return made.end <= made.first || range.end <= range.first ? RowRange{} : range;
}

RowRange unite(const RowRange &a, const RowRange &b) {
  if (a.end <= a.first || b.end <= b.first) {
    return a.end > a.first ? a : b;
  }
  return {std::min(a.first, b.first), std::max(a.end, b.end)};
}

/// Rows of an internal tensor that a step reads: its readers make the segment's own output.
RowRange readInside(const Network &network, const Segment &segment, std::uint32_t tensor, std::uint32_t step) {
  RowRange read;
  for (std::uint32_t s = segment.firstStage; s < segment.firstStage + segment.stageCount; ++s) {
    if (network.stages[s].input == tensor) {
      read = unite(read, inputRows(network, network.stages[s], stepOutput(network, segment, step)));
    }
  }
  return read;
}

class Planner {
public:
  Planner(const Network &network, const Preset &preset, bool keepTensors)
      : network_(network), preset_(preset), keepTensors_(keepTensors), tensors_(network.layouts.tensors.size()) {}

  Plan run() {
    group();
    std::vector<bool> onChip(tensors_);
    std::optional<Plan> best = attempt(onChip);
    if (!best) {
      throw Error("ENGINE_UNSUPPORTED", "the accelerator cannot run this model: one output row of operator " +
                                            std::to_string(network_.stages[failed_].op) +
                                            " needs more activation memory than this build has; use the CPU engine or a smaller input");
    }
    if (keepTensors_) {
      return *best;
    }
    // Largest tensors first: each one on chip saves its traffic twice
    std::vector<std::uint32_t> order;
    for (std::uint32_t t = 1; t < tensors_; ++t) {
      order.push_back(t);
    }
    std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
      return network_.layouts.tensors[a].bytes() > network_.layouts.tensors[b].bytes();
    });
    double bestCost = cost_;
    for (const std::uint32_t t : order) {
      if (internal_.contains(t)) {
        continue;
      }
      onChip[t] = true;
      std::optional<Plan> plan = attempt(onChip);
      if (plan && cost_ <= bestCost) {
        best = std::move(plan);
        bestCost = cost_;
      } else {
        onChip[t] = false;
      }
    }
    return *best;
  }

private:
  /// Neighbouring stages that read the same tensor share their reads; a big tensor between two neighbours stays inside.
  void group() {
    for (std::uint32_t s = 0; s < network_.stages.size(); ++s) {
      const Stage &stage = network_.stages[s];
      if (!segments_.empty() && !keepTensors_) {
        const Stage &before = network_.stages[s - 1];
        const Stage &head = network_.stages[segments_.back().firstStage];
        if (before.input == stage.input && before.outRows == stage.outRows && head.input == stage.input && !stage.wide && !before.wide) {
          ++segments_.back().stageCount;
          continue;
        }
        if (mayFuse(s)) {
          internal_.insert(stage.input);
          ++segments_.back().stageCount;
          continue;
        }
      }
      Segment segment;
      segment.firstStage = s;
      segment.stageCount = 1;
      segments_.push_back(segment);
    }
  }

  /// May stage s join the last segment, which makes its input? Only if nobody else reads it, and it is too big to stay.
  [[nodiscard]] bool mayFuse(std::uint32_t s) const {
    const Stage &stage = network_.stages[s];
    const Segment &segment = segments_.back();
    const std::uint32_t between = stage.input;
    const TensorLayout &layout = network_.layouts.tensors[between];
    const std::uint64_t memory = std::uint64_t{16} << (preset_.actDepthLog2 + preset_.banksLog2);
    if (layout.bytes() < memory / 2 || stage.wide || stage.pool) {
      return false;
    }
    for (std::uint32_t i = 0; i < network_.stages.size(); ++i) {
      const bool inside = i >= segment.firstStage && i < segment.firstStage + segment.stageCount;
      if (i != s && network_.stages[i].input == between) {
        return false;
      }
      if (!network_.stages[i].wide && network_.stages[i].output == between && (!inside || network_.stages[i].pool)) {
        return false;
      }
      if (inside && (network_.stages[i].wide || network_.stages[i].output != between || internal_.contains(network_.stages[i].input))) {
        return false;
      }
    }
    // Rows made twice must stay few: about kernel - stride rows of every step
    const std::uint32_t rowBytes = layout.rowBytes();
    const std::uint64_t stepRowsThatFit = memory / 4 / rowBytes;
    return stage.kernelRows <= stage.strideRows || stepRowsThatFit >= std::uint64_t{8} * (stage.kernelRows - stage.strideRows);
  }

  [[nodiscard]] std::set<std::uint32_t> tensorsRead(const Segment &segment) const {
    std::set<std::uint32_t> read;
    for (std::uint32_t s = 0; s < segment.stageCount; ++s) {
      read.insert(network_.stages[segment.firstStage + s].input);
    }
    return read;
  }

  [[nodiscard]] std::uint32_t actRows(std::uint32_t tensor, std::uint32_t rows) const {
    return rows * actRowStride(network_.layouts.tensors[tensor], preset_);
  }

  /// Cycles of one stage for `rows` output rows.
  [[nodiscard]] double stageCycles(const Stage &stage, std::uint32_t rows) const {
    const std::uint32_t slotsPerRow = (stage.outCols + preset_.lanes - 1) / preset_.lanes;
    const double slots = double(rows) * slotsPerRow;
    const double tiles = std::max(1.0, slots / preset_.slots);
    if (stage.pool) {
      return slots * stage.kernelRows * stage.kernelCols * stage.groups + commandCycles;
    }
    const std::uint32_t last = std::max(stage.blocks.lastQuads, preset_.slots);
    const double perTap = 4.0 * (stage.blocks.count - 1) + last;
    const double tile = std::max<double>(stage.kernelRows * stage.kernelCols * perTap, preset_.slots * preset_.drainCycles);
    return tiles * tile * stage.groups + 5.0 * stage.groups + commandCycles;
  }

  /// Cycles to copy the rows that a step takes over from the one before.
  [[nodiscard]] double copyCycles(const StepRows &rows) const {
    double cycles = 0;
    for (const auto &[tensor, range] : rows.kept) {
      const TensorLayout &layout = network_.layouts.tensors[tensor];
      const std::uint32_t slotsPerRow = (layout.cols + preset_.lanes - 1) / preset_.lanes;
      cycles += double(range.end - range.first) * layout.blocks() * slotsPerRow + 2 * commandCycles;
    }
    return cycles;
  }

  /// Estimated cycles of a segment: loads run ahead by one step, everything else of a step runs side by side.
  [[nodiscard]] double segmentCost(const Segment &segment, const std::vector<bool> &onChip) const {
    const double board = beatShare * 4260.0 / preset_.clockMHz;
    const double port = std::min(8.0 * beatShare * preset_.ports, board);
    double loaded = 0, done = 0, doneBefore = 0;
    for (std::uint32_t step = 0; step < segment.steps; ++step) {
      const StepRows rows = stepRows(network_, segment, step);
      double compute = copyCycles(rows), read = 0, weights = 0, write = 0;
      for (const auto &[tensor, range] : rows.needed) {
        if (!internal_.contains(tensor) && !onChip[tensor]) {
          read += double(range.end - range.first) * network_.layouts.tensors[tensor].rowBytes();
        }
      }
      for (std::uint32_t s = 0; s < segment.stageCount; ++s) {
        const Stage &stage = network_.stages[segment.firstStage + s];
        const auto made = static_cast<std::uint32_t>(rows.made[s].end - rows.made[s].first);
        if (made == 0) {
          continue;
        }
        compute += stageCycles(stage, made);
        weights += double(stage.weights.bytes.size());
        if (!stage.wide && !internal_.contains(stage.output) && !onChip[stage.output]) {
          write += double(made) * stage.groups * stage.outCols * 16;
        }
      }
      // The first load of a segment is partly hidden behind the segment before, if there is one
      loaded = std::max(loaded, doneBefore) + (step == 0 && segment.firstStage != 0 ? 0.5 : 1.0) * read / (rowShare * port);
      doneBefore = done;
      done = std::max(done, loaded) + std::max({compute, (read + weights) / port, write / port, (read + weights + write) / board});
    }
    return done;
  }

  /// Places the tensors in `onChip` and the buffers of every segment, or fails.
  std::optional<Plan> attempt(const std::vector<bool> &onChip) {
    const std::uint32_t depth = 1U << preset_.actDepthLog2;
    Plan plan;
    plan.segments = segments_;
    plan.resident.resize(tensors_);
    cost_ = 0;
    std::uint32_t next = 0;
    for (std::uint32_t g = 0; g < segments_.size(); ++g) {
      Segment &segment = plan.segments[g];
      // Tensors made here and kept
      for (std::uint32_t s = 0; s < segment.stageCount; ++s) {
        const Stage &stage = network_.stages[segment.firstStage + s];
        if (stage.wide || !onChip[stage.output] || plan.resident[stage.output]) {
          continue;
        }
        const std::uint32_t rows = network_.layouts.tensors[stage.output].rows;
        const auto at = place(liveAt(plan, g), actRows(stage.output, rows), depth, 0);
        if (!at) {
          return std::nullopt;
        }
        plan.resident[stage.output] = Buffer{*at, rows};
      }
      if (!placeBuffers(plan, g, onChip, depth, next)) {
        failed_ = segment.firstStage;
        return std::nullopt;
      }
    }
    return plan;
  }

  /// Memory in use while segment g runs: tensors that live through it.
  [[nodiscard]] std::vector<Interval> liveAt(const Plan &plan, std::uint32_t g) const {
    std::vector<Interval> live;
    for (std::uint32_t t = 0; t < tensors_; ++t) {
      if (!plan.resident[t]) {
        continue;
      }
      bool needed = false;
      for (std::uint32_t s = segments_[g].firstStage; s < network_.stages.size(); ++s) {
        const Stage &stage = network_.stages[s];
        needed = needed || stage.input == t || (!stage.wide && stage.output == t);
      }
      if (needed) {
        live.push_back({plan.resident[t]->address, plan.resident[t]->address + actRows(t, plan.resident[t]->rows)});
      }
    }
    return live;
  }

  bool placeBuffers(Plan &plan, std::uint32_t g, const std::vector<bool> &onChip, std::uint32_t depth, std::uint32_t &next) {
    Segment &segment = plan.segments[g];
    double best = 0;
    std::optional<Segment> chosen;
    std::uint32_t bestNext = next;
    for (Segment &candidate : candidates(segment)) {
      std::map<std::uint32_t, std::uint32_t> rows;
      for (std::uint32_t step = 0; step < candidate.steps; ++step) {
        for (const auto &[tensor, range] : stepRows(network_, candidate, step).needed) {
          rows[tensor] = std::max(rows[tensor], static_cast<std::uint32_t>(range.end - range.first));
        }
      }
      std::uint32_t from = next;
      if (!placeRows(plan, g, candidate, rows, onChip, depth, from)) {
        continue;
      }
      const double cost = segmentCost(candidate, onChip);
      if (!chosen || cost < best) {
        best = cost;
        bestNext = from;
        chosen = std::move(candidate);
      }
    }
    if (chosen) {
      segment = std::move(*chosen);
      next = bestNext;
      cost_ += best;
    }
    return chosen.has_value();
  }

  /// Places a segment's buffers: `rows` of each tensor that it loads or makes for itself, twice if it has several steps.
  [[nodiscard]] bool placeRows(const Plan &plan, std::uint32_t g, Segment &segment, const std::map<std::uint32_t, std::uint32_t> &rows,
                               const std::vector<bool> &onChip, std::uint32_t depth, std::uint32_t &from) const {
    std::vector<Interval> live = liveAt(plan, g);
    for (std::uint32_t copy = 0; copy < (segment.steps > 1 ? 2U : 1U); ++copy) {
      for (const auto &[tensor, count] : rows) {
        if (onChip[tensor] && !internal_.contains(tensor)) {
          continue;
        }
        const auto at = place(live, actRows(tensor, count), depth, from);
        if (!at) {
          return false;
        }
        from = *at + actRows(tensor, count);
        live.push_back({*at, from});
        segment.buffers[tensor].push_back({*at, count});
      }
    }
    return true;
  }

  /// The ways to run a segment: its number of steps and, with inner tensors, rows that two steps share made twice or copied.
  [[nodiscard]] std::vector<Segment> candidates(const Segment &segment) const {
    const std::uint32_t rows = network_.stages[segment.firstStage + segment.stageCount - 1].outRows;
    bool inner = false;
    for (std::uint32_t s = 0; s < segment.stageCount; ++s) {
      inner = inner || internal_.contains(network_.stages[segment.firstStage + s].input);
    }
    std::vector<Segment> all;
    const auto add = [&](std::uint32_t steps) {
      for (const bool keep : {false, true}) {
        if (!keep || (inner && steps > 1)) {
          all.push_back(segment);
          all.back().steps = steps;
          all.back().keepRows = keep;
        }
      }
    };
    for (const std::uint32_t steps : stepChoices) {
      if (steps < rows) {
        add(steps);
      }
    }
    add(rows);
    return all;
  }

  const Network &network_;
  const Preset &preset_;
  bool keepTensors_;
  std::size_t tensors_;
  std::vector<Segment> segments_;
  std::set<std::uint32_t> internal_;
  std::uint32_t failed_ = 0;
  double cost_ = 0;
};

} // namespace

std::uint32_t actRowStride(const TensorLayout &layout, const Preset &preset) noexcept {
  const std::uint32_t banks = 1U << preset.banksLog2;
  return layout.blocks() * ((layout.cols + banks - 1) / banks);
}

StepRows stepRows(const Network &network, const Segment &segment, std::uint32_t step) {
  StepRows rows;
  rows.made.resize(segment.stageCount);
  for (std::uint32_t s = segment.stageCount; s-- > 0;) {
    const Stage &stage = network.stages[segment.firstStage + s];
    RowRange &made = rows.made[s];
    const auto inside = stage.wide ? rows.needed.end() : rows.needed.find(stage.output);
    if (inside == rows.needed.end()) {
      made = stepOutput(network, segment, step);
    } else { // a later stage of the segment reads it
      made = inside->second;
      if (segment.keepRows && step > 0) {
        const RowRange before = readInside(network, segment, stage.output, step - 1);
        if (before.end > made.first) {
          const std::int32_t end = std::min(before.end, made.end);
          rows.kept[stage.output] = {made.first, end};
          made.first = end;
        }
      }
    }
    const RowRange range = inputRows(network, stage, made);
    if (auto [at, fresh] = rows.needed.try_emplace(stage.input, range); !fresh) {
      at->second = unite(at->second, range);
    }
  }
  return rows;
}

Plan makePlan(const Network &network, const Preset &preset, bool keepTensors) { return Planner(network, preset, keepTensors).run(); }

} // namespace zynqnet::accelerator
