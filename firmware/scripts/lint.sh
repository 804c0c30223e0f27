#!/bin/sh
# Lints the RTL of every preset with Verilator, all warnings on; then one preset with the checkers of firmware/tb, as it
# is simulated. A waiver in the code has its reason in the line above it. Ends with 1 on any warning.
set -eu
cd "$(dirname "$0")/../rtl"
modules=$(printf '%s\n' zn_*.sv | grep -vx zn_pkg.sv)

# lint FILE...
lint() {
  # The names are words.
  # shellcheck disable=SC2086
  verilator --lint-only -Wall --assert --top-module "$top" zn_pkg.sv $modules "presets/$top.sv" "$@"
}

for preset in presets/*.sv; do
  top=$(basename "$preset" .sv)
  lint
  echo "$top: clean"
done
lint ../tb/zn_*.sv
echo "$top with its checkers: clean"
