"""Any model file as a torch module, from the folder that `zynqnetd model unpack` writes (docs/model-format.md).

`IntegerGraph` is an int8 model that can be trained further: same graph, same shared values and zeros; codebooks, channel
scales and biases are its parameters. `FloatGraph` is a float32 model, the teacher. Both take pixels 0..255 in the model's
own channel order as float [N, C, H, W] and answer logits.
"""
import copy
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import export, integer


def load_header(folder):
    with open(os.path.join(folder, "header.json")) as stream:
        return json.load(stream)


def convolutions(header):
    return [op for op in header["ops"] if op["op"] == "conv"]


def output_positions(header, op):
    """Output positions of a convolution."""
    source = header["tensors"][op["input"]["tensor"]]
    top, left, bottom, right = op["pad"]
    height = (source["height"] + top + bottom - op["kernel"][0]) // op["stride"] + 1
    return height * ((source["width"] + left + right - op["kernel"][1]) // op["stride"] + 1)


def max_pool(x, op, target):
    """docs/arithmetic.md, Max-pool: the padding behind is whatever the output's size asks for, and never wins."""
    top, left, _, _ = op["pad"]
    (height, width), stride = op["kernel"], op["stride"]
    bottom = (target["height"] - 1) * stride + height - top - x.shape[2]
    right = (target["width"] - 1) * stride + width - left - x.shape[3]
    return F.max_pool2d(F.pad(x, (left, right, top, bottom), value=-1e9), (height, width), stride)


class Tensors:
    """What has been written so far: parts of each tensor, put together when they are read."""

    def __init__(self, values):
        self.parts = {number: [(0, value)] for number, value in values.items()}

    def write(self, view, value):
        self.parts.setdefault(view["tensor"], []).append((view["offset"], value))

    def whole(self, number):
        parts = sorted(self.parts[number], key=lambda part: part[0])
        if len(parts) > 1:
            parts = [(parts[0][0], torch.cat([value for _, value in parts], 1))]
            self.parts[number] = parts
        return parts[0][1]

    def read(self, view):
        """A slice of a tensor. It may be read before the tensor's other slices are written."""
        written = self.parts[view["tensor"]]
        for begin, value in written:
            if (begin, value.shape[1]) == (view["offset"], view["channels"]):
                return value
        begin = min(part[0] for part in written)
        first = view["offset"] - begin
        return self.whole(view["tensor"])[:, first:first + view["channels"]]


def execute(header, ops, tensors, convolve, pool_all):
    """Runs `ops` of the header on `tensors`; convolve(op, x) and pool_all(op, x) (the global average pool) do the arithmetic.
    Returns the logits, None if there are none."""
    logits = []
    for op in ops:
        x = tensors.read(op["input"])
        if op["op"] == "conv":
            y = convolve(op, x)
        elif op["op"] == "maxpool":
            y = max_pool(x, op, header["tensors"][op["output"]["tensor"]])
        else:
            y = pool_all(op, x)
        if "logits" in op["output"]:
            logits.append((op["output"]["offset"], y))
        else:
            tensors.write(op["output"], y)
    return torch.cat([y for _, y in sorted(logits, key=lambda part: part[0])], 1) if logits else None


class FloatGraph(nn.Module):
    """A float32 model, for its answers only."""

    def __init__(self, folder):
        super().__init__()
        self.header = load_header(folder)
        if self.header["arithmetic"] != "float32":
            raise ValueError(f"{folder}: the teacher must be a float32 model, this one is {self.header['arithmetic']}")
        for op in convolutions(self.header):
            base = os.path.join(folder, f"{op['weights']:02d}.")
            shape = (op["output"]["channels"], op["input"]["channels"], *op["kernel"])
            weights = np.fromfile(base + "weights.f32", "<f4").reshape(shape)
            self.register_buffer(f"weights{op['weights']}", torch.from_numpy(weights))
            self.register_buffer(f"bias{op['weights']}", torch.from_numpy(np.fromfile(base + "bias.f32", "<f4")))
        for name in ("mean", "scale"):
            self.register_buffer(name, torch.tensor(self.header["input"][name]).view(1, -1, 1, 1))

    def convolve(self, op, x):
        top, left, bottom, right = op["pad"]
        y = F.conv2d(F.pad(x, (left, right, top, bottom)), getattr(self, f"weights{op['weights']}"),
                     getattr(self, f"bias{op['weights']}"), op["stride"])
        y = F.relu(y) if op["relu"] else y
        return y.mean((2, 3)) if "logits" in op["output"] else y

    def forward(self, pixels):
        first = Tensors({0: (pixels - self.mean) * self.scale})
        return execute(self.header, self.header["ops"], first, self.convolve, lambda op, x: x.mean((2, 3)))


class IntegerGraph(nn.Module):
    """An int8 model with trainable codebooks (zero is not one of their values), channel scales and biases."""

    def __init__(self, folder):
        super().__init__()
        self.header = load_header(folder)
        if self.header["arithmetic"] != "int8":
            raise ValueError(f"{folder}: expected an int8 model, as `zynqnetd model compress` writes it; this one is "
                             f"{self.header['arithmetic']}")
        self.logit_scale, self.logit_offset = (
            torch.from_numpy(np.fromfile(os.path.join(folder, name + ".f32"), "<f4")) for name in ("logitScale", "logitOffset"))
        zero = torch.tensor(self.header["input"]["zeroPoint"], dtype=torch.float32)
        self.register_buffer("zero", zero.view(1, -1, 1, 1), persistent=False)
        self.layers = nn.ModuleList(self.layer(folder, op) for op in convolutions(self.header))

    def layer(self, folder, op):
        """One convolution from its arrays: real scales and biases are what its integers stand for."""
        base, out, tensors = os.path.join(folder, f"{op['weights']:02d}."), op["output"], self.header["tensors"]
        shape = (out["channels"], op["input"]["channels"], *op["kernel"])
        weights = np.fromfile(base + "weights.i8", np.int8).reshape(shape)
        values = np.unique(weights[weights != 0]) if weights.any() else np.array([1], np.int8)
        source, wide = tensors[op["input"]["tensor"]], "logits" in out
        target = source if wide else tensors[out["tensor"]]
        span = slice(op["input"]["offset"], op["input"]["offset"] + op["input"]["channels"])
        zero = self.header["input"]["zeroPoint"][span] if op["input"]["tensor"] == 0 else source["zeroPoint"]
        layer = integer.IntegerConv(op["name"], shape, op["stride"], wide, len(values), op["pad"], op["relu"], zero,
                                    0 if wide else target["zeroPoint"])
        shift = op["preShift"]
        if wide:
            logits = slice(out["offset"], out["offset"] + out["channels"])
            unit = self.logit_scale[logits].double() * output_positions(self.header, op) / 2.0 ** shift / source["scale"]
            layer.offset.copy_(self.logit_offset[logits])
        else:
            factor = np.fromfile(base + "multiplier.u16", "<u2") / 2.0 ** np.fromfile(base + "shift.u8", np.uint8)
            unit = torch.from_numpy(factor) / 2.0 ** shift * target["scale"] / source["scale"]
            layer.output_scale.fill_(target["scale"])
        index = torch.from_numpy(np.where(weights == 0, -1, np.searchsorted(values, weights)))
        bias = np.fromfile(base + "bias.i32", "<i4").astype(np.float64)
        bias = torch.from_numpy(bias + (weights.astype(np.float64).sum((2, 3)) * layer.input_zero.numpy()).sum(1))
        with torch.no_grad():
            layer.index.copy_(index)
            layer.codebook.copy_(torch.from_numpy(values.astype(np.float32)) / 127)
            layer.input_scale.fill_(source["scale"])
            layer.pre_shift.fill_(shift)
            unit = unit.clamp(min=1e-12)
            layer.log_scale.copy_(unit.log())
            layer.bias.copy_(bias * source["scale"] * unit)
        return layer

    def convolve(self, op, x):
        return self.layers[op["weights"]](x)

    def pool_all(self, op, x):
        span = slice(op["output"]["offset"], op["output"]["offset"] + op["output"]["channels"])
        zero = self.header["tensors"][op["input"]["tensor"]]["zeroPoint"] * x.shape[2] * x.shape[3]
        return (x.sum((2, 3)) + zero) * self.logit_scale[span].to(x.device) + self.logit_offset[span].to(x.device)

    def forward(self, pixels):
        return execute(self.header, self.header["ops"], Tensors({0: pixels - self.zero}), self.convolve, self.pool_all)

    def cut(self, name):
        """(operators before, tensors that the others read from them) for the first operator of this name.

        Raises ValueError for an unknown name, or one that writes logits by itself before the cut.
        """
        names = [op["name"] for op in self.header["ops"]]
        if name not in names:
            raise ValueError(f"there is no layer {name}; there are {', '.join(names)}")
        first = names.index(name)
        before, behind = self.header["ops"][:first], self.header["ops"][first:]
        if any("logits" in op["output"] for op in before):
            raise ValueError(f"a layer before {name} answers already")
        made = {0} | {op["output"]["tensor"] for op in before}
        return first, sorted({op["input"]["tensor"] for op in behind} & made)

    def before(self, pixels, first, kept):
        """Values 0..255 (uint8) of the tensors `kept` after the operators before number `first`."""
        tensors = Tensors({0: pixels - self.zero})
        execute(self.header, self.header["ops"][:first], tensors, self.convolve, self.pool_all)
        return [(tensors.whole(number) + self.zero_of(number)).to(torch.uint8) for number in kept]

    def behind(self, values, first, kept):
        """Logits from what `before` gave."""
        tensors = Tensors({number: value.float() - self.zero_of(number) for number, value in zip(kept, values)})
        return execute(self.header, self.header["ops"][first:], tensors, self.convolve, self.pool_all)

    def zero_of(self, number):
        return self.zero if number == 0 else self.header["tensors"][number]["zeroPoint"]


def write(model, folder, provenance=None):
    """Writes an IntegerGraph as the folder that `zynqnetd model pack` reads. Raises export.ExportError, and writes no header,
    when a sum has outgrown its layer's pre-shift."""
    os.makedirs(folder, exist_ok=True)
    header = copy.deepcopy(model.header)
    header["provenance"].update(provenance or {})
    scale, offset = model.logit_scale.clone(), model.logit_offset.clone()
    for op, layer in zip(convolutions(header), model.layers):
        export.prove(layer)
        export.write_arrays(folder, op["weights"], *export.integers(layer))
        if layer.wide:
            span = slice(op["output"]["offset"], op["output"]["offset"] + op["output"]["channels"])
            unit = layer.input_scale * layer.log_scale.detach().exp() * 2.0 ** int(layer.pre_shift)
            scale[span] = unit.cpu() / output_positions(header, op)
    scale.numpy().astype("<f4").tofile(os.path.join(folder, "logitScale.f32"))
    offset.numpy().astype("<f4").tofile(os.path.join(folder, "logitOffset.f32"))
    with open(os.path.join(folder, "header.json"), "w") as stream:
        json.dump(header, stream, indent=1)
