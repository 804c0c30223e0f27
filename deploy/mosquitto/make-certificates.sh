#!/bin/sh
# Certificates for a broker and its fleet, from an authority of one's own.
#
#   make-certificates.sh FOLDER authority              the authority; ca.key stays here, ca.crt goes everywhere
#   make-certificates.sh FOLDER broker NAME [NAME...]  the broker's; every name or address that boards may use for it
#   make-certificates.sh FOLDER client NAME            a board's (NAME is its device.id), or a person's
#
# Run it on a machine that boards cannot reach. Never overwrites anything.
set -eu

folder=${1:?which folder?}
what=${2:?authority, broker or client?}
shift 2
umask 077
mkdir -p "$folder"
cd "$folder"

years() { echo $(($1 * 365)); }
new_key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

refuse_to_overwrite() {
	if [ -e "$1" ]; then
		echo "$folder/$1 is there already; move it away first" >&2
		exit 1
	fi
}

# sign NAME COMMON_NAME USAGE ALTERNATIVE_NAMES YEARS
sign() {
	refuse_to_overwrite "$1.key"
	# shellcheck disable=SC2086 # options, split on purpose
	openssl req $new_key -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
	{
		echo "basicConstraints=critical,CA:FALSE"
		echo "keyUsage=critical,digitalSignature"
		echo "extendedKeyUsage=$3"
		[ -z "$4" ] || echo "subjectAltName=$4"
	} >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial \
		-days "$(years "$5")" -extfile "$1.ext" -out "$1.crt" 2>/dev/null
	rm -f "$1.csr" "$1.ext"
	chmod 644 "$1.crt"
	echo "$folder/$1.crt and $1.key"
}

case $what in
authority)
	refuse_to_overwrite ca.key
	# shellcheck disable=SC2086
	openssl req -x509 $new_key -keyout ca.key -out ca.crt -days "$(years 20)" -subj "/CN=zynqnetd authority" 2>/dev/null
	chmod 644 ca.crt
	echo "$folder/ca.crt and ca.key"
	;;
broker)
	[ $# -gt 0 ] || { echo "which names or addresses has the broker?" >&2; exit 2; }
	names=
	for name in "$@"; do
		case $name in
		*[!0-9.]*) kind=DNS ;;
		*) kind=IP ;;
		esac
		names="$names${names:+,}$kind:$name"
	done
	sign broker "$1" serverAuth "$names" 5
	;;
client)
	name=${1:?which name?}
	case $name in
	*[!A-Za-z0-9_-]*) echo "a name has letters, digits, - and _ only: it becomes part of topics" >&2; exit 2 ;;
	esac
	sign "$name" "$name" clientAuth "" 5
	;;
*)
	echo "authority, broker or client, not $what" >&2
	exit 2
	;;
esac
