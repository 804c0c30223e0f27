#!/bin/sh
# Instructions per multiply-accumulate of the armv7 engine over the whole of ZynqNet, counted under emulation.
#   count_instructions.sh BUILD-FOLDER [BACKEND]
# QEMU logs every translation block once with its instructions and every execution of a block (no chaining, so none is
# missed). The instructions of each block are multiplied by its executions; a run of one frame less a run of none leaves
# the frame alone. Takes some minutes.
set -eu
build=${1:?usage: count_instructions.sh BUILD-FOLDER [BACKEND]}
backend=${2:-neon}

count() {
  qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf -d in_asm,exec,nochain \
    "$build/tests/cpu/engine_frames" "$backend" "$1" 2>&1 >/dev/null | awk '
    /^IN:/ { block = ""; next }
    /^0x/ { split($1, part, ":"); if (block == "") { block = substr(part[1], 3); size[block] = 0 } ++size[block]; next }
    /^Trace/ { split($0, part, "/"); ++runs[part[2]] }
    END { for (pc in runs) total += runs[pc] * size[pc]; printf "%.0f\n", total }'
}

macs=$(qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf "$build/tests/cpu/engine_frames" "$backend" 0 | cut -d' ' -f1)
idle=$(count 0)
frame=$(count 1)
awk -v frame="$frame" -v idle="$idle" -v macs="$macs" 'BEGIN {
  printf "%.0f instructions, %.0f multiply-accumulates: %.3f instructions per MAC\n", frame - idle, macs, (frame - idle) / macs }'
