#include "accelerator/self_test.hpp"

#include "accelerator/accelerator.hpp"
#include "core/error.hpp"
#include "lowering/command.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace zynqnet::accelerator {

namespace {

/// Neighbouring words differ in every byte, and every byte differs from the round before.
std::uint8_t pattern(std::size_t i, std::uint32_t round) { return static_cast<std::uint8_t>(i * 73 + (i >> 8U) + 29 + round * 101); }

[[noreturn]] void fail(Accelerator &driver, std::size_t at, std::size_t bytes, std::uint32_t rowBytes, bool stale) {
  const std::string where = "a copy through the accelerator came back wrong from byte " + std::to_string(at) + " of " +
                            std::to_string(bytes) + " on (row " + std::to_string(at / rowBytes) + "): ";
  throw Error("ACCELERATOR_SELFTEST",
              where + (stale
                           ? "the processor reads what was there before, so its cache is not synchronised with " + driver.memory().where() +
                                 ": u-dma-buf without dma-coherent on the HP ports, or a region that is mapped uncached"
                           : "the HP ports must be 64 bits wide in the FSBL, not coherent, and " + driver.memory().where() +
                                 " must be memory that only the accelerator uses"));
}

} // namespace

std::size_t selfTest(Accelerator &driver, std::uint32_t rounds) {
  const Preset &preset = driver.preset();
  const std::uint32_t rows = 2 * preset.ports; // rows go to the ports in turn, so every port reads and writes
  const std::uint32_t cols = std::min(16U, 1U << preset.banksLog2 << (preset.actDepthLog2 - 5));
  const std::uint32_t rowBytes = cols * 16;
  const std::uint32_t stride = (cols + (1U << preset.banksLog2) - 1) >> preset.banksLog2;
  const std::size_t page = DmaSpace::pageBytes;
  const std::size_t dataBytes = (std::size_t{rows} * rowBytes + page - 1) / page * page;
  const auto region = driver.space().reserve(page + 2 * dataBytes);
  if (!region) {
    throw Error("ACCELERATOR_MEMORY", driver.memory().where() + " has " + std::to_string(driver.memory().bytes().size()) +
                                          " bytes, too few even for the self-test; make the DMA memory larger");
  }
  const std::size_t source = region->offset() + page;
  const std::size_t target = source + dataBytes;

  std::array<Command, 3> list{makeCommand(Opcode::load, 0), makeCommand(Opcode::pool, 0), makeCommand(Opcode::end, 0)};
  list[0].set(field::loadAddress, driver.addressOf(source)).set(field::loadRowStride, rowBytes).set(field::loadBlockStride, rowBytes);
  list[0].set(field::loadRows, rows).set(field::loadCols, cols).set(field::loadBlocks, 1);
  list[0].set(field::loadActRowStride, stride).set(field::loadActBlockStride, stride);
  list[1].set(field::waitLoad, 1).set(field::inRowStride, stride).set(field::inBlockStride, stride).set(field::blocks, 1);
  list[1].set(field::inRows, rows).set(field::inCols, cols).set(field::kernelRows, 1).set(field::kernelCols, 1);
  list[1].set(field::strideRows, 1).set(field::strideCols, 1).set(field::lastQuads, 4).set(field::outRows, rows).set(field::outCols, cols);
  list[1]
      .set(field::groups, 1)
      .set(field::outAddress, driver.addressOf(target))
      .set(field::outRowStride, rowBytes)
      .set(field::outBlockStride, rowBytes);

  const std::span<std::uint8_t> memory = driver.memory().bytes();
  std::memcpy(memory.data() + region->offset(), list.data(), sizeof list);
  const std::size_t bytes = std::size_t{rows} * rowBytes;
  for (std::size_t i = 0; i < bytes; ++i) {
    memory[target + i] = static_cast<std::uint8_t>(~pattern(i, 0));
  }
  driver.memory().syncForDevice(region->offset(), region->bytes());
  for (std::uint32_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < bytes; ++i) {
      memory[source + i] = pattern(i, round);
    }
    driver.memory().syncForDevice(source, bytes);
    driver.run({region->offset(), static_cast<std::uint32_t>(list.size()), region->offset(), region->bytes(), {}});
    driver.memory().syncForCpu(target, bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      if (memory[target + i] != pattern(i, round)) {
        const std::uint8_t before = round == 0 ? static_cast<std::uint8_t>(~pattern(i, 0)) : pattern(i, round - 1);
        fail(driver, i, bytes, rowBytes, memory[target + i] == before);
      }
    }
  }
  return bytes * rounds;
}

} // namespace zynqnet::accelerator
