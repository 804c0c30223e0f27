#!/usr/bin/env python3
"""Turns a trained network into the integer network: calibrates, clusters, fine-tunes with the daemon's arithmetic, exports."""
import argparse
import json
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from train import Session, add_training_options, load_model, load_teachers  # noqa: E402
from zynqtrain import export, integer, labels, loop  # noqa: E402


def load_start(path):
    """A float ZynqNet of a checkpoint or of pruned.pt."""
    return load_model(path).to(memory_format=torch.contiguous_format)


def parse_codebook(text):
    """"15" or "*=15,conv1=31" -> size or sizes per layer."""
    if "=" not in text:
        return int(text)
    sizes = dict(part.split("=") for part in text.split(","))
    if "*" not in sizes:
        raise argparse.ArgumentTypeError('a default is needed: "*=15,conv1=31"')
    return {name: int(size) for name, size in sizes.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_training_options(parser)
    parser.add_argument("--start", required=True, metavar="CHECKPOINT", help="the float network, pruned or not")
    parser.add_argument("--codebook", type=parse_codebook, default=15, metavar="N",
                        help="shared values per layer without zero, or *=15,conv1=31")
    parser.add_argument("--plain", action="store_true", help="int8 without clustering")
    parser.add_argument("--calibrate", type=int, default=4, metavar="BATCHES")
    parser.add_argument("--teacher-knows-scenes", action="store_true")
    parser.add_argument("--last-offset", type=float, default=0.0, metavar="LOGITS",
                        help="added to the last class (nothing there): above 0, fewer empty frames are called something")
    parser.add_argument("--mode", choices=("cover", "squash"), default="cover",
                        help="the daemon's preprocessing, written into the header")
    parser.add_argument("--name", default="roadsigns")
    parser.add_argument("--provenance", metavar="JSON", help="file whose object goes into the header")
    parser.set_defaults(optimizer="adam", lr=5e-4, steps=500, warmup=20, ema=0.99)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.output, exist_ok=True)
    start = load_start(options.start)
    size, classes = start.config["size"], start.config["classes"]
    session = Session(options, size, classes)
    print("float:", session.evaluate(start), flush=True)
    pixels = torch.cat([session.batches.step(10_000_000 + number)[0] for number in range(options.calibrate)])
    model = integer.from_float(start, pixels, options.codebook, options.plain)
    teacher = load_teachers(options.teacher) if options.teacher else None
    print("integer before fine-tuning:", session.evaluate(model), flush=True)
    if options.steps:
        model = loop.run(model.to(options.device), session.batches, options, session.evaluate, options.output, teacher,
                         log=lambda line: print(line, flush=True)).cpu()
    provenance = {}
    if options.provenance:
        with open(options.provenance) as stream:
            provenance = json.load(stream)
    names = labels.LABELS if classes == len(labels.LABELS) else [str(number) for number in range(classes)]
    export.write(model, os.path.join(options.output, "export"), options.name, names, options.mode, provenance,
                 last_offset=options.last_offset)
    loop.save_atomically({"config": model.config, "sizes": model.codebook_sizes, "state": model.state_dict()},
                         os.path.join(options.output, "integer.pt"))
    nonzero = sum(int((layer.index >= 0).sum()) for layer in model.layers)
    print(f"exported: {nonzero} non-zero weights;", session.evaluate(model))


if __name__ == "__main__":
    main()
