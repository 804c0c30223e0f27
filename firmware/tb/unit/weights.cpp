// WEIGHTS through two ports into the ring: plain and with a codebook, groups of any size, a ring that runs full, slow memory.
// PORTS 2, RING_LOG2 9.
#include "Vweights.h"
#include "bench.hpp"
#include "lowering/hardware.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <vector>

namespace zynqnet::bench {
namespace {

constexpr std::uint32_t ports = 2, partBytes = 64 / ports, ringWords = 512;
using RingWord = std::array<std::uint8_t, 64>;

struct Job {
  std::uint32_t address = 0, stride = 0, groupWords = 0;
  bool codebook = false;
  std::array<std::uint8_t, 16> entries{};
  std::array<std::vector<std::uint8_t>, ports> parts;
};

/// Random words and the parts in memory that stand for them.
Job makeJob(Random &random, std::uint32_t address, std::deque<RingWord> &words) {
  Job job;
  job.address = address;
  job.stride = 0x40000;
  job.codebook = random.chance(60);
  job.groupWords = 1 + random.below(random.chance(20) ? 300 : 40);
  for (auto &entry : job.entries) {
    entry = static_cast<std::uint8_t>(random.below(256));
  }
  for (std::uint32_t group = 1 + random.below(5); group > 0; --group) {
    for (std::uint32_t w = 0; w < 2 + job.groupWords; ++w) {
      const bool indexed = job.codebook && w >= 2;
      RingWord word{};
      for (std::uint32_t i = 0; i < 64; ++i) {
        const std::uint32_t index = random.below(16);
        word[i] = indexed ? job.entries[index] : static_cast<std::uint8_t>(random.below(256));
        auto &part = job.parts[i / partBytes];
        if (!indexed) {
          part.push_back(word[i]);
        } else if (i % 2 == 0) {
          part.push_back(static_cast<std::uint8_t>(index));
        } else {
          part.back() |= static_cast<std::uint8_t>(index << 4U);
        }
      }
      words.push_back(word);
    }
  }
  return job;
}

void setField(Vweights &top, const accelerator::CommandField &field, std::uint32_t value) {
  top.cmd_i[field.word] = (top.cmd_i[field.word] & ~field.bits.mask()) | field.bits.put(value);
}

void stream(std::uint32_t seed) {
  Vweights top;
  Random random(seed);
  std::deque<RingWord> words;
  std::deque<Job> jobs;
  for (int i = 0; i < 12; ++i) {
    jobs.push_back(makeJob(random, 0x100000U * static_cast<std::uint32_t>(i + 1), words));
  }
  std::vector<Job> running;
  struct Beat {
    std::uint32_t address = 0;
    std::uint64_t due = 0;
  };
  std::array<std::deque<Beat>, ports> beats;
  std::uint32_t arrived = 0, next = 0;
  const auto total = static_cast<std::uint32_t>(words.size());
  const auto find = [&](std::uint32_t address, std::uint32_t port) -> const std::uint8_t * {
    for (const Job &job : running) {
      const std::uint32_t start = job.address + port * job.stride;
      if (address >= start && address + 8 <= start + job.parts[port].size()) {
        return job.parts[port].data() + (address - start);
      }
    }
    return nullptr;
  };
  reset(top);
  int readState = 0;
  for (std::uint64_t now = 0; now < 400000 && next < total; ++now) {
    top.release_i = 0;
    top.cmd_valid_i = !jobs.empty() && random.chance(30);
    if (top.cmd_valid_i != 0) {
      using namespace accelerator::field;
      const Job &job = jobs.front();
      setField(top, weightsAddress, job.address);
      setField(top, weightsPortStride, job.stride);
      setField(top, weightsBeats, static_cast<std::uint32_t>(job.parts[0].size() / 8));
      setField(top, weightsCodebook, job.codebook ? 1 : 0);
      setField(top, weightsGroupWords, job.groupWords);
      for (std::uint32_t i = 0; i < 4; ++i) {
        std::memcpy(&top.cmd_i[8 + i], job.entries.data() + 4 * i, 4);
      }
    }
    top.req_ready_i = static_cast<std::uint8_t>(random.below(4));
    top.data_valid_i = 0;
    for (std::uint32_t p = 0; p < ports; ++p) {
      if (!beats[p].empty() && beats[p].front().due <= now && random.chance(seed % 2 == 0 ? 95 : 50)) {
        const std::uint8_t *bytes = find(beats[p].front().address, p);
        CHECK_MESSAGE(bytes != nullptr, "an address of the command");
        if (bytes != nullptr) {
          std::memcpy(&top.data_i[2 * p], bytes, 8);
        }
        beats[p].pop_front();
        top.data_valid_i |= static_cast<std::uint8_t>(1U << p);
      }
    }
    // The reader: at times slow, so that the ring runs full
    if (readState == 0 && arrived > next && random.chance(now / 2000 % 2 == 0 ? 5 : 90)) {
      top.read_addr_i = next % ringWords;
      readState = 1;
    } else if (readState > 0 && ++readState == 4) {
      CHECK_MESSAGE(std::memcmp(&top.read_data_o[0], words[next].data(), 64) == 0,
                    ("word " + std::to_string(next) + " of the ring, seed " + std::to_string(seed)));
      top.release_i = 1;
      ++next;
      readState = 0;
    }
    settle(top);
    if (top.cmd_valid_i != 0 && top.cmd_ready_o != 0) {
      running.push_back(jobs.front());
      jobs.pop_front();
    }
    for (std::uint32_t p = 0; p < ports; ++p) {
      if ((top.req_valid_o >> p & 1U) != 0 && (top.req_ready_i >> p & 1U) != 0) {
        const auto address = static_cast<std::uint32_t>(top.req_addr_o >> 32 * p);
        const std::uint32_t count = top.req_beats_o >> 8 * p & 255U;
        CHECK_MESSAGE((count >= 1 && count <= 16 && address % 4096 + count * 8 <= 4096), "a legal burst");
        for (std::uint32_t b = 0; b < count; ++b) {
          beats[p].push_back({address + 8 * b, now + 30});
        }
      }
    }
    tick(top);
    arrived += top.word_o;
    CHECK_MESSAGE(arrived - next <= ringWords, "the ring is not overrun");
  }
  CHECK_MESSAGE(next == total,
                ("every word arrived: " + std::to_string(next) + " of " + std::to_string(total) + ", seed " + std::to_string(seed)));
  for (int i = 0; i < 20; ++i) {
    tick(top);
  }
  CHECK_MESSAGE(top.busy_o == 0, "not busy at the end");
}

} // namespace

TEST_CASE("weights") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    stream(seed);
  }
}

} // namespace zynqnet::bench
