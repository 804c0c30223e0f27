#!/bin/sh
# Synthesizes the presets with Yosys and prints resources against the limits (85 % of LUT, FF, BRAM36; 95 % of DSP48E1)
# and the longest path between registers (cells, carry chains by CARRY4). Usage: synth.sh [preset...]     exit status 1 if a limit is exceeded
set -eu
cd "$(dirname "$0")/../rtl"
out=${ZYNQNET_SYNTH_OUT:-../../out/synth}
mkdir -p "$out"
status=0
for preset in "${@:-zybo}"; do
  case $preset in
    zybo) luts=17600 dsps=80 brams=60 ;;
    zybo-z7-20) luts=53200 dsps=220 brams=140 ;;
    zc706) luts=218600 dsps=900 brams=545 ;;
    *) echo "unknown preset $preset; expected zybo, zybo-z7-20 or zc706" >&2; exit 2 ;;
  esac
  top=zynqnet_$(echo "$preset" | tr - _)
  yosys -q -l "$out/$preset.log" -p "
    read_verilog -sv zn_pkg.sv $(ls zn_*.sv | grep -v zn_pkg.sv | tr '\n' ' ') presets/$top.sv
    synth_xilinx -family xc7 -top $top -flatten
    tee -o $out/$preset.stat stat
    delete t:FD* t:RAM* t:SRL* t:DSP48E1
    ltp"
  awk -v preset="$preset" -v luts=$luts -v dsps=$dsps -v brams=$brams '
    $1 ~ /^LUT[1-6]$/ { lut += $2 }
    $1 ~ /^(RAM32M|RAM64M)$/ { lut += 4 * $2 }
    $1 ~ /^(RAM32X1D|RAM64X1D|RAM128X1D)$/ { lut += 2 * $2 }
    $1 ~ /^(SRL16E|SRLC32E)$/ { lut += $2 }
    $1 ~ /^FD[RSCP]E$/ { ff += $2 }
    $1 == "DSP48E1" { dsp += $2 }
    $1 == "RAMB36E1" { bram += $2 }
    $1 == "RAMB18E1" { bram += $2 / 2 }
    function row(what, used, have, share) {
      printf "%-11s %-9s %8.1f of %7d  %5.1f %%  limit %d %%%s\n", preset, what, used, have, 100 * used / have, share, used > have * share / 100 ? "  EXCEEDED" : ""
      if (used > have * share / 100) bad = 1
    }
    END { row("LUT", lut, luts, 85); row("FF", ff, 2 * luts, 85); row("BRAM36", bram, brams, 85); row("DSP48E1", dsp, dsps, 95); exit bad }' "$out/$preset.stat" || status=1
  grep -a "Longest topological path" "$out/$preset.log" | tail -1
done
exit $status
