#!/bin/sh
# Synthesizes the presets with Yosys and prints resources against the limits (85 % of LUT, FF and BRAM36, 95 % of DSP48E1)
# and the longest paths between registers. The two blocks of which there are hundreds (cascade, requantizer) are mapped once.
# Usage: synth.sh [preset...]     (default: the smallest); netlists, logs and tables go to $ZYNQNET_SYNTH_OUT (out/synth)
# Exit status 1 if a limit is exceeded or a path has more than six LUT levels.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${ZYNQNET_SYNTH_OUT:-$here/../../out/synth}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$here/../rtl"
status=0
[ $# -gt 0 ] || set -- "$(node "$here/limits.mjs" | head -n 1)"
for preset in "$@"; do
  limits=$(node "$here/limits.mjs" "$preset") || exit 2
  top=zynqnet_$(echo "$preset" | tr - _)
  yosys -q -l "$out/$preset.log" -p "
    read_verilog -sv zn_pkg.sv $(printf '%s\n' zn_*.sv | grep -vx zn_pkg.sv | tr '\n' ' ') presets/$top.sv
    hierarchy -check -top $top
    setattr -mod -set keep_hierarchy 1 zn_cascade zn_requant
    synth_xilinx -family xc7 -top $top -flatten
    setattr -mod -unset keep_hierarchy zn_cascade zn_requant
    flatten
    opt_clean
    tee -q -o $out/$preset.stat stat
    attrmap -remove src
    json -o $out/$preset.json $top" > "$out/$preset.messages" 2>&1 || { tail -5 "$out/$preset.messages" >&2; exit 1; }
  awk -v preset="$preset" -v limits="$limits" '
    BEGIN { split(limits, chip, " "); luts = chip[1]; dsps = chip[2]; brams = chip[3] }
    $1 ~ /^(LUT[1-6]|INV)$/ { lut += $2 }
    $1 ~ /^(RAM32M|RAM64M)$/ { lut += 4 * $2 }
    $1 ~ /^(RAM32X1D|RAM64X1D|RAM128X1D)$/ { lut += 2 * $2 }
    $1 ~ /^(SRL16E|SRLC32E)$/ { lut += $2 }
    $1 ~ /^FD[RSCP]E$/ { ff += $2 }
    $1 == "DSP48E1" { dsp += $2 }
    $1 == "RAMB36E1" { bram += $2 }
    $1 == "RAMB18E1" { bram += $2 / 2 }
    function row(what, used, have, share,   over) {
      over = used > have * share / 100
      printf("%-11s %-9s %8.1f of %7d  %5.1f %%  limit %d %%%s\n", preset, what, used, have, 100 * used / have, share, over ? "  EXCEEDED" : "")
      bad = bad || over
    }
    END { row("LUT", lut, luts, 85); row("FF", ff, 2 * luts, 85); row("BRAM36", bram, brams, 85); row("DSP48E1", dsp, dsps, 95); exit bad }' "$out/$preset.stat" || status=1
  node "$here/paths.mjs" "$out/$preset.json" --top "${ZYNQNET_SYNTH_PATHS:-5}" --limit 6 || status=1
done
exit "$status"
