#!/bin/sh
# Runs as root before the daemon starts: the FPGA gets the installed bitstream, and the daemon's user gets access to just
# its devices. What udev or mdev have done already is done again: boards without either work too.
set -u
ROOT_DIR=${ZYNQNETD_SYSROOT:-}
BITSTREAM=zynqnetd.bit.bin
LOADED=$ROOT_DIR/var/run/zynqnetd/bitstream
MANAGER=$ROOT_DIR/sys/class/fpga_manager/fpga0

# Once per boot and bitstream: a running accelerator is not configured anew by a restart of the daemon.
load_bitstream() {
	file=$ROOT_DIR/lib/firmware/$BITSTREAM
	[ -r "$file" ] && [ -w "$MANAGER/firmware" ] || return 0
	digest=$(sha256sum "$file" | cut -d' ' -f1)
	if [ "$(cat "$LOADED" 2>/dev/null)" = "$digest" ] && [ "$(cat "$MANAGER/state")" = operating ]; then
		return 0
	fi
	echo 0 >"$MANAGER/flags"
	if echo "$BITSTREAM" >"$MANAGER/firmware"; then
		echo "$digest" >"$LOADED"
		echo "zynqnetd: the FPGA holds $file"
	else
		echo "zynqnetd: the FPGA manager refused $file: $(cat "$MANAGER/state"); is it byte-swapped (bootgen -process_bitstream bin) and for this board?" >&2
	fi
}

give() { # GROUP FILE...
	group=$1
	shift
	for file in "$@"; do
		[ -e "$file" ] && chgrp "$group" "$file" && chmod g+rw "$file"
	done
	return 0
}

grant_devices() {
	grep -q '^zynqnetd:' "$ROOT_DIR/etc/group" 2>/dev/null || return 0
	for name in "$ROOT_DIR"/sys/class/uio/uio*/name; do
		if [ -r "$name" ] && [ "$(cat "$name")" = zynqnetd ]; then
			device=${name%/name}
			give zynqnetd "$ROOT_DIR/dev/${device##*/}"
		fi
	done
	give zynqnetd "$ROOT_DIR"/dev/udmabuf-zynqnetd* "$ROOT_DIR"/sys/class/u-dma-buf/udmabuf-zynqnetd*/sync_* "$MANAGER/firmware" "$MANAGER/flags"
	give zynqnetd "$ROOT_DIR"/sys/class/leds/zynqnetd:*/brightness "$ROOT_DIR"/sys/class/leds/zynqnetd:*/trigger
	! grep -q '^video:' "$ROOT_DIR/etc/group" || give video "$ROOT_DIR"/dev/video[0-9]*
}

mkdir -p "$(dirname "$LOADED")"
load_bitstream
grant_devices
