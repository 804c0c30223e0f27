// What a failed assertion of the RTL does: Verilator's default ends the process; a simulation inside Node must not.
#include "core/error.hpp"

#include <verilated.h>

#include <string>

void vl_stop(const char *filename, int linenum, const char *hier) {
  // Verilator has printed the message already
  throw zynqnet::Error("SIMULATION_PROTOCOL",
                       std::string("assertion failed at ") + filename + ":" + std::to_string(linenum) + " in " + hier);
}
