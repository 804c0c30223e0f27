#!/bin/sh
# Called by busybox's ntpd (-S) with what has happened, or by hand: `clock-hook.sh step` once the clock is right.
# busybox says: step, stratum, periodic while it is synchronised, unsync when it no longer is; stratum 16 means none.
set -u
SIGN=${ZYNQNETD_SYSROOT:-}/run/zynqnetd/clock-synchronized

case "${1:-}" in
step | stratum | periodic)
	if [ "${stratum:-1}" -lt 16 ]; then
		mkdir -p "${SIGN%/*}"
		: >"$SIGN"
	else
		rm -f "$SIGN"
	fi
	;;
unsync) rm -f "$SIGN" ;;
*)
	echo "usage: $0 step|stratum|periodic|unsync" >&2
	exit 2
	;;
esac
