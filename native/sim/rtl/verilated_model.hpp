// AcceleratorModel over a Verilated zn_top: one template, one instance per preset.
#pragma once

#include "core/error.hpp"
#include "sim/rtl/accelerator_model.hpp"

#include <verilated.h>

#include <concepts>

namespace zynqnet::sim {

/// Bits of a port vector, whatever type Verilator chose for its width.
template <typename T> std::uint64_t bits(const T &vector, std::uint32_t lsb, std::uint32_t width) {
  if constexpr (std::integral<T>) {
    return width >= 64 ? vector : (static_cast<std::uint64_t>(vector) >> lsb & ((std::uint64_t{1} << width) - 1));
  } else {
    if (width == 64) {
      return vector[lsb / 32] | static_cast<std::uint64_t>(vector[lsb / 32 + 1]) << 32U;
    }
    return vector[lsb / 32] >> lsb % 32 & ((std::uint64_t{1} << width) - 1);
  }
}

template <typename T> void setBits(T &vector, std::uint32_t lsb, std::uint32_t width, std::uint64_t value) {
  if constexpr (std::integral<T>) {
    const std::uint64_t mask = (width >= 64 ? 0 : std::uint64_t{1} << width) - 1;
    vector = static_cast<T>((vector & ~(mask << lsb)) | (value & mask) << lsb);
  } else if (width == 64) {
    vector[lsb / 32] = static_cast<std::uint32_t>(value);
    vector[lsb / 32 + 1] = static_cast<std::uint32_t>(value >> 32U);
  } else {
    const std::uint32_t mask = (1U << width) - 1;
    vector[lsb / 32] = (vector[lsb / 32] & ~(mask << lsb % 32)) | (static_cast<std::uint32_t>(value) & mask) << lsb % 32;
  }
}

template <typename Top> class VerilatedModel final : public AcceleratorModel {
public:
  VerilatedModel(const accelerator::Preset &preset, std::uint32_t baseAddress, std::uint32_t memoryBytes,
                 const MemoryConditions &conditions)
      : preset_(preset), memory_(preset.ports, baseAddress, memoryBytes, conditions), top_(&context_) {
    reset();
  }
  ~VerilatedModel() override { top_.final(); }
  VerilatedModel(const VerilatedModel &) = delete;
  VerilatedModel &operator=(const VerilatedModel &) = delete;

  [[nodiscard]] const accelerator::Preset &preset() const noexcept override { return preset_; }
  [[nodiscard]] AxiMemory &memory() noexcept override { return memory_; }
  [[nodiscard]] bool interrupt() const noexcept override { return top_.irq_o != 0; }
  [[nodiscard]] std::uint64_t cycles() const noexcept override { return cycles_; }
  [[nodiscard]] const std::map<std::uint32_t, std::uint64_t> &trace() const noexcept override {
    flushTrace();
    return trace_;
  }
  void clearTrace() override { trace_.clear(), tagCycles_ = 0; }

  void reset() override {
    top_.rst_i = 1;
    for (int i = 0; i < 4; ++i) {
      tick();
    }
    top_.rst_i = 0;
    tick();
  }

  void tick() override {
    for (std::uint32_t p = 0; p < preset_.ports; ++p) {
      drivePort(p, memory_.inputs(p));
    }
    top_.clk_i = 0;
    top_.eval();
    for (std::uint32_t p = 0; p < preset_.ports; ++p) {
      memory_.cycle(p, portOutputs(p));
    }
    sample_ = {top_.s_awready_o != 0, top_.s_bvalid_o != 0, top_.s_arready_o != 0, top_.s_rvalid_o != 0,
               top_.s_bresp_o,        top_.s_rresp_o,       top_.s_rdata_o};
    if (top_.trace_tag_o != tag_) {
      flushTrace();
      tag_ = top_.trace_tag_o;
    }
    ++tagCycles_;
    top_.clk_i = 1;
    top_.eval();
    memory_.endCycle();
    ++cycles_;
  }

  std::uint32_t readRegister(std::uint32_t offset, std::uint8_t *response) override {
    top_.s_arvalid_i = 1;
    top_.s_araddr_i = offset & 0xFFFU;
    waitFor([this] { return sample_.arReady; });
    top_.s_arvalid_i = 0;
    top_.s_rready_i = 1;
    waitFor([this] { return sample_.rValid; });
    top_.s_rready_i = 0;
    if (response != nullptr) {
      *response = sample_.rResponse;
    }
    return sample_.rData;
  }

  std::uint8_t writeRegister(std::uint32_t offset, std::uint32_t value) override {
    top_.s_awvalid_i = top_.s_wvalid_i = 1;
    top_.s_awaddr_i = offset & 0xFFFU;
    top_.s_wdata_i = value;
    top_.s_wstrb_i = 15;
    waitFor([this] { return sample_.awReady; });
    top_.s_awvalid_i = top_.s_wvalid_i = 0;
    top_.s_bready_i = 1;
    waitFor([this] { return sample_.bValid; });
    top_.s_bready_i = 0;
    return sample_.bResponse;
  }

private:
  struct Sample {
    bool awReady = false, bValid = false, arReady = false, rValid = false;
    std::uint8_t bResponse = 0, rResponse = 0;
    std::uint32_t rData = 0;
  };

  template <typename Condition> void waitFor(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      tick();
      if (condition()) {
        return;
      }
    }
    throw Error("SIMULATION_PROTOCOL", "the register slave does not answer");
  }

  void drivePort(std::uint32_t p, const PortInputs &in) {
    setBits(top_.m_arready_i, p, 1, in.arReady);
    setBits(top_.m_rvalid_i, p, 1, in.rValid);
    setBits(top_.m_rdata_i, p * 64, 64, in.rData);
    setBits(top_.m_rresp_i, p * 2, 2, in.rResponse);
    setBits(top_.m_rlast_i, p, 1, in.rLast);
    setBits(top_.m_awready_i, p, 1, in.awReady);
    setBits(top_.m_wready_i, p, 1, in.wReady);
    setBits(top_.m_bvalid_i, p, 1, in.bValid);
    setBits(top_.m_bresp_i, p * 2, 2, in.bResponse);
  }

  PortOutputs portOutputs(std::uint32_t p) const {
    PortOutputs out;
    out.arValid = bits(top_.m_arvalid_o, p, 1) != 0;
    out.rReady = bits(top_.m_rready_o, p, 1) != 0;
    out.awValid = bits(top_.m_awvalid_o, p, 1) != 0;
    out.wValid = bits(top_.m_wvalid_o, p, 1) != 0;
    out.bReady = bits(top_.m_bready_o, p, 1) != 0;
    if (out.arValid) {
      out.arAddress = static_cast<std::uint32_t>(address(top_.m_araddr_o, p));
      out.arLength = static_cast<std::uint8_t>(bits(top_.m_arlen_o, p * 8, 8));
    }
    if (out.awValid) {
      out.awAddress = static_cast<std::uint32_t>(address(top_.m_awaddr_o, p));
      out.awLength = static_cast<std::uint8_t>(bits(top_.m_awlen_o, p * 8, 8));
    }
    if (out.wValid) {
      out.wLast = bits(top_.m_wlast_o, p, 1) != 0;
      out.wData = bits(top_.m_wdata_o, p * 64, 64);
    }
    return out;
  }
  template <typename T> static std::uint64_t address(const T &vector, std::uint32_t p) {
    if constexpr (std::integral<T>) {
      return bits(vector, p * 32, 32);
    } else {
      return vector[p];
    }
  }

  void flushTrace() const {
    if (tagCycles_ != 0) {
      trace_[tag_] += tagCycles_;
      tagCycles_ = 0;
    }
  }

  const accelerator::Preset &preset_;
  AxiMemory memory_;
  VerilatedContext context_;
  Top top_;
  Sample sample_;
  std::uint64_t cycles_ = 0;
  std::uint32_t tag_ = 0;
  mutable std::uint64_t tagCycles_ = 0;
  mutable std::map<std::uint32_t, std::uint64_t> trace_;
};

} // namespace zynqnet::sim
