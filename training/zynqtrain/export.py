"""The finished integer network as a folder that `zynqnetd model pack DIR -o OUT.zqn` turns into one file.

header.json as in docs/model-format.md, and little-endian arrays per convolution NN (its `weights` number):
NN.weights.i8 (OIHW), NN.bias.i32, and unless wide NN.multiplier.u16, NN.shift.u8; for the whole network
logitScale.f32 and logitOffset.f32.
"""
import json
import os

import numpy as np
import torch

from . import network


class ExportError(Exception):
    """The network cannot run exactly on the accelerator; says which layer and why."""


def integers(layer):
    """numpy arrays of one IntegerConv: weights, bias, and multiplier and shift (None for a wide one)."""
    with torch.no_grad():
        weights = layer.integer_weights().numpy().astype(np.int8)
        bias = layer.integer_bias().double().numpy().astype(np.int64)
        # the modules see values minus zero point; the daemon sees the values
        bias = bias - (weights.astype(np.int64).sum((2, 3)) * layer.input_zero.numpy().astype(np.int64)).sum(1)
        multiplier = shift = None
        if not layer.wide:
            multiplier, shift = (v.numpy().astype(np.int64) for v in layer.requantization())
    return weights, bias, multiplier, shift


def prove(layer):
    """Checks docs/arithmetic.md's bounds with the layer's pre-shift."""
    bound, shift = float(layer.bound().max()), int(layer.pre_shift)
    if bound >= 2 ** 31 or bound / 2 ** shift >= 2 ** 24 or shift > 7:
        raise ExportError(f"{layer.name}: a sum may reach {bound:.0f}, too much for pre-shift {shift}: "
                          f"prune further or lower its scale")


def write_arrays(folder, number, weights, bias, multiplier, shift):
    """The files of one convolution."""
    base = os.path.join(folder, f"{number:02d}.")
    weights.tofile(base + "weights.i8")
    bias.astype("<i4").tofile(base + "bias.i32")
    if multiplier is not None:
        multiplier.astype("<u2").tofile(base + "multiplier.u16")
        shift.astype(np.uint8).tofile(base + "shift.u8")


def structure(config, scales):
    """(tensors, ops) of the header for a configuration; `scales`: activation tensor name -> scale."""
    channels, size = config["channels"], config["size"]
    side = (size + 1) // 2
    tensors = [{"name": "data", "channels": 3, "height": size, "width": size, "scale": 1, "zeroPoint": 0}]
    ops = []

    def tensor(name, outputs):
        tensors.append({"name": name, "channels": outputs, "height": side, "width": side,
                        "scale": scales[name], "zeroPoint": 0})
        return len(tensors) - 1

    def conv(name, source, outputs, kernel, stride, target, offset=0, wide=False):
        output = {"logits": True, "offset": 0, "channels": outputs} if wide else \
            {"tensor": target, "offset": offset, "channels": outputs}
        ops.append({"op": "conv", "name": name, "input": {"tensor": source, "offset": 0, "channels": tensors[source]["channels"]},
                    "output": output, "kernel": [kernel, kernel], "stride": stride, "pad": [kernel // 2] * 4,
                    "relu": not wide, "preShift": 0, "weights": len(ops)})

    last = tensor("conv1", channels["conv1"])
    conv("conv1", 0, channels["conv1"], 3, 2, last)
    for name, _, _, kernel, stride in network.FIRES:
        side = (side + stride - 1) // stride
        squeeze = tensor(name + "/squeeze", channels[name + "/squeeze"])
        conv(name + "/squeeze", last, channels[name + "/squeeze"], kernel, stride, squeeze)
        one, three = channels[name + "/expand1x1"], channels[name + "/expand3x3"]
        last = tensor(name + "/expand", one + three)
        conv(name + "/expand1x1", squeeze, one, 1, 1, last)
        conv(name + "/expand3x3", squeeze, three, 3, 1, last, one)
    conv("conv10", last, config["classes"], 1, 1, None, wide=True)
    return tensors, ops


def write(model, folder, name, labels, mode="cover", provenance=None, last_offset=0.0):
    """Writes an IntegerZynqNet's folder; `last_offset` is added to the last class's logit.

    Raises ExportError, and leaves no header, if the proof fails.
    """
    os.makedirs(folder, exist_ok=True)
    scales, result = {}, []
    zero_points = np.asarray(network.INPUT_MEAN).astype(np.int64)
    for layer in model.layers:
        layer.choose_pre_shift()
        weights, bias, multiplier, shift = integers(layer)
        prove(layer)
        if not layer.wide:
            key = layer.name.replace("expand1x1", "expand").replace("expand3x3", "expand")
            scales[key] = float(layer.output_scale)
        result.append((weights, bias, multiplier, shift))
    tensors, ops = structure(model.config, scales)
    for op, layer in zip(ops, model.layers):
        op["preShift"] = int(layer.pre_shift)
    for number, arrays in enumerate(result):
        write_arrays(folder, number, *arrays)
    last = model.layers[-1]
    positions = tensors[-1]["height"] * tensors[-1]["width"]
    scale = (last.input_scale * last.log_scale.detach().exp() / positions * 2.0 ** int(last.pre_shift)).numpy()
    scale.astype("<f4").tofile(os.path.join(folder, "logitScale.f32"))
    offset = np.zeros(len(scale), "<f4")
    offset[-1] = last_offset
    offset.tofile(os.path.join(folder, "logitOffset.f32"))
    size = model.config["size"]
    header = {
        "name": name, "arithmetic": "int8",
        "input": {"channels": 3, "height": size, "width": size, "order": "rgb", "mean": list(network.INPUT_MEAN),
                  "scale": [1, 1, 1], "zeroPoint": [int(z) for z in zero_points]},
        "preprocessing": {"mode": mode, "resize": None, "crop": False},
        "labels": labels, "tensors": tensors, "ops": ops, "provenance": provenance or {},
    }
    with open(os.path.join(folder, "header.json"), "w") as stream:
        json.dump(header, stream, indent=1)
    return header
