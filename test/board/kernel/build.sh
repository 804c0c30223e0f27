#!/bin/sh
# Builds the emulated board's kernel and device tree from Debian's kernel sources: about 16 minutes of processor time.
#   build.sh OUT_DIR      -> OUT_DIR/zImage, OUT_DIR/zynqsim-fpga.dtb; then ZYNQNETD_BOARD_KERNEL=OUT_DIR npm run test:board
# Needs: linux-source-6.1 flex bison bc libssl-dev libelf-dev gcc-arm-linux-gnueabihf libc6-dev-armhf-cross device-tree-compiler
set -eu
out=${1:?usage: build.sh OUT_DIR}
here=$(cd "$(dirname "$0")" && pwd)
archive=$(find /usr/src -maxdepth 1 -name 'linux-source-6.*.tar.xz' | sort | tail -n 1)
if [ -z "$archive" ]; then
	echo "build.sh: no kernel sources: apt-get install linux-source-6.1" >&2
	exit 1
fi
mkdir -p "$out/source" "$out/build"
out=$(cd "$out" && pwd)
if [ ! -e "$out/source/.patched" ]; then
	tar -x -f "$archive" -C "$out/source" --strip-components=1
	# QEMU has no working PCAP: the FPGA manager must take bitstreams all the same, and by a file in /sys, as AMD's kernel does.
	sh "$here/emulate-fpga.sh" "$out/source"
	touch "$out/source/.patched"
fi
export ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf-
KCONFIG_ALLCONFIG="$here/board.config" make -s -C "$out/source" O="$out/build" allnoconfig
make -s -C "$out/source" O="$out/build" -j"$(nproc)" zImage
cp "$out/build/arch/arm/boot/zImage" "$out/zImage"
cpp -nostdinc -undef -x assembler-with-cpp -I "$out/source/arch/arm/boot/dts" -I "$out/source/include" "$here/board.dts" |
	dtc -q -@ -I dts -O dtb -o "$out/zynqsim-fpga.dtb" -
echo "build.sh: ZYNQNETD_BOARD_KERNEL=$out npm run test:board"
