#include "sim/functional/datapath.hpp"

#include "core/arithmetic.hpp"

#include <algorithm>
#include <cstring>

namespace zynqnet::sim {

using namespace accelerator;

namespace {

std::int32_t get32(const std::uint8_t *bytes) {
  return static_cast<std::int32_t>(bytes[0] | bytes[1] << 8U | bytes[2] << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U);
}

/// One group's parameters and weights, weights as the inner loop wants them.
struct Group {
  std::array<std::int32_t, 16> bias{};
  std::array<std::uint32_t, 16> multiplier{}, shift{};
  std::vector<std::int16_t> weights; ///< [output channel][word][4]
};

} // namespace

Datapath::Datapath(const Preset &preset, Bus &bus)
    : preset_(preset), bus_(bus), activations_(std::size_t{16} << (preset.actDepthLog2 + preset.banksLog2)) {}

void Datapath::reset() {
  ring_.clear();
  ringUsed_ = 0;
}

std::uint8_t *Datapath::act(std::uint32_t row, std::uint32_t column) {
  const std::uint32_t banks = 1U << preset_.banksLog2;
  const std::uint32_t wrapped = (row + column / banks) & ((1U << preset_.actDepthLog2) - 1);
  return activations_.data() + (std::size_t{wrapped} * banks + column % banks) * 16;
}

void Datapath::load(const Command &command) {
  const std::uint32_t cols = command.get(field::loadCols);
  for (std::uint32_t row = 0; row < command.get(field::loadRows); ++row) {
    for (std::uint32_t block = 0; block < command.get(field::loadBlocks); ++block) {
      const auto line =
          bus_.read(command.get(field::loadAddress) + row * command.get(field::loadRowStride) + block * command.get(field::loadBlockStride),
                    std::size_t{cols} * 16);
      const std::uint32_t base =
          command.get(field::loadActAddress) + row * command.get(field::loadActRowStride) + block * command.get(field::loadActBlockStride);
      for (std::uint32_t col = 0; col < cols; ++col) {
        std::memcpy(act(base, col), line.data() + std::size_t{col} * 16, 16);
      }
    }
  }
}

void Datapath::weights(const Command &command) {
  const std::size_t slice = 64 / preset_.ports;
  const std::size_t partBytes = std::size_t{command.get(field::weightsBeats)} * 8;
  const bool codebook = preset_.codebook != 0 && command.get(field::weightsCodebook) != 0;
  const std::size_t groupWords = command.get(field::weightsGroupWords);
  const std::array<CommandField, 4> entryFields{field::weightsCodebook0, field::weightsCodebook1, field::weightsCodebook2,
                                                field::weightsCodebook3};
  ring_.erase(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(ringUsed_));
  ringUsed_ = 0;
  const std::size_t first = ring_.size();
  for (std::uint32_t port = 0; port < preset_.ports; ++port) {
    const auto part = bus_.read(command.get(field::weightsAddress) + port * command.get(field::weightsPortStride), partBytes);
    std::size_t word = first;
    for (std::size_t at = 0, inGroup = 0; at < part.size(); ++word, ++inGroup) {
      if (codebook && inGroup == groupWords + 2) {
        inGroup = 0;
        at = (at + 7) / 8 * 8;
      }
      const std::size_t stored = codebook && inGroup >= 2 ? slice / 2 : slice;
      if (at + stored > part.size()) {
        break; // padding of the last group
      }
      if (word == ring_.size()) {
        ring_.emplace_back();
      }
      std::uint8_t *target = ring_[word].data() + port * slice;
      for (std::size_t b = 0; b < slice; ++b) {
        if (stored == slice) {
          target[b] = part[at + b];
        } else {
          const std::uint32_t index = part[at + b / 2] >> 4 * (b % 2) & 15U;
          target[b] = static_cast<std::uint8_t>(command.get(entryFields[index / 4]) >> 8 * (index % 4));
        }
      }
      at += stored;
    }
  }
}

bool Datapath::compute(const Command &command, std::vector<PendingWrite> &stores) {
  const std::uint64_t rows = command.get(field::outRows), cols = command.get(field::outCols), groups = command.get(field::groups);
  const std::uint64_t taps = std::uint64_t{command.get(field::kernelRows)} * command.get(field::kernelCols);
  const std::uint64_t slots = rows * ((cols + preset_.lanes - 1) / preset_.lanes);
  const std::uint64_t tiles = (slots + preset_.slots - 1) / preset_.slots;
  if (command.opcode() == Opcode::pool) {
    pool(command, stores);
    arrayCycles_ += slots * taps * groups;
    return true;
  }
  const std::uint64_t words = command.get(field::groupWords);
  if (ring_.size() - ringUsed_ < groups * (words + 2)) {
    return false;
  }
  convolve(command, stores);
  macs_ += rows * cols * groups * words * 64;
  const std::uint64_t last = std::max(command.get(field::lastQuads), preset_.slots);
  const std::uint64_t round = (command.get(field::blocks) - 1) * std::max<std::uint64_t>(4, preset_.slots) + last;
  arrayCycles_ += tiles * groups * std::max<std::uint64_t>(taps * round, std::uint64_t{preset_.slots} * preset_.drainCycles);
  return true;
}

/// Every activation that one output position uses, less 128, in the order of the weights.
void Datapath::gather(const Command &command, std::uint32_t y, std::uint32_t x, std::int16_t *target) {
  const auto top = static_cast<std::int16_t>(command.get(field::rowStart)), left = static_cast<std::int16_t>(command.get(field::colStart));
  const std::int32_t firstRow = static_cast<std::int32_t>(y * command.get(field::strideRows));
  const std::int32_t firstCol = left + static_cast<std::int32_t>(x * command.get(field::strideCols));
  const std::uint32_t blocks = command.get(field::blocks);
  for (std::int32_t ky = 0; ky < static_cast<std::int32_t>(command.get(field::kernelRows)); ++ky) {
    const std::int32_t row = top + firstRow + ky;
    const std::uint32_t base = command.get(field::inAddress) + static_cast<std::uint32_t>(firstRow + ky) * command.get(field::inRowStride);
    for (std::int32_t kx = 0; kx < static_cast<std::int32_t>(command.get(field::kernelCols)); ++kx) {
      const std::int32_t col = firstCol + kx;
      const bool inside = row >= 0 && col >= 0 && row < static_cast<std::int32_t>(command.get(field::inRows)) &&
                          col < static_cast<std::int32_t>(command.get(field::inCols));
      for (std::uint32_t block = 0; block < blocks; ++block) {
        const std::uint32_t channels = block + 1 == blocks ? command.get(field::lastQuads) * 4 : 16;
        const std::uint8_t *source =
            inside ? act(base + block * command.get(field::inBlockStride), static_cast<std::uint32_t>(col)) : nullptr;
        for (std::uint32_t c = 0; c < channels; ++c) {
          const std::uint32_t value = source != nullptr ? source[c] : command.get(field::pad) >> 8 * (c % 4) & 255U;
          *target++ = static_cast<std::int16_t>(static_cast<std::int32_t>(value) - 128);
        }
      }
    }
  }
}

void Datapath::convolve(const Command &command, std::vector<PendingWrite> &stores) {
  const std::uint32_t rows = command.get(field::outRows), cols = command.get(field::outCols), groups = command.get(field::groups);
  const std::uint32_t words = command.get(field::groupWords);
  const bool wide = command.get(field::wide) != 0, relu = command.get(field::relu) != 0;
  const std::uint32_t preShift = command.get(field::preShift);
  const auto zeroPoint = static_cast<std::int32_t>(command.get(field::zeroPoint));
  const std::size_t taps = std::size_t{command.get(field::kernelRows)} * command.get(field::kernelCols);
  const std::size_t perPosition = taps * ((command.get(field::blocks) - 1) * 4 + command.get(field::lastQuads)) * 4;
  std::vector<std::int16_t> line(perPosition * cols);
  std::vector<Group> parameters(groups);
  for (Group &group : parameters) {
    const Word &bias = ring_[ringUsed_], &scale = ring_[ringUsed_ + 1];
    for (std::uint32_t o = 0; o < 16; ++o) {
      group.bias[o] = get32(bias.data() + std::size_t{4} * o);
      group.multiplier[o] = scale[std::size_t{2} * o] | static_cast<std::uint32_t>(scale[std::size_t{2} * o + 1]) << 8U;
      group.shift[o] = scale[32 + o] & 63U;
    }
    // A wrong groupWords would leave weights over or take the next group's: so does the hardware.
    group.weights.assign(16 * perPosition, 0);
    for (std::uint32_t w = 0; w < words && std::size_t{4} * w < perPosition; ++w) {
      for (std::uint32_t o = 0; o < 16; ++o) {
        for (std::uint32_t i = 0; i < 4; ++i) {
          group.weights[o * perPosition + std::size_t{4} * w + i] =
              static_cast<std::int8_t>(ring_[ringUsed_ + 2 + w][std::size_t{4} * o + i]);
        }
      }
    }
    ringUsed_ += words + 2;
  }
  std::vector<std::array<std::int32_t, 16>> sums(groups);
  std::vector<std::uint8_t> result(std::size_t{cols} * 16);
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < cols; ++x) {
      gather(command, y, x, line.data() + perPosition * x);
    }
    for (std::uint32_t g = 0; g < groups; ++g) {
      const Group &group = parameters[g];
      for (std::uint32_t x = 0; x < cols; ++x) {
        const std::int16_t *input = line.data() + perPosition * x;
        for (std::uint32_t o = 0; o < 16; ++o) {
          const std::int16_t *weight = group.weights.data() + o * perPosition;
          std::uint32_t dot = 0; // modulo 2^32, as the accumulators
          for (std::size_t k = 0; k < perPosition; ++k) {
            dot += static_cast<std::uint32_t>(input[k] * weight[k]);
          }
          const auto acc = static_cast<std::int32_t>(static_cast<std::uint32_t>(group.bias[o]) + dot);
          if (wide) {
            sums[g][o] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[g][o]) +
                                                   static_cast<std::uint32_t>(wideTerm(acc, preShift, relu)));
          } else {
            result[std::size_t{x} * 16 + o] = requantize(acc, preShift, group.multiplier[o], std::max(1U, group.shift[o]), zeroPoint, relu);
          }
        }
      }
      if (!wide) {
        put(command, g, y, result, stores);
      }
    }
  }
  for (std::uint32_t g = 0; wide && g < groups; ++g) {
    PendingWrite write{command.get(field::outAddress) + 64 * g, std::vector<std::uint8_t>(64)};
    for (std::uint32_t o = 0; o < 16; ++o) {
      for (std::uint32_t b = 0; b < 4; ++b) {
        write.bytes[std::size_t{4} * o + b] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(sums[g][o]) >> 8 * b);
      }
    }
    stores.push_back(std::move(write));
  }
}

void Datapath::pool(const Command &command, std::vector<PendingWrite> &stores) {
  const std::uint32_t cols = command.get(field::outCols);
  const auto top = static_cast<std::int16_t>(command.get(field::rowStart)), left = static_cast<std::int16_t>(command.get(field::colStart));
  std::vector<std::uint8_t> result(std::size_t{cols} * 16);
  for (std::uint32_t group = 0; group < command.get(field::groups); ++group) {
    for (std::uint32_t y = 0; y < command.get(field::outRows); ++y) {
      for (std::uint32_t x = 0; x < cols; ++x) {
        std::uint8_t *maxima = result.data() + std::size_t{x} * 16;
        std::fill_n(maxima, 16, std::uint8_t{0});
        for (std::uint32_t tap = 0; tap < command.get(field::kernelRows) * command.get(field::kernelCols); ++tap) {
          const auto down = static_cast<std::int32_t>(y * command.get(field::strideRows) + tap / command.get(field::kernelCols));
          const auto right = static_cast<std::int32_t>(x * command.get(field::strideCols) + tap % command.get(field::kernelCols));
          const std::int32_t row = top + down, col = left + right;
          if (row < 0 || col < 0 || row >= static_cast<std::int32_t>(command.get(field::inRows)) ||
              col >= static_cast<std::int32_t>(command.get(field::inCols))) {
            continue;
          }
          const std::uint8_t *source =
              act(command.get(field::inAddress) + static_cast<std::uint32_t>(down) * command.get(field::inRowStride) +
                      group * command.get(field::inBlockStride),
                  static_cast<std::uint32_t>(col));
          for (std::uint32_t c = 0; c < 16; ++c) {
            maxima[c] = std::max(maxima[c], source[c]);
          }
        }
      }
      put(command, group, y, result, stores);
    }
  }
}

/// One line of a result to where the command sends it.
void Datapath::put(const Command &command, std::uint32_t group, std::uint32_t y, const std::vector<std::uint8_t> &line,
                   std::vector<PendingWrite> &stores) {
  const std::uint32_t address =
      command.get(field::outAddress) + y * command.get(field::outRowStride) + group * command.get(field::outBlockStride);
  if (command.get(field::toMemory) == 0) {
    stores.push_back({address, line});
    return;
  }
  for (std::uint32_t x = 0; x < command.get(field::outCols); ++x) {
    std::memcpy(act(address, x), line.data() + std::size_t{x} * 16, 16);
  }
}

} // namespace zynqnet::sim
