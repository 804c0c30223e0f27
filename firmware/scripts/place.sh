#!/bin/sh
# Places a synthesized preset with nextpnr-generic and prints the clock that its estimated delays allow, with the worst path.
# An estimate: cell delays of the part's speed grade, wires by distance, nothing routed. See place/*.mjs for what is modelled.
# Usage: place.sh PRESET [seed...]     needs nextpnr-generic (Debian) and synth.sh's netlist in $ZYNQNET_SYNTH_OUT (out/synth)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${ZYNQNET_SYNTH_OUT:-$here/../../out/synth}
preset=${1:?usage: place.sh PRESET [seed...]}
shift
[ $# -gt 0 ] || set -- 1
[ -f "$out/$preset.json" ] || { echo "no $out/$preset.json: run firmware/scripts/synth.sh $preset first" >&2; exit 2; }
export ZYNQNET_PLACE="$out/place-$preset"
mkdir -p "$ZYNQNET_PLACE"
node "$here/place/pack.mjs" "$out/$preset.json" "$preset" "$ZYNQNET_PLACE"
target=$(node -e "import('$here/place/devices.mjs').then((d) => console.log(d.parts['$preset'].targetMHz))")
for seed in "$@"; do
  log="$ZYNQNET_PLACE/seed-$seed.log"
  nextpnr-generic -q --no-iobs --json "$ZYNQNET_PLACE/netlist.json" --pre-pack "$here/place/architecture.py" \
    --pre-place "$here/place/timing.py" --no-route --placer heap --seed "$seed" --freq "$target" --timing-allow-fail \
    --write "$ZYNQNET_PLACE/placed.json" --log "$log" > "$ZYNQNET_PLACE/messages" 2>&1 || { tail -5 "$ZYNQNET_PLACE/messages" >&2; exit 1; }
  node "$here/place/report.mjs" "$ZYNQNET_PLACE" "$preset" "$seed"
done
