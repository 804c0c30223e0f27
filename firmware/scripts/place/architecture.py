# nextpnr-generic, before packing: the places of grid.json. No wires, no pips: nothing is routed.
import json, os
folder = os.environ["ZYNQNET_PLACE"]
with open(os.path.join(folder, "grid.json")) as f:
    grid = json.load(f)
for kind, x, y, z in grid["bels"]:
    ctx.addBel(name="X%dY%d_%s%d" % (x, y, kind, z), type=kind, loc=Loc(x, y, z), gb=kind == "CLOCK", hidden=False)
ctx.setDelayScaling(grid["wirePerSlice"], grid["wire"])
