#!/bin/sh
# Makes the emulated board's root file system: busybox, Debian's C and C++ libraries and dropbear for armhf, our own
# init scripts. As small as a PetaLinux image, and as bare: sysvinit scripts, no udev, no adduser. Seconds, no root needed
# for anything but file ownership.
#   make.sh WORK_DIR PUBLIC_KEY_FILE MORE    -> WORK_DIR/sd.img (ext4, no partition table); MORE: a folder put over the root
set -eu
work=$1
public_key=$2
more=$3
here=$(cd "$(dirname "$0")" && pwd)
packages='busybox-static dropbear-bin libc6 libcrypt1 libgcc-s1 libgmp10 libstdc++6 libtomcrypt1 libtommath1 zlib1g'

# An apt of its own for armhf: neither the machine's architectures nor its lists change. Only the main archive:
# nothing here faces a network.
fetch() {
	apt=$work/apt
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/sources" "$work/packages"
	for list in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
		[ -s "$list" ] || continue
		case "$list" in
		*.sources) awk 'BEGIN { RS = "" } !/security/ { print; print "" }' "$list" >"$apt/sources/debian.sources" ;;
		*) sed -n '/^deb .*debian/{/security/!p}' "$list" >"$apt/sources/debian.list" ;;
		esac
		break
	done
	set -- -o APT::Architecture=armhf -o APT::Architectures=armhf -o Dir::State="$apt/state" -o Dir::Cache="$apt/cache" \
		-o Dir::State::status=/dev/null -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/sources" -o APT::Sandbox::User=root
	apt-get "$@" update -q >"$work/apt.log" 2>&1
	# The names are words.
	# shellcheck disable=SC2086
	(cd "$work/packages" && apt-get "$@" download -q $packages >>"$work/apt.log" 2>&1)
}

mkdir -p "$work"
if [ "$(cat "$work/packages/.complete" 2>/dev/null)" != "$packages" ]; then
	rm -rf "$work/packages"
	# Not `fetch || ...`: the shell would go on after a failure inside it.
	trap 'cat "$work/apt.log" >&2' EXIT
	fetch
	trap - EXIT
	echo "$packages" >"$work/packages/.complete"
fi
root=$work/root
rm -rf "$root"
mkdir -p "$root"
for package in "$work"/packages/*.deb; do
	dpkg-deb -x "$package" "$root"
done
rm -rf "${root:?}/usr/share" "${root:?}"/usr/lib/*/gconv
cd "$root"
mkdir -p dev proc sys run tmp root mnt lib/firmware etc/init.d etc/rc5.d etc/dropbear root/.ssh sbin usr/bin var/log var/lib
ln -sfn /run var/run
ln -sf /bin/busybox sbin/init
ln -sf busybox bin/sh
cp -R "$here/files/." .
cp -R "$more/." .
chmod 755 etc/init.d/*
cp "$public_key" root/.ssh/authorized_keys
chmod 700 root root/.ssh
chmod 600 root/.ssh/authorized_keys
[ "$(id -u)" != 0 ] || chown -R 0:0 .
rm -f "$work/sd.img"
truncate -s 512M "$work/sd.img" # the emulated card reader wants a power of two
mke2fs -q -t ext4 -O ^metadata_csum -E lazy_itable_init=0 -m 0 -d "$root" "$work/sd.img"
