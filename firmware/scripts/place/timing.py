# nextpnr-generic, before placing: the cells' delays of timing.json.
import json, os
with open(os.path.join(os.environ["ZYNQNET_PLACE"], "timing.json")) as f:
    cells = json.load(f)
for name, arcs in cells:
    ctx.addCellTimingClock(cell=name, port="C")
    for port, delay in arcs["setup"]:
        ctx.addCellTimingSetupHold(cell=name, port=port, clock="C", setup=ctx.getDelayFromNS(delay), hold=ctx.getDelayFromNS(0))
    for port, delay in arcs["out"]:
        ctx.addCellTimingClockToOut(cell=name, port=port, clock="C", clktoq=ctx.getDelayFromNS(delay))
    for a, b, delay in arcs["through"]:
        ctx.addCellTimingDelay(cell=name, fromPort=a, toPort=b, delay=ctx.getDelayFromNS(delay))
