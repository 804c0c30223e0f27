#!/usr/bin/env python3
"""Trains a ZynqNet variant from scratch, or from a checkpoint, optionally distilled from a teacher."""
import argparse
import json
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from zynqtrain import batches, channels, composites, dataset, loop, losses, network, pruning  # noqa: E402


def add_training_options(parser):
    parser.add_argument("--photos", required=True, metavar="CACHE", nargs="+",
                        help="cache to train on; more caches of the same photographs, fitted otherwise, join with --other-share")
    parser.add_argument("--other-share", type=float, default=0.2, help="part of the photographs taken from the further caches")
    parser.add_argument("--validation", metavar="CACHE", help="the same images at the input size; default: --photos, resized")
    parser.add_argument("--scenes", metavar="CACHE", help="scene frames at the input size")
    parser.add_argument("--scene-share", type=float, default=0.25, help="part of each batch taken from --scenes")
    parser.add_argument("--sprites", metavar="FILE", help="drawn signs (training/sprites.mjs) to put into empty scenes")
    parser.add_argument("--sprite-share", type=float, default=0.2, help="part of each batch made of --sprites")
    parser.add_argument("--pasted-share", type=float, default=0.12)
    parser.add_argument("--empty-share", type=float, default=0.08)
    parser.add_argument("--mild-last", type=float, default=0.0, metavar="PART",
                        help="augmentation weakens over this last part of the steps")
    parser.add_argument("--mild", type=float, default=0.4, metavar="STRENGTH", help="... to this strength")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd")
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--ema", type=float, default=0.998)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--teacher", metavar="CHECKPOINT", nargs="+", help="of several, the mean of their logits")
    parser.add_argument("--distill", choices=("soft", "logits"), default="soft")
    parser.add_argument("--distill-weight", type=float, default=0.7)
    parser.add_argument("--temperature", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=50, help="steps between progress lines and checkpoints")
    parser.add_argument("--evaluate", type=int, default=500, help="steps between validations")
    parser.add_argument("--bf16", action="store_true", help="mixed precision")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("-o", "--output", required=True, metavar="DIR")


def load_model(path, device="cpu", average=True):
    """The averaged model of a checkpoint."""
    state = torch.load(path, map_location=device)
    model = network.ZynqNet(state["config"])
    model.load_state_dict(state["average" if average else "model"])
    return model.to(device).to(memory_format=torch.channels_last).eval()


def load_teachers(paths):
    return losses.Committee([load_model(path) for path in paths])


class Session:
    """Caches, splits and evaluation that every command shares."""

    def __init__(self, options, size, classes):
        images, labels, groups = dataset.load_cache(options.photos[0])
        others = [dataset.load_cache(folder) for folder in options.photos[1:]]
        if any(not np.array_equal(other[2], groups) for other in others):
            raise SystemExit("--photos: the caches hold different photographs")
        self.train, self.held = dataset.split_by_group(labels, groups)
        self.size, self.options = size, options
        self.validation = (dataset.load_cache(options.validation)[0] if options.validation else images, labels)
        self.scenes = None
        if options.scenes:
            frames, truth, _ = dataset.load_cache(options.scenes)
            frames = np.array(frames)
            cut = len(truth) * 9 // 10  # the last tenth of the frames is for validation
            self.scenes = (frames, truth, np.arange(cut))
            self.scene_held = np.arange(cut, len(truth))
        milder = (options.steps * (1 - options.mild_last), options.steps, options.mild) if options.mild_last else None
        self.batches = batches.Batches(
            (np.array(images), labels, self.train), size, options.batch, options.seed, classes - 1, self.scenes,
            options.pasted_share, options.empty_share, options.scene_share if options.scenes else 0.0,
            composites.load_sprites(options.sprites) if options.sprites else None, options.sprite_share,
            [np.array(other[0]) for other in others], options.other_share, milder)
        self.batches.all_known = getattr(options, "teacher_knows_scenes", False)

    def evaluate(self, model):
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        images, labels = self.validation
        logits = loop.predict(model, images, self.held, self.size, device)
        row = {"validation": loop.accuracy(logits, labels[self.held])}
        if self.scenes:
            frames, truth, _ = self.scenes
            held = self.scene_held
            answers = loop.predict(model, frames, held, self.size, device).argmax(1).numpy()
            empty = truth[held] == truth.max()
            row["sceneSigns"] = float((answers == truth[held])[~empty].mean())
            row["sceneFalse"] = float((answers != truth[held])[empty].mean())
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_training_options(parser)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--classes", type=int, default=44, help="the last one means: nothing there")
    parser.add_argument("--init", metavar="CHECKPOINT",
                        help="start from these weights; from a wider network, its strongest channels")
    parser.add_argument("--density", type=float, help="prune weights gradually to this part of them")
    parser.add_argument("--prune-steps", type=int, nargs=2, metavar=("FIRST", "LAST"),
                        help="default: 5 %% and 60 %% of the steps")
    parser.add_argument("--teacher-knows-scenes", action="store_true", help="distil on scene frames too")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.output, exist_ok=True)
    config = network.make_config(options.width, options.size, options.classes)
    model = network.ZynqNet(config)
    if options.init:
        wider = load_model(options.init)
        wider.config["size"] = options.size
        model = channels.narrow(wider, config["channels"])
    model = model.to(options.device).to(memory_format=torch.channels_last)
    parameters, macs = network.count(config)
    print(f"{parameters} parameters, {macs / 1e6:.1f} M MACs", flush=True)
    with open(os.path.join(options.output, "options.json"), "w") as stream:
        json.dump(vars(options), stream, indent=1)
    session = Session(options, options.size, options.classes)
    print(f"{len(session.train)} training, {len(session.held)} validation images", flush=True)
    teacher = load_teachers(options.teacher) if options.teacher else None
    prune = None
    if options.density:
        first, last = options.prune_steps or (options.steps // 20, options.steps * 6 // 10)
        prune = pruning.Gradual(first, last, options.density)
    final = loop.run(model, session.batches, options, session.evaluate, options.output, teacher, prune,
                     log=lambda line: print(line, flush=True))
    if prune:
        pruning.apply(final, prune.masks)
        total, kept = pruning.statistics(final)
        figures = session.evaluate(final)
        print(f"kept {kept} of {total} weights ({kept / total:.3f}):", figures)
        loop.save_atomically({"config": final.config, "average": final.state_dict()}, os.path.join(options.output, "pruned.pt"))


if __name__ == "__main__":
    main()
