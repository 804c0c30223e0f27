// The CPU engines: one implementation over several kernel sets.
#pragma once

#include "core/engine.hpp"
#include "core/model.hpp"

#include <memory>
#include <string>
#include <vector>

namespace zynqnet {

/// An engine for a model that has passed validateGraph and validateWeights.
/// `backend`: "auto" (int8 models: the fastest kernels of this processor; float32 models: "float"), "float", or one of
/// "avx2", "avxvnni", "avx512vnni", "neon" for int8 models, "float-plain", "float-avx2", "float-avx512", "float-neon"
/// for float32 models. `threads` 0 means two, or one on a single processor.
/// Throws Error ENGINE_UNKNOWN for a backend this build or processor does not have, ENGINE_UNSUPPORTED when it cannot
/// run this model's arithmetic.
[[nodiscard]] std::unique_ptr<Engine> createCpuEngine(std::shared_ptr<const Model> model, const std::string &backend, unsigned threads);

/// The backends that run on this processor, best first, "scalar" excluded.
[[nodiscard]] std::vector<std::string> cpuFeatures();

} // namespace zynqnet
