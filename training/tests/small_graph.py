"""A small int8 model with all that ZynqNet has not, as a folder for `zynqnetd model pack`: zero points, layers without
ReLU, uneven and wide padding, max-pools of both kinds, a slice that is read alone, a wide layer with ReLU, a global
pool. Random weights."""
import json
import os

import numpy as np

SIZE = 21
LABELS = list("abcdefgh")


def write(folder, seed=5):
    random = np.random.RandomState(seed)
    tensors = [{"name": "data", "channels": 3, "height": SIZE, "width": SIZE, "scale": 1, "zeroPoint": 0}]
    ops = []

    def tensor(name, channels, side, zero=0, scale=0.02):
        tensors.append({"name": name, "channels": channels, "height": side, "width": side, "scale": scale, "zeroPoint": zero})
        return len(tensors) - 1

    def view(number, offset=0, channels=None):
        return {"tensor": number, "offset": offset, "channels": channels or tensors[number]["channels"]}

    def conv(name, source, output, kernel, stride=1, pad=(0, 0, 0, 0), relu=True, pre_shift=0):
        number, outputs = sum(op["op"] == "conv" for op in ops), output["channels"]
        weights = random.randint(-9, 10, (outputs, source["channels"], kernel, kernel)) * 7
        weights[random.rand(*weights.shape) < 0.4] = 0
        base = os.path.join(folder, f"{number:02d}.")
        weights.astype(np.int8).tofile(base + "weights.i8")
        random.randint(-6000, 6000, outputs).astype("<i4").tofile(base + "bias.i32")
        if "tensor" in output:
            spread = 30.0 * np.sqrt(weights[0].size) * 60
            multiplier = random.uniform(0.7, 1.3, outputs) * 100 / spread * 2.0 ** (20 + pre_shift)
            multiplier.astype("<u2").tofile(base + "multiplier.u16")
            np.full(outputs, 20, np.uint8).tofile(base + "shift.u8")
        ops.append({"op": "conv", "name": name, "input": source, "output": output, "kernel": [kernel, kernel], "stride": stride,
                    "pad": list(pad), "relu": relu, "preShift": pre_shift, "weights": number})

    def pool(name, source, target, pad, ceil):
        ops.append({"op": "maxpool", "name": name, "input": view(source), "output": view(target), "kernel": [3, 3], "stride": 2,
                    "pad": list(pad), "ceil": ceil})

    first = tensor("first", 8, 20, zero=120)
    pooled = tensor("pooled", 8, 10, zero=120)
    joint = tensor("joint", 10, 12)
    last = tensor("last", 6, 5)
    conv("first", view(0), view(first), 3, 1, (0, 1, 1, 0), relu=False)
    pool("pool1", first, pooled, (0, 0, 0, 0), True)
    conv("left", view(pooled), view(joint, 0, 4), 1, 1, (1, 1, 1, 1))
    conv("right", view(pooled), view(joint, 4, 6), 3, 1, (2, 2, 2, 2))
    between = tensor("between", 6, 12)
    conv("slice", view(joint, 2, 5), view(between), 3, 1, (1, 1, 1, 1), pre_shift=1)
    pool("pool2", between, last, (0, 0, 0, 0), False)
    conv("wide", view(joint), {"logits": True, "offset": 0, "channels": 2}, 3, 2, relu=True, pre_shift=2)
    ops.append({"op": "gap", "name": "mean", "input": view(last), "output": {"logits": True, "offset": 2, "channels": 6}})
    np.concatenate([np.full(2, 1e-5), np.full(6, 0.02 / 25)]).astype("<f4").tofile(os.path.join(folder, "logitScale.f32"))
    np.linspace(-1, 1, 8).astype("<f4").tofile(os.path.join(folder, "logitOffset.f32"))
    header = {"name": "small graph", "arithmetic": "int8",
              "input": {"channels": 3, "height": SIZE, "width": SIZE, "order": "bgr", "mean": [104, 117, 123], "scale": [1, 1, 1],
                        "zeroPoint": [104, 117, 123]},
              "preprocessing": {"mode": "cover", "resize": None, "crop": False}, "labels": LABELS, "tensors": tensors,
              "ops": ops, "provenance": {}}
    with open(os.path.join(folder, "header.json"), "w") as stream:
        json.dump(header, stream)


def write_teacher(folder, student):
    """A float32 model that answers nearly what the int8 model in folder `student` does."""
    with open(os.path.join(student, "header.json")) as stream:
        header = json.load(stream)
    scale = np.fromfile(os.path.join(student, "logitScale.f32"), "<f4")
    for op in (op for op in header["ops"] if op["op"] == "conv"):
        base, out = f"{op['weights']:02d}.", op["output"]
        shape = (out["channels"], op["input"]["channels"], *op["kernel"])
        weights = np.fromfile(os.path.join(student, base + "weights.i8"), np.int8).reshape(shape).astype(np.float64)
        source = header["tensors"][op["input"]["tensor"]]
        zero = np.array(header["input"]["zeroPoint"]) if op["input"]["tensor"] == 0 else source["zeroPoint"]
        bias = np.fromfile(os.path.join(student, base + "bias.i32"), "<i4") + (weights.sum((2, 3)) * zero).sum(1)
        if "logits" in out:
            unit = scale[:shape[0]] * 25 / 2.0 ** op["preShift"]
        else:
            factor = np.fromfile(os.path.join(student, base + "multiplier.u16"), "<u2") / 2.0 ** 20
            unit = factor / 2.0 ** op["preShift"] * header["tensors"][out["tensor"]]["scale"]
        (weights * (unit / source["scale"]).reshape(-1, 1, 1, 1)).astype("<f4").tofile(os.path.join(folder, base + "weights.f32"))
        (bias * unit).astype("<f4").tofile(os.path.join(folder, base + "bias.f32"))
        op.pop("preShift")
    header["arithmetic"] = "float32"
    header["input"].pop("zeroPoint")
    for tensor in header["tensors"]:
        tensor.update(scale=1, zeroPoint=0)
    with open(os.path.join(folder, "header.json"), "w") as stream:
        json.dump(header, stream)
