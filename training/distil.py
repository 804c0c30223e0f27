#!/usr/bin/env python3
"""Brings a compressed model nearer to the float network that it came from, on photographs without labels.

STUDENT and TEACHER are folders of `zynqnetd model unpack`: an int8 model and a float32 one. What is trained are the shared
values, channel scales and biases; zeros and the assignment of weights to values stay, and so does the size of the file. The
forward pass is the daemon's integer arithmetic, the loss the Kullback-Leibler divergence from the teacher's answers.
"""
import argparse
import copy
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from zynqtrain import graph, loop, photographs  # noqa: E402
from zynqtrain.views import Views  # noqa: E402

LOGIT_RANGE = 10.0  # a bias of the last layer moves in this unit


def parameter_groups(model, lr, first, codebook_share=0.1):
    """Adam's steps have the size of the learning rate, so each kind of parameter has the one of its own unit: a shared value
    moves all of its weights at once, and by whole integers. Layers before operator number `first` stay as they are."""
    groups = []
    for op in graph.convolutions({"ops": model.header["ops"][first:]}):
        layer = model.layers[op["weights"]]
        reach = LOGIT_RANGE if layer.wide else float(layer.output_scale) * 255
        groups += [{"params": [layer.codebook], "unit": lr * codebook_share}, {"params": [layer.log_scale], "unit": lr},
                   {"params": [layer.bias], "unit": lr * reach / 4}]
    trained = {id(p) for group in groups for p in group["params"]}
    for parameter in model.parameters():
        parameter.requires_grad_(id(parameter) in trained)
    return groups


def divergence(logits, answers, temperature=1.0):
    """Kullback-Leibler divergence of answers from the teacher's, nats a photograph, times T^2 (Hinton et al. 2015)."""
    truth, given = F.log_softmax(answers / temperature, 1), F.log_softmax(logits / temperature, 1)
    return temperature ** 2 * F.kl_div(given, truth, reduction="batchmean", log_target=True)


@torch.no_grad()
def judge(model, teacher, pictures, batch=2):
    """Divergence and agreement over the photographs as the daemon takes them."""
    total = same = 0.0
    for start in range(0, len(pictures.images), batch):
        pixels = pictures.plain(range(start, min(start + batch, len(pictures.images)))).float()
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        logits, answers = model(pixels), teacher(pixels)
        total += float(divergence(logits, answers)) * len(pixels)
        same += float((logits.argmax(1) == answers.argmax(1)).sum())
    return {"divergence": total / len(pictures.images), "agreement": same / len(pictures.images)}


def train(student, views, cut, evaluate, options, log):
    groups = parameter_groups(student, options.lr, cut[0], options.codebook_share)
    optimizer = torch.optim.Adam(groups, lr=options.lr, betas=(0.9, 0.99))
    average, curve, first = loop.Average(student, options.ema), [], 0
    checkpoint = os.path.join(options.output, "checkpoint.pt")
    if options.resume and os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=options.device)
        student.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        average.updates, curve, first = state["updates"], state["curve"], state["step"]
        optimizer.load_state_dict(state["optimizer"])
        log(f"resumed at step {first}")
    started, total, seen = time.time(), 0.0, 0
    for step in range(first, options.steps):
        share = loop.cosine(step, options.steps, 1.0, options.warmup)
        for group in optimizer.param_groups:
            group["lr"] = group["unit"] * share
        tensors, answers = views.step(step, options.batch, options.seed)
        logits = student.behind([tensor.to(options.device) for tensor in tensors], *cut)
        loss = divergence(logits, answers.to(options.device), options.temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(student)
        total, seen, done = total + float(loss.detach()), seen + 1, step + 1
        if done % options.report and done != options.steps:
            continue
        row = {"step": done, "loss": total / seen, "secondsPerStep": (time.time() - started) / seen}
        if done % options.evaluate == 0 or done == options.steps:
            row.update(evaluate(average.model))
        curve.append(row)
        log(" ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items()))
        with open(os.path.join(options.output, "curve.json"), "w") as stream:
            json.dump(curve, stream, indent=1)
        loop.save_atomically({"model": student.state_dict(), "average": average.model.state_dict(), "updates": average.updates,
                              "optimizer": optimizer.state_dict(), "step": done, "curve": curve}, checkpoint)
        started, total, seen = time.time(), 0.0, 0
    return average.model


@torch.no_grad()
def blend(model, start, share):
    """`share` of the way from the state `start` to where training has led: what few photographs have taught by heart goes first
    (Wortsman et al. 2022)."""
    for name, value in model.state_dict().items():
        if value.dtype.is_floating_point:
            value.copy_(torch.lerp(start[name].to(value.device), value, share))
    return model


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("student", metavar="STUDENT", help="unpacked int8 model")
    parser.add_argument("--teacher", required=True, metavar="FOLDER", help="unpacked float32 model")
    parser.add_argument("--photographs", required=True, nargs="+", metavar="FOLDER")
    parser.add_argument("--held", nargs="+", metavar="FOLDER", help="photographs to judge on, not to train on")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1e-3, help="relative to each parameter's own range")
    parser.add_argument("--codebook-share", type=float, default=0.1, help="learning rate of shared values, in parts of --lr")
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--ema", type=float, default=0.95)
    parser.add_argument("--blend", type=float, default=0.6, metavar="SHARE",
                        help="the result lies this far on the way from the student as given to the trained one")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--from", metavar="LAYER", dest="first", help="train this layer and those behind it only: much faster")
    parser.add_argument("--views", type=int, default=2000, help="random views of the photographs, in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=10, help="steps between progress lines and checkpoints")
    parser.add_argument("--evaluate", type=int, default=100, help="steps between judgements on --held")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="DIR/export is for `zynqnetd model pack`")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    os.makedirs(options.output, exist_ok=True)
    try:
        student, teacher = graph.IntegerGraph(options.student), graph.FloatGraph(options.teacher)
        cut = student.cut(options.first or student.header["ops"][0]["name"])
    except ValueError as error:
        raise SystemExit(str(error))
    student, teacher = student.to(options.device), teacher.to(options.device).eval()

    def log(line):
        print(line, flush=True)

    pictures = photographs.Photographs(photographs.files_in(options.photographs), student.header, options.seed)
    held = photographs.Photographs(photographs.files_in(options.held), student.header) if options.held else None
    log(f"{len(pictures.images)} photographs to train on")

    def evaluate(model):
        return judge(model, teacher, held) if held is not None else {}

    log(f"before: {evaluate(student)}")
    views = Views(student, teacher, pictures, options.views, cut, options.output, options.resume, options.device, log)
    start = copy.deepcopy(student.state_dict())
    final = blend(train(student, views, cut, evaluate, options, log), start, options.blend)
    log(f"blended: {evaluate(final)}")
    record = {name: vars(options)[name] for name in
              ("steps", "batch", "lr", "codebook_share", "warmup", "ema", "blend", "temperature", "first", "views", "seed")}
    distillation = {**record, "photographs": len(pictures.images)}
    graph.write(final.cpu(), os.path.join(options.output, "export"), {"distillation": distillation})


if __name__ == "__main__":
    main()
