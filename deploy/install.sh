#!/bin/sh
# Installs zynqnetd on a board over ssh: checks, copies beside the running version, switches atomically.
# Every step can be cut and repeated; docs/boards/ tells how to prepare a board.
set -eu

usage() {
	cat <<'USAGE'
usage: deploy/install.sh root@BOARD [options]
  --bundle FILE      the bundle to install (default: the newest out/zynqnetd-*.tar.zst)
  --broker URL       MQTT broker for the board's configuration, e.g. mqtt://192.168.1.10:1883
  --bitstream FILE   byte-swapped .bit.bin for the FPGA, copied to /lib/firmware/zynqnetd.bit.bin
  --ssh-port N       ssh port (default 22)
  --ssh-option O     one more -o option for ssh, may be repeated
  --wait SECONDS     for the first classification before the switch counts as failed (default 60)
  --check            only check the board
  --rollback         go back to the version that ran before
  --status           which versions are on the board
  --uninstall        remove everything but configuration and state; with --purge those too
Exit status: 0 done, 1 failed (the board's running version is untouched), 2 wrong usage.
USAGE
}

wrong_usage() {
	echo "install.sh: $1" >&2
	usage >&2
	exit 2
}

fail() { # CODE MESSAGE
	echo "install.sh: $1: $2" >&2
	exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
target='' bundle='' broker='' bitstream='' action=install purge='' ssh_port=22 wait_seconds=60
set_options='-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=5 -o ServerAliveCountMax=6'
while [ $# -gt 0 ]; do
	case "$1" in
	--bundle | --broker | --bitstream | --ssh-port | --ssh-option | --wait)
		[ $# -ge 2 ] || wrong_usage "$1 needs a value"
		case "$1" in
		--bundle) bundle=$2 ;;
		--broker) broker=$2 ;;
		--bitstream) bitstream=$2 ;;
		--ssh-port) ssh_port=$2 ;;
		--wait) wait_seconds=$2 ;;
		--ssh-option) set_options="$set_options -o $2" ;;
		esac
		shift
		;;
	--check) action=check ;;
	--rollback) action=rollback ;;
	--status) action=status ;;
	--uninstall) action=uninstall ;;
	--purge) purge=--purge ;;
	--help | -h)
		usage
		exit 0
		;;
	-*) wrong_usage "unknown option $1" ;;
	*)
		[ -z "$target" ] || wrong_usage "expected one board, received '$target' and '$1'"
		target=$1
		;;
	esac
	shift
done
case "$wait_seconds" in
'' | *[!0-9]*) wrong_usage "expected --wait as a number of seconds, received '$wait_seconds'" ;;
esac
[ -n "$target" ] || wrong_usage "which board? e.g. root@192.168.1.50"

step_number=0
step() {
	step_number=$((step_number + 1))
	echo "[$step_number] $*"
}

on_board() {
	# Options are words of our own making; splitting them is wanted.
	# shellcheck disable=SC2086
	ssh -p "$ssh_port" $set_options "$target" "$@"
}

# The board's half travels with each call, so that an old board never runs an old script.
setup() {
	on_board "cat > /tmp/zynqnetd-setup.$$ && ZYNQNETD_HEALTH_SECONDS=$wait_seconds sh /tmp/zynqnetd-setup.$$ $*; status=\$?; rm -f /tmp/zynqnetd-setup.$$; exit \$status" <"$here/board/setup.sh"
}

fact() { # NAME, from $facts
	printf '%s\n' "$facts" | sed -n "s/^$1=//p" | head -n 1
}

check_connection() {
	if ! problem=$(on_board true 2>&1); then
		case "$problem" in
		*"Permission denied"*) fail INSTALL_SSH_KEY "the board refuses your ssh key; run: ssh-copy-id -p $ssh_port $target" ;;
		*"Host key verification failed"*) fail INSTALL_SSH_HOST "the board's host key is unknown or has changed; run once: ssh -p $ssh_port $target" ;;
		*) fail INSTALL_SSH "cannot reach $target over ssh: $problem" ;;
		esac
	fi
}

# version_below A B: is 2.A's minor below 2.B's?
version_below() {
	[ "${1#2.}" -lt "${2#2.}" ]
}

# The daemon runs on the CPU without the accelerator's drivers, but not without NEON.
check_kernel() { # OPTIONS_IT_LACKS
	case " $1 " in
	*" CONFIG_NEON "*) fail INSTALL_KERNEL "the board's kernel is built without CONFIG_NEON; build it with the options of docs/kernel.md" ;;
	"  ") ;;
	" unknown ") echo "    warning: the board's kernel does not tell its options (CONFIG_IKCONFIG_PROC), so they were not checked" ;;
	*) echo "    warning: the board's kernel lacks $1: without them the accelerator is not used (docs/kernel.md)" ;;
	esac
}

check_board() { # FLOOR NEEDED_KIB HAS_NODE
	facts=$(setup check) || fail INSTALL_CHECK "the board's check did not run: $facts"
	arch=$(fact arch)
	[ "$arch" = armv7l ] || fail INSTALL_ARCH "expected a 32-bit ARM board (armv7l) but $target is $arch"
	glibc=$(fact glibc)
	case "$glibc" in
	2.*) ! version_below "$glibc" "$1" || fail INSTALL_GLIBC "this bundle needs glibc $1 or newer but the board has $glibc; build the other variant: npm run bundle -- --board BOARD --glibc 2.31" ;;
	*) fail INSTALL_GLIBC "cannot tell the board's C library (found '$glibc'); this bundle needs glibc $1 or newer" ;;
	esac
	[ "$(fact writable)" = yes ] || fail INSTALL_READONLY "the board's /opt is read-only; on the board run: mount -o remount,rw /"
	free=$(fact freeKiB)
	[ "${free:-0}" -ge "$2" ] || fail INSTALL_SPACE "the board has ${free:-0} KiB free but $2 KiB are needed in /opt"
	[ "$(fact libstdcxx)" = yes ] || fail INSTALL_LIBSTDCXX "the board has no libstdc++.so.6; add it to the image (PetaLinux: IMAGE_INSTALL:append = \" libstdc++\"), or: apt-get install libstdc++6"
	[ "$(fact init)" != none ] || fail INSTALL_INIT "the board has neither systemd nor /etc/init.d"
	if [ "$3" = no ]; then
		case "$(fact node)" in
		v2[0-9].* | v[3-9][0-9].*) ;;
		'') fail INSTALL_NODE "the board has no Node.js and this bundle brings none; build one with: npm run bundle -- --board BOARD --node" ;;
		*) fail INSTALL_NODE "the board has Node $(fact node) but at least v20.9 is needed; build a bundle with --node" ;;
		esac
	fi
	check_kernel "$(fact kernelLacks)"
	case "$(fact rootFs)" in
	rootfs | ramfs | tmpfs | initramfs) echo "    warning: the root file system lives in memory: the installation is lost at the next reboot (ask PetaLinux for EXT4)" ;;
	esac
	[ "$(fact deviceTreeNode)" = present ] || echo "    warning: no UIO device named zynqnetd: the device tree lacks our node, so the daemon will use the CPU engine (see docs/boards/)"
	echo "    $(fact model), $arch, glibc $glibc, $(fact init), $free KiB free, FPGA manager $(fact fpga)"
}

# What was given is proven before the board hears of it.
check_bitstream() {
	[ -r "$bitstream" ] || fail INSTALL_BITSTREAM "cannot read $bitstream"
	head=$(head -c 8192 "$bitstream" | od -An -v -tx1 | tr -d ' \n')
	# A byte-swapped stream has its sync word AA995566 as 66 55 99 aa within the first kilobytes.
	case "$head" in
	*665599aa*) ;;
	*) fail INSTALL_BITSTREAM "$bitstream has no byte-swapped sync word; make it with: bootgen -arch zynq -process_bitstream bin" ;;
	esac
	# Then it writes the part's IDCODE to the register of that name (UG470, table 5-23), as the next word.
	part=$(printf '%s\n' "$head" | sed -n 's/.*01800130\(..\)\(..\)\(..\)\(..\).*/\4\3\2\1/p')
	case "$(read_json board) ${part#?}" in
	# generated: bitstreams
	"zybo 3722093" | "zybo-z7-20 3727093" | "zc706 3731093") ;;
	# end of bitstreams
	*" ") echo "    warning: the bitstream does not say for which part it is" ;;
	*) fail INSTALL_BITSTREAM "$bitstream is for another part (IDCODE $part) than the one of a $(read_json board)" ;;
	esac
}

check_broker() {
	case "$broker" in
	mqtt://?* | mqtts://?* | ws://?* | wss://?*) ;;
	*) wrong_usage "expected --broker as mqtt://, mqtts://, ws:// or wss:// but received '$broker'" ;;
	esac
	case "$broker" in
	*[!A-Za-z0-9:/._~%@+-]*) wrong_usage "the broker's URL has characters that cannot be right: '$broker'" ;;
	esac
}

[ "$action" = install ] && [ -n "$broker" ] && check_broker
[ "$action" = install ] || check_connection
case "$action" in
status | rollback)
	setup "$action"
	exit $?
	;;
uninstall)
	setup uninstall "$purge"
	exit $?
	;;
check)
	step "checking $target"
	check_board 2.31 40000 yes
	exit 0
	;;
esac

if [ -z "$bundle" ]; then
	# Names are ours: no blanks, no control characters.
	# shellcheck disable=SC2012
	bundle=$(ls -t "$here"/../out/zynqnetd-*.tar.zst 2>/dev/null | head -n 1)
	[ -n "$bundle" ] || fail INSTALL_BUNDLE "no bundle in out/; build one: npm run bundle -- --board BOARD"
fi
[ -r "$bundle" ] || fail INSTALL_BUNDLE "cannot read $bundle"
command -v zstd >/dev/null || fail INSTALL_ZSTD "zstd is missing here; run: apt-get install zstd"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
# The whole bundle is proven before the board hears of it, and its own facts decide what the board must have.
zstd -q -d -c "$bundle" >"$work/bundle.tar" 2>/dev/null || fail INSTALL_BUNDLE "$bundle is truncated or not a zstd file; build or fetch it again"
tar -x -f "$work/bundle.tar" -C "$work" ./bundle.json ./manifest.sha256 2>/dev/null || fail INSTALL_BUNDLE "$bundle is not a zynqnetd bundle (no bundle.json)"
read_json() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\)\"\{0,1\}.*/\1/p" "$work/bundle.json" | head -n 1; }
id=$(read_json id)
floor=$(read_json glibc)
has_node=no
[ "$(read_json node)" = null ] || has_node=yes
needed=$(($(wc -c <"$work/bundle.tar") / 1024 + 8192))

[ -z "$bitstream" ] || check_bitstream

step "checking $target"
check_connection
check_board "$floor" "$needed" "$has_node"

# ssh is slow on these boards, and gzip is what every busybox has.
step "copying $(basename "$bundle") ($(($(wc -c <"$work/bundle.tar") / 1048576)) MB unpacked) as version $id"
on_board "cat > /tmp/zynqnetd-setup.$$" <"$here/board/setup.sh"
gzip -1 -c "$work/bundle.tar" | on_board "gunzip -c | sh /tmp/zynqnetd-setup.$$ unpack $id" || fail INSTALL_COPY "the copy did not complete; the board's running version is untouched. Run the same command again"

if [ -n "$bitstream" ]; then
	step "copying the bitstream"
	on_board 'mkdir -p /lib/firmware && cat > /lib/firmware/zynqnetd.bit.bin.new && mv /lib/firmware/zynqnetd.bit.bin.new /lib/firmware/zynqnetd.bit.bin' <"$bitstream" ||
		fail INSTALL_COPY "the bitstream's copy did not complete; the board's running version is untouched. Run the same command again"
fi

if [ -n "$broker" ]; then
	step "writing the broker into the configuration"
	on_board "ZYNQNETD_BROKER='$broker' sh /opt/zynqnetd/versions/$id/config/set-broker.sh" ||
		fail INSTALL_COPY "the broker could not be written into /etc/zynqnetd/zynqnetd.yaml; the board's running version is untouched"
fi

step "switching to version $id and waiting for its first classification"
on_board "ZYNQNETD_HEALTH_SECONDS=$wait_seconds sh /tmp/zynqnetd-setup.$$ activate $id; status=\$?; rm -f /tmp/zynqnetd-setup.$$; exit \$status" || exit 1
echo "done. Subscribe with: mosquitto_sub -h BROKER -t 'zynqnet/#' -v     (roll back with: $0 $target --rollback)"
