#include "cpu/engines.hpp"

#include "core/error.hpp"
#include "core/scalar_engine.hpp"
#include "cpu/cpu_features.hpp"
#include "cpu/cpu_program.hpp"
#include "cpu/kernels/kernel_sets.hpp"
#include "cpu/work_crew.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace zynqnet {
namespace {

using cpu::Element;
using cpu::KernelSet;

/// Best first.
std::vector<const KernelSet *> usableKernels() {
  std::vector<const KernelSet *> sets;
  [[maybe_unused]] const cpu::CpuFeatures &features = cpu::detectedFeatures();
#if defined(__x86_64__)
  if (features.avx512Vnni) {
    sets.push_back(&cpu::avx512VnniKernels());
  }
  if (features.avxVnni) {
    sets.push_back(&cpu::avxVnniKernels());
  }
  if (features.avx2) {
    sets.push_back(&cpu::avx2Kernels());
  }
  if (features.avx512) {
    sets.push_back(&cpu::avx512FloatKernels());
  }
  if (features.avx2) {
    sets.push_back(&cpu::avx2FloatKernels());
  }
#elif defined(__ARM_NEON) && !defined(__aarch64__)
  if (features.neon) {
    sets.push_back(&cpu::neonKernels());
    sets.push_back(&cpu::neonFloatKernels());
  }
#endif
  sets.push_back(&cpu::plainFloatKernels());
  return sets;
}

bool runs(const KernelSet &set, const Model &model) {
  return (set.element == Element::float32) == (model.arithmetic == Arithmetic::float32);
}

/// Null when no SIMD kernels can run an int8 model here: the scalar engine then does.
const KernelSet *chooseKernels(const Model &model, const std::string &backend) {
  const bool isFloat = model.arithmetic == Arithmetic::float32;
  if (backend == "float" && !isFloat) {
    throw Error("ENGINE_UNSUPPORTED", "backend 'float' runs float32 models; this one is int8");
  }
  std::string known;
  for (const KernelSet *set : usableKernels()) {
    known += std::string(known.empty() ? "" : ", ") + std::string(set->name);
    if (backend == "auto" || backend == "float") {
      if (runs(*set, model)) {
        return set;
      }
    } else if (backend == set->name) {
      if (!runs(*set, model)) {
        throw Error("ENGINE_UNSUPPORTED", "backend '" + backend + "' does not run " + (isFloat ? "float32" : "int8") + " models");
      }
      return set;
    }
  }
  if (backend == "auto") {
    return nullptr;
  }
  throw Error("ENGINE_UNKNOWN", "no backend '" + backend + "' on this processor; it has auto, scalar, float, " + known);
}

class SimdEngine final : public Engine {
public:
  SimdEngine(std::shared_ptr<const Model> model, const KernelSet &kernels, unsigned threads)
      : model_(std::move(model)), kernels_(kernels), packed_(cpu::packModel(*model_, kernels)), program_(model_, packed_, kernels, false),
        crew_(threads, packed_->phases.size()) {}

  [[nodiscard]] std::string_view name() const noexcept override { return kernels_.name; }

  void run(std::span<const std::uint8_t> input, Logits &logits) override { program_.run(crew_, input, logits); }

  void runAllTensors(std::span<const std::uint8_t> input, Logits &logits, TensorDump &tensors) override {
    if (!keeping_) { // calibration and tests only: the daemon never pays for this memory
      keeping_ = std::make_unique<cpu::Program>(model_, packed_, kernels_, true);
    }
    keeping_->run(crew_, input, logits);
    keeping_->tensors(tensors);
  }

private:
  std::shared_ptr<const Model> model_;
  const KernelSet &kernels_;
  std::shared_ptr<const cpu::PackedModel> packed_;
  cpu::Program program_;
  std::unique_ptr<cpu::Program> keeping_;
  cpu::WorkCrew crew_; ///< last: its threads end before what they work on
};

} // namespace

std::unique_ptr<Engine> createCpuEngine(std::shared_ptr<const Model> model, const std::string &backend, unsigned threads) {
  const KernelSet *kernels = chooseKernels(*model, backend);
  if (kernels == nullptr) {
    return createScalarEngine(std::move(model));
  }
  const unsigned wanted = threads != 0 ? threads : std::min(2U, std::max(1U, std::thread::hardware_concurrency()));
  return std::make_unique<SimdEngine>(std::move(model), *kernels, wanted);
}

std::vector<std::string> cpuFeatures() {
  std::vector<std::string> names;
  for (const KernelSet *set : usableKernels()) {
    names.emplace_back(set->name);
  }
  names.emplace_back("float");
  return names;
}

} // namespace zynqnet
