"""The training loop: SGD with Nesterov momentum or Adam, cosine schedule, averaged weights; resumable at any checkpoint."""
import copy
import json
import math
import os
import time

import numpy as np
import torch

from . import feed, losses


def cosine(step, steps, peak, warmup):
    """Learning rate: linear warm-up, then half a cosine to one thousandth (Loshchilov and Hutter 2017)."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * progress)))


class Average:
    """Exponential moving average of all weights and running statistics."""

    def __init__(self, model, decay=0.998):
        self.model = copy.deepcopy(model).eval()
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10))
        for own, new in zip(self.model.state_dict().values(), model.state_dict().values()):
            if own.dtype.is_floating_point:
                own.lerp_(new, 1 - decay)
            else:
                own.copy_(new)


def split_parameters(model, decay):
    """Weight decay only on weights with more than one dimension, not on biases and norms."""
    wide = [p for p in model.parameters() if p.ndim > 1]
    flat = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": wide, "weight_decay": decay}, {"params": flat, "weight_decay": 0.0}]


@torch.no_grad()
def predict(model, images, indices, size, device="cpu", batch=256):
    """Logits [n, classes] of cached uint8 images (already at the network's size, else resized bilinearly)."""
    model.eval()
    answers = []
    for start in range(0, len(indices), batch):
        pixels = torch.from_numpy(np.stack([images[i] for i in indices[start:start + batch]]))
        pixels = pixels.permute(0, 3, 1, 2).float().to(device)
        if pixels.shape[-1] != size:
            pixels = torch.nn.functional.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True,
                                                     align_corners=False).round()
        answers.append(model(pixels.contiguous(memory_format=torch.channels_last)).float().cpu())
    return torch.cat(answers)


def accuracy(logits, labels):
    return float((logits.argmax(1) == torch.as_tensor(labels)).float().mean())


def save_atomically(state, path):
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def run(model, batches, options, evaluate, folder, teacher=None, after_step=None, log=print):
    """Trains `model` for options.steps; returns the averaged model. Writes checkpoint.pt and curve.json into `folder`.

    evaluate(model) -> dict of figures; after_step(model, step) keeps masks and shared weights in force.
    """
    device = next(model.parameters()).device
    groups = split_parameters(model, options.weight_decay)
    if options.optimizer == "adam":
        optimizer = torch.optim.Adam(groups, lr=options.lr)
    else:
        optimizer = torch.optim.SGD(groups, lr=options.lr, momentum=0.9, nesterov=True)
    average = Average(model, options.ema)
    curve, first = [], 0
    checkpoint = os.path.join(folder, "checkpoint.pt")
    if options.resume and os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        average.updates = state["updates"]
        optimizer.load_state_dict(state["optimizer"])
        curve, first = state["curve"], state["step"]
        log(f"resumed at step {first}")
        if hasattr(after_step, "resume"):
            after_step.resume(model)
    started, total, seen, hits = time.time(), 0.0, 0, 0
    stream_of_batches = feed.prefetch(batches, teacher, first, options.steps, options.bf16)
    for step in range(first, options.steps):
        for group in optimizer.param_groups:
            group["lr"] = cosine(step, options.steps, options.lr, options.warmup)
        pixels, labels, known, answers = next(stream_of_batches)
        pixels = pixels.to(device).float().contiguous(memory_format=torch.channels_last)
        labels, known = labels.to(device), known.to(device)
        answers = None if answers is None else answers.to(device)
        model.train()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=options.bf16):
            logits = model(pixels).float()
            loss = losses.mixed(logits, labels, answers, known, options.distill, options.distill_weight,
                                options.temperature, options.smoothing)
        if not torch.isfinite(loss):
            log(f"step {step}: the loss is not finite; the batch is left out")
            continue
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        if after_step:
            after_step(model, step)
        average.update(model)
        total += float(loss.detach())
        hits += int((logits.argmax(1) == labels).sum())
        seen += 1
        done = step + 1
        if done % options.report == 0 or done == options.steps:
            row = {"step": done, "loss": total / seen, "train": hits / (seen * len(labels)),
                   "imagesPerSecond": seen * len(labels) / (time.time() - started)}
            if done % options.evaluate == 0 or done == options.steps:
                row.update(evaluate(average.model))
            curve.append(row)
            log(" ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()))
            started, total, seen, hits = time.time(), 0.0, 0, 0
            with open(os.path.join(folder, "curve.json"), "w") as stream:
                json.dump(curve, stream, indent=1)
            save_atomically({"config": model.config, "model": model.state_dict(), "average": average.model.state_dict(),
                             "updates": average.updates, "optimizer": optimizer.state_dict(), "step": done,
                             "curve": curve}, checkpoint)
    return average.model
