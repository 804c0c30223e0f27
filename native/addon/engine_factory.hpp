// Backend names to engines. No Node here, so that new backends touch one file.
#pragma once

#include "addon/accelerators.hpp"
#include "core/engine.hpp"
#include "core/model.hpp"

#include <memory>
#include <string>
#include <vector>

namespace zynqnet {

/// Throws Error ENGINE_UNKNOWN for a backend that this build does not have, ENGINE_UNSUPPORTED when it cannot run the model.
[[nodiscard]] std::unique_ptr<Engine> createEngine(std::shared_ptr<const Model> model, const std::string &backend, unsigned threads,
                                                   const AcceleratorChoice &accelerator);

/// CPU backends and instruction sets compiled in and usable on this processor.
[[nodiscard]] std::vector<std::string> availableFeatures();

/// Accelerator backends compiled in: fpga, functional-sim, rtl.
[[nodiscard]] std::vector<std::string> availableAccelerators();

} // namespace zynqnet
