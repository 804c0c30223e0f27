#!/usr/bin/env python3
"""Draws a run's curve.json: loss and accuracy against steps (needs matplotlib)."""
import argparse
import json
import os


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="DIR")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.png")
    options = parser.parse_args()
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    lowest = 0.98
    for run in options.runs:
        with open(os.path.join(run, "curve.json")) as stream:
            curve = json.load(stream)
        name = os.path.basename(os.path.normpath(run))
        left.plot([row["step"] for row in curve], [row["loss"] for row in curve], label=name)
        for key in ("validation", "sceneSigns"):
            points = [(row["step"], row[key]) for row in curve if key in row]
            if points:
                lowest = min(lowest, *(value for _, value in points[1:] or points))  # the first is often far below
                right.plot(*zip(*points), marker="o", label=f"{name}: {key}")
    left.set(xlabel="step", ylabel="training loss (soft targets add their own entropy)")
    right.set(xlabel="step", ylabel="accuracy of averaged weights", ylim=(lowest - 0.01, 1))
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(options.output, dpi=110)


if __name__ == "__main__":
    main()
