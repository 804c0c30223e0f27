#!/bin/sh
# Lints every preset with Verilator, all warnings on.
set -eu
cd "$(dirname "$0")/../rtl"
for top in zynqnet_zybo zynqnet_zybo_z7_20 zynqnet_zc706; do
  # The names are words.
  # shellcheck disable=SC2046
  verilator --lint-only -Wall --top-module "$top" zn_pkg.sv $(printf "%s\n" zn_*.sv | grep -vx zn_pkg.sv) "presets/$top.sv"
  echo "$top: clean"
done
