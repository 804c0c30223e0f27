#!/bin/sh
# Puts ZYNQNETD_BROKER into the board's configuration as mqtt.url, keeping everything else as it is.
set -eu
config=${ZYNQNETD_CONFIG:-/etc/zynqnetd/zynqnetd.yaml}
broker=${ZYNQNETD_BROKER:?expected the URL of the broker}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$config")"
[ -e "$config" ] || cp "$here/zynqnetd.yaml" "$config"
if grep -q '^mqtt: *[^ #]' "$config"; then
	echo "zynqnetd: SETUP_BROKER: the mqtt group in $config stands on one line: write 'url: $broker' into it by hand" >&2
	exit 1
fi
# Only the mqtt group's own url: two blanks deep, before the next top-level key.
awk -v url="$broker" '
	/^[^ #]/ { if (group && !done) { print "  url: " url; done = 1 } group = ($1 == "mqtt:") }
	group && /^  url:/ { print "  url: " url; done = 1; next }
	{ print }
	END { if (!done && group) { print "  url: " url; done = 1 } if (!done) { print "mqtt:"; print "  url: " url } }
' "$config" >"$config.new"
chmod 640 "$config.new"
mv "$config.new" "$config"
