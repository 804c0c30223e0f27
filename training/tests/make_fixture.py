"""Writes a small pruned, clustered integer network, and beside it (folder `graph`) one of another kind,
each with random pixels and the sums that the numpy reference answers."""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tests import small_graph  # noqa: E402
from tests.test_training import small_network  # noqa: E402
from zynqtrain import export, integer, pruning, reference  # noqa: E402


def main(folder):
    model = small_network()
    pruning.apply(model, pruning.masks_at(model, 0.4))
    network = integer.from_float(model, (torch.rand(6, 3, 32, 32) * 255).round(), 15)
    export.write(network, folder, "fixture", ["a", "b", "c", "d", "none"])
    answers(folder, 32)
    other = os.path.join(folder, "graph")
    os.makedirs(other, exist_ok=True)
    small_graph.write(other)
    answers(other, small_graph.SIZE)


def answers(folder, size):
    stored = reference.load(folder)
    pixels = np.random.RandomState(4).randint(0, 256, (4, size, size, 3), dtype=np.uint8)
    pixels.tofile(os.path.join(folder, "pixels.u8"))
    sums = np.stack([reference.run(stored, image)[0] for image in pixels])
    sums.astype("<i4").tofile(os.path.join(folder, "sums.i32"))


if __name__ == "__main__":
    main(sys.argv[1])
