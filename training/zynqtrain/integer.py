"""The integer network of docs/arithmetic.md as a torch module that can be trained: its forward pass is the daemon's
arithmetic, its gradient that of the real-valued network it stands for (straight-through, Jacob et al. 2018, section 3).

Integers travel as floats. Sums are exact while |bias| + 255 sum|w| < 2^24, as in any pruned layer; a dense layer with more
gets a pre-shift, and its float sums may round in their last bit.
"""
import json

import torch
import torch.nn.functional as F
from torch import nn

from . import clustering, network

ACTIVATION_TOP = 255
PLAN_SQUEEZE, PLAN_EXPAND = "squeeze", "expand"


def straight_through(exact, soft):
    """The value of `exact`, the gradient of `soft`."""
    return soft + (exact - soft).detach()


def round_half_up(x):
    return torch.floor(x + 0.5)


def multiplier_and_shift(ratio):
    """Integers (multiplier 0..65535, shift 1..40) with multiplier / 2^shift nearest to `ratio` (float64 tensor)."""
    mantissa, exponent = torch.frexp(ratio.double().clamp(min=2.0 ** -40, max=32767))
    shift = 16 - exponent
    multiplier = torch.floor(mantissa * 65536 + 0.5)
    over = multiplier >= 65536
    multiplier, shift = torch.where(over, torch.full_like(multiplier, 32768.0), multiplier), torch.where(over, shift - 1, shift)
    surplus = (shift - 40).clamp(min=0)
    multiplier, shift = torch.floor(multiplier / torch.pow(2.0, surplus) + 0.5), shift - surplus
    return multiplier, shift


class Requantize(torch.autograd.Function):
    """Sums -> values of docs/arithmetic.md less their zero point; the gradient is that of clamp(sum * ratio, low, high)."""

    @staticmethod
    def forward(context, accumulator, ratio, factor, pre_shift, low, high):
        """factor: multiplier / 2^shift in float64: its product with a 24-bit sum is exact."""
        value = accumulator.double()
        if pre_shift:
            value = value.mul_(2.0 ** -pre_shift).floor_()
        value = value.mul_(factor.view(1, -1, 1, 1)).add_(0.5).floor_().clamp_(low, high).to(accumulator.dtype)
        context.save_for_backward(accumulator, value, ratio)
        context.low, context.high = low, high
        return value

    @staticmethod
    def backward(context, gradient):
        accumulator, value, ratio = context.saved_tensors
        above = accumulator > 0 if context.low == 0 else value > context.low
        inside = gradient * (above & (value < context.high))
        return inside * ratio.view(1, -1, 1, 1), (inside * accumulator).sum((0, 2, 3)), None, None, None, None


class IntegerConv(nn.Module):
    """One convolution: codebook [K] (in units of 127, so that one learning rate fits all), index (-1: pruned), per-channel
    scale, real bias.

    forward: integer-valued input minus zero point -> requantized values minus zero point, or for `wide` real logits.
    pad: top, left, bottom, right; input_zero: the input's zero points, one or one per channel.
    """

    def __init__(self, name, shape, stride, wide, codebook_size, pad=None, relu=None, input_zero=0, output_zero=0):
        super().__init__()
        self.name, self.stride, self.wide = name, stride, wide
        self.pad = list(pad) if pad is not None else [0 if wide else shape[2] // 2] * 4
        self.relu = not wide if relu is None else relu
        self.output_zero = output_zero
        zero = torch.as_tensor(input_zero, dtype=torch.float64).expand(shape[1]).clone()
        self.register_buffer("input_zero", zero, persistent=False)
        self.register_buffer("offset", torch.zeros(shape[0]), persistent=False)  # logitOffset of a wide one
        self.register_buffer("index", torch.full(shape, -1, dtype=torch.long))
        self.codebook = nn.Parameter(torch.zeros(codebook_size))
        self.log_scale = nn.Parameter(torch.zeros(shape[0]))
        self.bias = nn.Parameter(torch.zeros(shape[0]))
        self.register_buffer("input_scale", torch.tensor(1.0))
        self.register_buffer("output_scale", torch.tensor(1.0))
        self.register_buffer("pre_shift", torch.tensor(0))

    def integer_weights(self):
        """int8 values as floats, gradients summed per cluster (Han et al. 2016, section 3.3) by the gather's transpose."""
        soft = self.codebook * 127
        codes = straight_through(soft.round().clamp(-127, 127), soft)
        padded = torch.cat([codes, codes.new_zeros(1)])
        return padded[self.index]

    def integer_bias(self):
        soft = self.bias / (self.input_scale * self.log_scale.exp())
        return straight_through(round_half_up(soft), soft)

    def bound(self):
        """The largest sum of each output channel (docs/arithmetic.md): |bias| + 255 sum |weight|, zero points folded in."""
        with torch.no_grad():
            weights = self.integer_weights().double()
            bias = self.integer_bias().double()
            bias = bias - (weights.sum((2, 3)) * self.input_zero).sum(1)  # the daemon sees values with their zero points
            return bias.abs() + ACTIVATION_TOP * weights.abs().flatten(1).sum(1)

    def choose_pre_shift(self):
        """The smallest pre-shift under which the requantizer's 25 bits suffice; 0 for all but dense layers with many inputs."""
        largest, shift = float(self.bound().max()), 0
        while largest / 2 ** shift >= 2 ** 24:
            shift += 1
        self.pre_shift.fill_(shift)

    def requantization(self):
        """(multiplier, shift) of each output channel, for sums after the pre-shift."""
        ratio = self.input_scale.double() * self.log_scale.detach().exp().double() / self.output_scale
        return multiplier_and_shift(ratio * 2.0 ** int(self.pre_shift))

    def forward(self, x):
        scale = self.log_scale.exp()
        top, left, bottom, right = self.pad
        if top != bottom or left != right:
            x, top, left = F.pad(x, (left, right, top, bottom)), 0, 0
        accumulator = F.conv2d(x, self.integer_weights(), self.integer_bias(), self.stride, (top, left))
        if self.wide:
            positions = accumulator.shape[2] * accumulator.shape[3]
            shifted = accumulator - torch.remainder(accumulator.detach(), 2.0 ** int(self.pre_shift))
            shifted = shifted.clamp(min=0) if self.relu else shifted
            return shifted.sum((2, 3)) * (self.input_scale * scale / positions) + self.offset
        multiplier, shift = self.requantization()
        low = 0 if self.relu else -self.output_zero
        return Requantize.apply(accumulator, self.input_scale * scale / self.output_scale, multiplier / torch.pow(2.0, shift),
                                int(self.pre_shift), low, ACTIVATION_TOP - self.output_zero)


class IntegerZynqNet(nn.Module):
    """Input: pixels 0..255 as float [N, 3, H, W] (RGB). Output: logits [N, classes] (real)."""

    def __init__(self, config, codebook_sizes):
        super().__init__()
        self.config = json.loads(json.dumps(config))
        self.codebook_sizes = dict(codebook_sizes)
        channels, sizes = config["channels"], codebook_sizes
        self.register_buffer("mean", torch.tensor(network.INPUT_MEAN).view(1, 3, 1, 1))
        layers = [IntegerConv("conv1", (channels["conv1"], 3, 3, 3), 2, False, sizes["conv1"], input_zero=network.INPUT_MEAN)]
        inputs = channels["conv1"]
        for name, _, _, kernel, stride in network.FIRES:
            squeeze = channels[name + "/squeeze"]
            one, three = name + "/expand1x1", name + "/expand3x3"
            shape = (squeeze, inputs, kernel, kernel)
            layers.append(IntegerConv(name + "/squeeze", shape, stride, False, sizes[name + "/squeeze"]))
            layers.append(IntegerConv(one, (channels[one], squeeze, 1, 1), 1, False, sizes[one]))
            layers.append(IntegerConv(three, (channels[three], squeeze, 3, 3), 1, False, sizes[three]))
            inputs = channels[one] + channels[three]
        layers.append(IntegerConv("conv10", (config["classes"], inputs, 1, 1), 1, True, sizes["conv10"]))
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        x = self.layers[0](x - self.mean)
        for fire in range(len(network.FIRES)):
            squeeze, one, three = self.layers[1 + 3 * fire:4 + 3 * fire]
            x = squeeze(x)
            x = torch.cat([one(x), three(x)], 1)
        return self.layers[-1](x)


def fold(model):
    """[(name, weight, bias)] of a ZynqNet with batch norm folded in (Jacob et al. 2018, section 3.2); the input scale too."""
    folded = []
    for position, block in enumerate(model.blocks()):
        norm = block.norm
        gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
        weight = block.conv.weight.detach() * gain.view(-1, 1, 1, 1) * (network.INPUT_SCALE if position == 0 else 1)
        folded.append((block.name, weight, (norm.bias - norm.running_mean * gain).detach()))
    folded.append(("conv10", model.conv10.weight.detach(), model.conv10.bias.detach()))
    return folded


def tensor_names():
    """Activation tensors in order: conv1, then squeeze and joint expand of each fire."""
    names = ["conv1"]
    for fire, *_ in network.FIRES:
        names += [fire + "/squeeze", fire + "/expand"]
    return names


@torch.no_grad()
def calibrate(model, pixels):
    """Scale per activation tensor that minimises the squared quantization error on float pixels [N, 3, H, W]."""
    samples = {}

    def record(name):
        return lambda module, inputs, output: samples.__setitem__(name, output.flatten())

    hooks = [model.conv1.register_forward_hook(record("conv1"))]
    for fire, module in zip(network.FIRES, model.fires):
        hooks.append(module.squeeze.register_forward_hook(record(fire[0] + "/squeeze")))
        hooks.append(module.register_forward_hook(record(fire[0] + "/expand")))
    model.eval()(pixels)
    for hook in hooks:
        hook.remove()
    scales = {}
    for name, values in samples.items():
        if len(values) > 400_000:
            values = values[torch.randperm(len(values), generator=torch.Generator().manual_seed(0))[:400_000]]
        top = float(values.max().clamp(min=1e-6))
        best = None
        for share in torch.linspace(0.15, 1, 35).tolist():
            scale = top * share / ACTIVATION_TOP
            error = float(((values / scale).round().clamp(max=ACTIVATION_TOP) * scale - values).pow(2).sum())
            if best is None or error < best[0]:
                best = (error, scale)
        scales[name] = best[1]
    return scales


def from_float(model, pixels, codebook_size=15, plain=False):
    """An IntegerZynqNet from a trained (pruned) ZynqNet, calibrated on `pixels`.

    codebook_size: values per layer, zero apart: one number, or a dict per layer. plain: int8 without clustering
    (255 values).
    """
    folded = fold(model)

    def size_of(name):
        if plain:
            return 254
        return codebook_size.get(name, codebook_size["*"]) if isinstance(codebook_size, dict) else codebook_size

    sizes = {name: size_of(name) for name, _, _ in folded}
    scales = calibrate(model, pixels)
    books = {}
    for name, weight, _ in folded:
        if plain:
            scale = weight.flatten(1).abs().amax(1).clamp(min=1e-8) / 127
            codes = torch.cat([torch.arange(-127, 0), torch.arange(1, 128)]).float()
            value = (weight / scale.view(-1, 1, 1, 1)).round().long()
            index = torch.where(value == 0, -1, torch.where(value < 0, value + 127, value + 126))
            books[name] = (codes, index, scale)
        else:
            books[name] = clustering.cluster(weight, sizes[name])
            sizes[name] = len(books[name][0])
    result = IntegerZynqNet(model.config, sizes)
    names = tensor_names()
    inputs = {"conv1": 1.0, "conv10": scales[names[-1]]}
    outputs = {"conv1": scales["conv1"], "conv10": 1.0}
    before = "conv1"
    for fire, *_ in network.FIRES:
        inputs[fire + "/squeeze"], outputs[fire + "/squeeze"] = scales[before], scales[fire + "/squeeze"]
        for branch in ("/expand1x1", "/expand3x3"):
            inputs[fire + branch], outputs[fire + branch] = scales[fire + "/squeeze"], scales[fire + "/expand"]
        before = fire + "/expand"
    with torch.no_grad():
        for layer, (name, _, bias) in zip(result.layers, folded):
            codes, index, scale = books[name]
            layer.codebook.copy_(codes / 127)
            layer.index.copy_(index)
            layer.log_scale.copy_(scale.log())
            layer.bias.copy_(bias)
            layer.input_scale.fill_(inputs[name])
            layer.output_scale.fill_(outputs[name])
            layer.choose_pre_shift()
    return result
