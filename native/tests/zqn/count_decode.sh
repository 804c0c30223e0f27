#!/bin/sh
# Instructions that the Cortex-A9 needs to decode a model file, counted under emulation.
#   count_decode.sh BUILD-FOLDER MODEL.zqn      (a build with native/cmake/armv7.cmake and -DZYNQNET_TESTS=ON)
# QEMU logs every translation block once with its instructions and every execution of a block (no chaining, so none is
# missed); a run that decodes twice less a run that decodes once leaves one decoding. Takes some minutes.
set -eu
build=${1:?usage: count_decode.sh BUILD-FOLDER MODEL.zqn}
model=${2:?usage: count_decode.sh BUILD-FOLDER MODEL.zqn}

count() {
  qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf -d in_asm,exec,nochain \
    "$build/tests/zqn/zynqnet_bench_decode" "$model" "$1" 2>&1 >/dev/null | awk '
    /^IN:/ { block = ""; next }
    /^0x/ { split($1, part, ":"); if (block == "") { block = substr(part[1], 3); size[block] = 0 } ++size[block]; next }
    /^Trace/ { split($0, part, "/"); ++runs[part[2]] }
    END { for (pc in runs) total += runs[pc] * size[pc]; printf "%.0f\n", total }'
}

weights=$(qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf "$build/tests/zqn/zynqnet_bench_decode" "$model" | sed 's/.*"weights":\([0-9]*\).*/\1/')
once=$(count 1)
twice=$(count 2)
awk -v twice="$twice" -v once="$once" -v weights="$weights" 'BEGIN {
  printf "%.0f instructions, %.0f weights: %.1f instructions per weight\n", twice - once, weights, (twice - once) / weights }'
