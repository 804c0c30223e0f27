"""docs/arithmetic.md in numpy int64, straight from the exported folder: what every engine must answer, bit for bit."""
import json
import os

import numpy as np


def load(folder):
    """(header, [weights, bias, multiplier, shift per convolution], logitScale, logitOffset)."""
    with open(os.path.join(folder, "header.json")) as stream:
        header = json.load(stream)
    tensors, convolutions = header["tensors"], []
    for op in (op for op in header["ops"] if op["op"] == "conv"):
        base = os.path.join(folder, f"{op['weights']:02d}.")
        shape = (op["output"]["channels"], op["input"]["channels"], *op["kernel"])
        wide = "logits" in op["output"]
        convolutions.append((np.fromfile(base + "weights.i8", np.int8).reshape(shape),
                             np.fromfile(base + "bias.i32", "<i4"),
                             None if wide else np.fromfile(base + "multiplier.u16", "<u2"),
                             None if wide else np.fromfile(base + "shift.u8", np.uint8)))
    assert tensors[0]["channels"] == 3
    return (header, convolutions, np.fromfile(os.path.join(folder, "logitScale.f32"), "<f4"),
            np.fromfile(os.path.join(folder, "logitOffset.f32"), "<f4"))


def accumulate(x, zero_point, weights, bias, stride, pad):
    """int64 sums [O, H', W'] of uint8 x [C, H, W]; padding reads the zero point (one per channel)."""
    top, left, bottom, right = pad
    channels, height, width = x.shape
    padded = np.empty((channels, height + top + bottom, width + left + right), np.int64)
    padded[:] = np.asarray(zero_point, np.int64).reshape(-1, 1, 1)
    padded[:, top:top + height, left:left + width] = x
    kernel_height, kernel_width = weights.shape[2:]
    rows = (padded.shape[1] - kernel_height) // stride + 1
    columns = (padded.shape[2] - kernel_width) // stride + 1
    total = np.repeat(bias.astype(np.int64), rows * columns).reshape(-1, rows, columns)
    for ky in range(kernel_height):
        for kx in range(kernel_width):
            part = padded[:, ky:ky + stride * (rows - 1) + 1:stride, kx:kx + stride * (columns - 1) + 1:stride]
            total += np.tensordot(weights[:, :, ky, kx].astype(np.int64), part, 1)
    return total


def requantize(accumulator, pre_shift, multiplier, shift, zero_point, relu):
    """docs/arithmetic.md, Convolution."""
    t = accumulator >> pre_shift
    shift = shift.astype(np.int64).reshape(-1, 1, 1)
    r = (t * multiplier.astype(np.int64).reshape(-1, 1, 1) + (np.int64(1) << (shift - 1))) >> shift
    return np.clip(r + zero_point, zero_point if relu else 0, 255).astype(np.uint8)


def max_pool(x, op, target):
    """uint8 [C, H', W']; positions outside the input never win."""
    top, left, _, _ = op["pad"]
    padded = np.full((len(x), 2 * target["height"] + 1, 2 * target["width"] + 1), -1, np.int64)
    rows, columns = min(x.shape[1], padded.shape[1] - top), min(x.shape[2], padded.shape[2] - left)
    padded[:, top:top + rows, left:left + columns] = x[:, :rows, :columns]
    windows = [padded[:, ky:ky + 2 * target["height"] - 1:2, kx:kx + 2 * target["width"] - 1:2]
               for ky in range(3) for kx in range(3)]
    return np.max(windows, 0).astype(np.uint8)


def run(model, pixels):
    """(logit sums int64 [classes], tensors) for pixels uint8 [H, W, 3] in the model's channel order."""
    header, convolutions, _, _ = model
    tensors = [np.zeros((t["channels"], t["height"], t["width"]), np.uint8) for t in header["tensors"]]
    tensors[0][:] = pixels.transpose(2, 0, 1)
    sums = np.zeros(len(header["labels"]), np.int64)
    for op in header["ops"]:
        view, out = op["input"], op["output"]
        x = tensors[view["tensor"]][view["offset"]:view["offset"] + view["channels"]]
        span = slice(out["offset"], out["offset"] + out["channels"])
        if op["op"] == "maxpool":
            tensors[out["tensor"]][span] = max_pool(x, op, header["tensors"][out["tensor"]])
            continue
        if op["op"] == "gap":
            sums[span] = x.astype(np.int64).sum((1, 2))
            continue
        zero = header["input"]["zeroPoint"] if view["tensor"] == 0 else header["tensors"][view["tensor"]]["zeroPoint"]
        zero = zero if isinstance(zero, list) else [zero] * len(x)
        weights, bias, multiplier, shift = convolutions[op["weights"]]
        total = accumulate(x, zero, weights, bias, op["stride"], op["pad"])
        if "logits" in out:
            t = total >> op["preShift"]
            sums[span] = (np.maximum(t, 0) if op["relu"] else t).sum((1, 2))
        else:
            tensors[out["tensor"]][span] = requantize(total, op["preShift"], multiplier, shift,
                                                      header["tensors"][out["tensor"]]["zeroPoint"], op["relu"])
    return sums, tensors


def logits(model, sums):
    """float32 logits: one product and one sum, each rounded to nearest."""
    return (sums.astype(np.float32) * model[2]).astype(np.float32) + model[3]
