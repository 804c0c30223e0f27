#!/bin/sh
# Runs on the board (busybox is enough): checks it, installs a version beside the running one, switches, rolls back.
# The caller is deploy/install.sh over ssh; every verb can be repeated, and a cut at any point leaves the
# running version as it was: a version is complete before `current` moves, and `current` moves by one rename.
#
#   setup.sh check                 facts about the board, key=value
#   setup.sh unpack ID             a tar on standard input becomes versions/.staging-ID, verified, then versions/ID
#   setup.sh activate ID           switches to versions/ID, restarts the service, returns to the old one if it fails
#   setup.sh rollback | status | uninstall [--purge]
set -u

SYSROOT=${ZYNQNETD_SYSROOT:-}
ROOT=$SYSROOT/opt/zynqnetd
ETC=$SYSROOT/etc
STATE=$SYSROOT/var/lib/zynqnetd
VERSIONS=$ROOT/versions
LOCK=$ROOT/.lock
HEALTH_SECONDS=${ZYNQNETD_HEALTH_SECONDS:-60}

fail() { # CODE MESSAGE
	echo "zynqnetd: $1: $2" >&2
	exit 1
}

valid_id() {
	case "$1" in
	'' | *[!A-Za-z0-9._-]* | .*) fail SETUP_ID "expected a version id of letters, digits, '.', '_' and '-', received '$1'" ;;
	esac
}

# A lock whose owner is gone (power cut, lost connection) is taken over.
lock() {
	mkdir -p "$ROOT" 2>/dev/null || fail SETUP_READONLY "cannot create $ROOT: is the root file system read-only? (mount -o remount,rw /)"
	if ! mkdir "$LOCK" 2>/dev/null; then
		owner=$(cat "$LOCK/pid" 2>/dev/null)
		if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
			fail SETUP_BUSY "another installation (process $owner) is running on this board; wait for it"
		fi
		rm -rf "$LOCK"
		mkdir "$LOCK" || fail SETUP_BUSY "cannot take the lock $LOCK"
	fi
	echo $$ >"$LOCK/pid"
	trap 'rm -rf "$LOCK"' EXIT
	trap 'exit 130' HUP INT TERM
}

init_system() {
	if [ -d "$SYSROOT/run/systemd/system" ]; then
		echo systemd
	elif [ -d "$ETC/init.d" ]; then
		echo sysvinit
	else
		echo none
	fi
}

glibc_version() {
	{ getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1; } | head -n 1 | sed -n 's/.*[^0-9.]\(2\.[0-9][0-9]*\).*/\1/p' | head -n 1
}

# PetaLinux images often lack getconf and ldd: the C library itself tells its version when it is run.
libc_version() {
	version=$(glibc_version)
	if [ -z "$version" ]; then
		for libc in "$SYSROOT"/lib/libc.so.6 "$SYSROOT"/lib/arm-linux-gnueabihf/libc.so.6 "$SYSROOT"/usr/lib/libc.so.6; do
			[ -r "$libc" ] || continue
			version=$("$libc" 2>/dev/null | sed -n 's/.*version \(2\.[0-9]*\).*/\1/p' | head -n 1)
			[ -n "$version" ] || version=$(strings "$libc" 2>/dev/null | sed -n 's/^GNU C Library.*version \(2\.[0-9]*\).*/\1/p' | head -n 1)
			[ -z "$version" ] || break
		done
	fi
	echo "$version"
}

have_library() { # NAME -> yes or no
	for folder in "$SYSROOT"/lib "$SYSROOT"/usr/lib "$SYSROOT"/lib/arm-linux-gnueabihf "$SYSROOT"/usr/lib/arm-linux-gnueabihf; do
		if [ -e "$folder/$1" ]; then
			echo yes
			return 0
		fi
	done
	echo no
}

# Those that zynqnetd needs and this kernel lacks; `unknown` where it does not tell. docs/kernel.md says what each is for.
KERNEL_OPTIONS="CONFIG_NEON CONFIG_DEVTMPFS CONFIG_UIO CONFIG_UIO_PDRV_GENIRQ CONFIG_CMA CONFIG_DMA_CMA CONFIG_MODULES"
KERNEL_OPTIONS="$KERNEL_OPTIONS CONFIG_FPGA CONFIG_FPGA_MGR_ZYNQ_FPGA"
lacking_kernel_options() {
	if ! zcat "$SYSROOT/proc/config.gz" >/dev/null 2>&1; then
		echo unknown
		return 0
	fi
	zcat "$SYSROOT/proc/config.gz" | awk -F= -v names="$KERNEL_OPTIONS" '
		$2 == "y" || $2 == "m" { set[$1] = 1 }
		END { count = split(names, name, " "); for (i = 1; i <= count; i++) if (!(name[i] in set)) printf "%s ", name[i] }'
}

current_id() {
	link=$(readlink "$ROOT/current" 2>/dev/null)
	echo "${link##*/}"
}

# A cut between the two links can leave both at one version: then the way back is to any other that is whole.
previous_id() {
	link=$(readlink "$ROOT/previous" 2>/dev/null)
	if [ "${link##*/}" != "$(current_id)" ]; then
		echo "${link##*/}"
		return 0
	fi
	for version in "$VERSIONS"/*; do
		if [ -f "$version/bundle.json" ] && [ "${version##*/}" != "$(current_id)" ]; then
			echo "${version##*/}"
			return 0
		fi
	done
}

check() {
	echo "arch=$(uname -m)"
	echo "glibc=$(libc_version)"
	echo "init=$(init_system)"
	echo "libstdcxx=$(have_library libstdc++.so.6)"
	mkdir -p "$ROOT" 2>/dev/null
	if touch "$ROOT/.write-test" 2>/dev/null; then
		rm -f "$ROOT/.write-test"
		echo writable=yes
	else
		echo writable=no
	fi
	probe=$ROOT
	[ -d "$probe" ] || probe=$SYSROOT/
	echo "freeKiB=$(df -Pk "$probe" 2>/dev/null | awk 'NR==2 {print $4}')"
	root_type=$(awk '$2 == "/" {type = $3} END {print type}' /proc/mounts 2>/dev/null)
	echo "rootFs=${root_type:-unknown}"
	echo "kernelLacks=$(lacking_kernel_options)"
	tree_node=missing
	for name in "$SYSROOT"/sys/class/uio/uio*/name; do
		[ -r "$name" ] && [ "$(cat "$name")" = zynqnetd ] && tree_node=present
	done
	echo "deviceTreeNode=$tree_node"
	state=$(cat "$SYSROOT/sys/class/fpga_manager/fpga0/state" 2>/dev/null)
	echo "fpga=${state:-none}"
	# In the order in which the bundle's launcher looks.
	for node in "$SYSROOT/opt/zynqnetd/node/bin/node" node; do
		version=$("$node" -v 2>/dev/null) || continue
		echo "node=$version"
		break
	done
	model=$(tr -d '\000' 2>/dev/null <"$SYSROOT/proc/device-tree/model")
	echo "model=${model:-unknown}"
	echo "current=$(current_id)"
}

unpack() { # ID, tar on standard input
	valid_id "$1"
	lock
	staging=$VERSIONS/.staging-$1
	if [ -d "$VERSIONS/$1" ]; then
		cat >/dev/null
		echo "version $1 is already there"
		return 0
	fi
	# What an earlier, cut installation left is worthless: it never became a version.
	rm -rf "$VERSIONS"/.staging-*
	mkdir -p "$staging" || fail SETUP_READONLY "cannot create $staging"
	if ! tar -x -f - -C "$staging"; then
		rm -rf "$staging"
		fail SETUP_UNPACK "the bundle did not unpack (truncated, or the disk is full: $(df -Pk "$ROOT" | awk 'NR==2 {print $4}') KiB left); the running version is untouched"
	fi
	if [ ! -s "$staging/manifest.sha256" ] || ! (cd "$staging" && sha256sum -c manifest.sha256 >/dev/null 2>&1); then
		rm -rf "$staging"
		fail SETUP_DIGEST "the bundle's files do not match its manifest; fetch it again. The running version is untouched"
	fi
	sync
	mv "$staging" "$VERSIONS/$1" || fail SETUP_UNPACK "cannot move $staging into place"
	sync
	echo "version $1 is complete"
}

# rename(2) is what makes the switch atomic; `ln -sfn` is unlink and link.
point() { # LINK TARGET
	rm -f "$1.new"
	ln -s "$2" "$1.new" && mv -T "$1.new" "$1" 2>/dev/null && return 0
	rm -f "$1.new"
	fail SETUP_SWITCH "cannot move $1 to $2 (busybox mv -T is needed)"
}

place() { # SOURCE DESTINATION MODE
	mkdir -p "$(dirname "$2")"
	cp "$1" "$2.new" && chmod "$3" "$2.new" && mv "$2.new" "$2"
}

# For images without any tool that adds users.
write_user() {
	number=900
	while cut -d: -f3 /etc/passwd /etc/group | grep -qx "$number"; do
		number=$((number + 1))
	done
	grep -q '^zynqnetd:' /etc/group || echo "zynqnetd:x:$number:" >>/etc/group
	echo "zynqnetd:x:$number:$number:zynqnetd:/var/lib/zynqnetd:/bin/false" >>/etc/passwd
	sed 's/^\(video:.*:\)$/\1zynqnetd/; s/^\(video:.*[^:]\)$/\1,zynqnetd/' /etc/group >/etc/group.new && mv /etc/group.new /etc/group
}

remove_user() {
	[ -z "$SYSROOT" ] || return 0
	{ userdel zynqnetd || deluser zynqnetd; } >/dev/null 2>&1
	for file in /etc/passwd /etc/group /etc/shadow /etc/gshadow; do
		grep -q zynqnetd "$file" 2>/dev/null || continue
		sed '/^zynqnetd:/d; s/,zynqnetd\b//; s/:zynqnetd,/:/; s/:zynqnetd$/:/' "$file" >"$file.new"
		cat "$file.new" >"$file" && rm -f "$file.new"
	done
}

add_user() {
	[ -z "$SYSROOT" ] || return 0
	id zynqnetd >/dev/null 2>&1 && return 0
	if ! command -v useradd >/dev/null 2>&1 && ! command -v adduser >/dev/null 2>&1; then
		write_user
		return 0
	fi
	if command -v useradd >/dev/null 2>&1; then
		useradd --system --no-create-home --home-dir /var/lib/zynqnetd --shell /bin/false zynqnetd
	else
		addgroup -S zynqnetd 2>/dev/null
		adduser -S -D -H -h /var/lib/zynqnetd -s /bin/false -G zynqnetd zynqnetd
	fi
	{ usermod -aG video zynqnetd || addgroup zynqnetd video; } >/dev/null 2>&1
	return 0
}

# Boards without systemd have no time service that tells the daemon; busybox's ntpd does, where the image has it.
place_clock() { # VERSION_DIR
	[ -f "$1/service/zynqnetd-clock.init" ] || return 0
	place "$1/service/zynqnetd-clock.init" "$ETC/init.d/zynqnetd-clock" 755
	for level in 2 3 4 5; do
		[ -d "$ETC/rc$level.d" ] && ln -sf ../init.d/zynqnetd-clock "$ETC/rc$level.d/S60zynqnetd-clock"
	done
	[ -n "$SYSROOT" ] || "$ETC/init.d/zynqnetd-clock" start 2>/dev/null
	return 0
}

place_service() { # VERSION_DIR
	case "$(init_system)" in
	systemd)
		place "$1/service/zynqnetd.service" "$ETC/systemd/system/zynqnetd.service" 644
		place "$1/service/60-zynqnetd.rules" "$ETC/udev/rules.d/60-zynqnetd.rules" 644
		if [ -z "$SYSROOT" ]; then
			systemctl daemon-reload
			udevadm control --reload 2>/dev/null && udevadm trigger 2>/dev/null
			systemctl enable zynqnetd.service >/dev/null 2>&1
		fi
		;;
	sysvinit)
		place "$1/service/zynqnetd.init" "$ETC/init.d/zynqnetd" 755
		if [ -f "$ETC/mdev.conf" ] && ! grep -q zynqnetd "$ETC/mdev.conf"; then
			{ cat "$ETC/mdev.conf" "$1/service/mdev.conf.zynqnetd"; } >"$ETC/mdev.conf.new" && mv "$ETC/mdev.conf.new" "$ETC/mdev.conf"
		fi
		if [ -d "$ETC/udev/rules.d" ]; then
			place "$1/service/60-zynqnetd.rules" "$ETC/udev/rules.d/60-zynqnetd.rules" 644
		fi
		for level in 2 3 4 5; do
			[ -d "$ETC/rc$level.d" ] && ln -sf ../init.d/zynqnetd "$ETC/rc$level.d/S95zynqnetd"
		done
		place_clock "$1"
		;;
	*) fail SETUP_INIT "found neither systemd nor /etc/init.d on this board; start $ROOT/current/bin/zynqnetd from your own init" ;;
	esac
}

place_config() { # VERSION_DIR
	mkdir -p "$ETC/zynqnetd" "$STATE"
	if [ ! -e "$ETC/zynqnetd/zynqnetd.yaml" ]; then
		place "$1/config/zynqnetd.yaml" "$ETC/zynqnetd/zynqnetd.yaml" 640
	fi
	[ -n "$SYSROOT" ] || chown -R zynqnetd "$STATE" "$ETC/zynqnetd" 2>/dev/null
	return 0
}

service() { # start|stop|restart
	[ -z "$SYSROOT" ] || { echo "$1" >>"$ROOT/service.log"; return 0; }
	case "$(init_system)" in
	systemd) systemctl "$1" zynqnetd.service ;;
	sysvinit) "$ETC/init.d/zynqnetd" "$1" ;;
	esac
}

# Healthy: the daemon wrote its ready file for this version (state directory, first classified frame).
healthy() { # ID
	waited=0
	while [ "$waited" -lt "$HEALTH_SECONDS" ]; do
		if [ "$(cat "$STATE/ready" 2>/dev/null)" = "$1" ]; then
			return 0
		fi
		sleep 1
		waited=$((waited + 1))
	done
	return 1
}

# What the service said last, for whoever installs.
show_log() {
	[ -z "$SYSROOT" ] || return 0
	echo "the last lines of the service's log:" >&2
	case "$(init_system)" in
	systemd) journalctl -u zynqnetd.service -n 5 --no-pager -o cat ;;
	sysvinit) tail -n 5 /var/log/zynqnetd.log ;;
	esac 2>/dev/null | cut -c 1-300 >&2
}

switch_to() { # ID
	rm -f "$STATE/ready"
	place_service "$VERSIONS/$1"
	point "$ROOT/current" "versions/$1"
	sync
	service restart
}

activate() { # ID
	valid_id "$1"
	lock
	[ -f "$VERSIONS/$1/bundle.json" ] || fail SETUP_VERSION "version $1 is not on this board; unpack it first"
	old=$(current_id)
	add_user
	place_config "$VERSIONS/$1"
	if [ -n "$old" ] && [ "$old" != "$1" ]; then
		point "$ROOT/previous" "versions/$old"
	fi
	switch_to "$1"
	if ! healthy "$1"; then
		show_log
		if [ -n "$old" ] && [ "$old" != "$1" ]; then
			switch_to "$old"
			fail SETUP_UNHEALTHY "version $1 classified no frame within $HEALTH_SECONDS s; went back to $old."
		fi
		fail SETUP_UNHEALTHY "version $1 classified no frame within $HEALTH_SECONDS s, and there is no earlier version to go back to. On the board, this tells more: /opt/zynqnetd/current/bin/zynqnetd doctor"
	fi
	for version in "$VERSIONS"/*; do
		id=${version##*/}
		[ "$id" = "$1" ] || [ "$id" = "$(previous_id)" ] || rm -rf "$version"
	done
	echo "version $1 is running"
}

rollback() {
	lock
	old=$(previous_id)
	if [ -z "$old" ] || [ ! -f "$VERSIONS/$old/bundle.json" ]; then
		fail SETUP_VERSION "there is no earlier version to go back to"
	fi
	new=$(current_id)
	point "$ROOT/previous" "versions/$new"
	switch_to "$old"
	healthy "$old" || fail SETUP_UNHEALTHY "went back to $old, but it classified no frame within $HEALTH_SECONDS s"
	echo "version $old is running; $new is kept"
}

status() {
	echo "current=$(current_id)"
	echo "previous=$(previous_id)"
	for version in "$VERSIONS"/*; do
		[ -d "$version" ] && echo "installed=${version##*/}"
	done
	return 0
}

uninstall() { # [--purge]
	lock
	service stop
	if [ -z "$SYSROOT" ] && [ "$(init_system)" = systemd ]; then
		systemctl disable zynqnetd.service >/dev/null 2>&1
	fi
	[ -n "$SYSROOT" ] || [ ! -x "$ETC/init.d/zynqnetd-clock" ] || "$ETC/init.d/zynqnetd-clock" stop >/dev/null 2>&1
	rm -rf "$ETC/init.d/zynqnetd-clock" "$ETC"/rc[2-5].d/S60zynqnetd-clock
	rm -rf "$ETC/systemd/system/zynqnetd.service" "$ETC/systemd/system/zynqnetd.service.d" \
		"$ETC/udev/rules.d/60-zynqnetd.rules" "$ETC/init.d/zynqnetd" "$ETC"/rc[2-5].d/S95zynqnetd \
		"$SYSROOT/lib/firmware/zynqnetd.bit.bin" "$SYSROOT/var/run/zynqnetd" "$SYSROOT"/var/log/zynqnetd.log*
	if [ -f "$ETC/mdev.conf" ] && grep -q zynqnetd "$ETC/mdev.conf"; then
		grep -v zynqnetd "$ETC/mdev.conf" >"$ETC/mdev.conf.new" && mv "$ETC/mdev.conf.new" "$ETC/mdev.conf"
	fi
	if [ "${1:-}" = --purge ]; then
		rm -rf "$ETC/zynqnetd" "$ETC/default/zynqnetd-clock" "$STATE"
		remove_user
	fi
	rm -rf "$ROOT"
	if [ -z "$SYSROOT" ] && [ "$(init_system)" = systemd ]; then
		systemctl daemon-reload
	fi
	echo "zynqnetd is uninstalled$([ "${1:-}" = --purge ] || echo "; its configuration in /etc/zynqnetd and state in /var/lib/zynqnetd are kept")"
}

case "${1:-}" in
check) check ;;
unpack) unpack "${2:-}" ;;
activate) activate "${2:-}" ;;
rollback) rollback ;;
status) status ;;
uninstall) uninstall "${2:-}" ;;
*)
	echo "usage: setup.sh check|unpack ID|activate ID|rollback|status|uninstall [--purge]" >&2
	exit 2
	;;
esac
