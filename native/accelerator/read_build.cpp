#include "accelerator/read_build.hpp"

#include "core/error.hpp"

#include <string>

namespace zynqnet::accelerator {

namespace {

bool within(std::uint32_t value, std::uint32_t min, std::uint32_t max) { return value >= min && value <= max; }

} // namespace

Preset readBuild(RegisterWindow &registers) {
  const std::uint32_t capabilities = registers.read(reg::capabilities);
  const std::uint32_t build0 = registers.read(reg::build0);
  const std::uint32_t build1 = registers.read(reg::build1);
  const std::uint32_t multipliers = registers.read(reg::multipliers);
  for (const auto &[bit, name] :
       {std::pair{capabilitiesBits::conv, "CONV"}, {capabilitiesBits::pool, "POOL"}, {capabilitiesBits::wide, "wide CONV"}}) {
    if (bit.get(capabilities) == 0) {
      throw Error("ACCELERATOR_BUILD",
                  "the accelerator at " + registers.where() + " was built without " + name + "; load a bitstream of this release");
    }
  }
  Preset preset{};
  preset.name = "custom";
  preset.lanes = build0Bits::lanes.get(build0);
  preset.slots = build0Bits::slots.get(build0);
  preset.drainCycles = build0Bits::drainCycles.get(build0);
  preset.ports = build0Bits::ports.get(build0);
  preset.actDepthLog2 = build1Bits::actDepthLog2.get(build1);
  preset.banksLog2 = build1Bits::banksLog2.get(build1);
  preset.weightDepthLog2 = build1Bits::weightDepthLog2.get(build1);
  preset.clockMHz = build1Bits::clockMHz.get(build1);
  preset.codebook = capabilitiesBits::codebook.get(capabilities);
  const bool plausible = within(preset.lanes, 1, 16) && within(preset.slots, 1, 16) && within(preset.drainCycles, 1, 16) &&
                         (preset.ports == 1 || preset.ports == 2 || preset.ports == 4) && within(preset.actDepthLog2, 6, 16) &&
                         within(preset.banksLog2, 0, 6) && within(preset.weightDepthLog2, 6, 16) && preset.clockMHz != 0;
  if (!plausible || multipliers != preset.multipliers()) {
    throw Error("ACCELERATOR_BUILD", "the build registers of the accelerator at " + registers.where() + " contradict each other (lanes " +
                                         std::to_string(preset.lanes) + ", slots " + std::to_string(preset.slots) + ", ports " +
                                         std::to_string(preset.ports) + ", multipliers " + std::to_string(multipliers) +
                                         "): is its clock running, is the bitstream of this release?");
  }
  for (const Preset &known : presets) {
    preset.outDepthLog2 = known.outDepthLog2;
    preset.name = known.name;
    if (known.lanes == preset.lanes && known.slots == preset.slots && known.drainCycles == preset.drainCycles &&
        known.ports == preset.ports && known.actDepthLog2 == preset.actDepthLog2 && known.banksLog2 == preset.banksLog2 &&
        known.weightDepthLog2 == preset.weightDepthLog2 && known.codebook == preset.codebook) {
      return preset; // the clock is the board's business
    }
  }
  preset.name = "custom";
  return preset;
}

AcceleratorIdentity readIdentity(RegisterWindow &registers) {
  AcceleratorIdentity found;
  found.id = registers.read(reg::id);
  if (found.id == identity) {
    found.version = registers.read(reg::version);
    const auto major = versionBits::majorVersion;
    if (major.get(found.version) == major.get(interfaceVersion)) {
      found.build = readBuild(registers);
    }
  }
  return found;
}

} // namespace zynqnet::accelerator
