"""ZynqNet (Gschwend, 2016) as a family: width, input size and number of classes are parameters.

All-convolutional: a fire module squeezes (3x3 with stride 2 in place of pooling, else 1x1) and expands
(1x1 and 3x3, concatenated). conv10 is a 1x1 convolution with bias and no padding, its mean the logits.
Batch normalisation follows every other convolution and folds into it at export.
"""
import json

import torch
from torch import nn

# (name, squeeze channels, expand channels of each branch, squeeze kernel, squeeze stride)
FIRES = (
    ("fire2", 16, 64, 3, 2), ("fire3", 16, 64, 1, 1),
    ("fire4", 32, 128, 3, 2), ("fire5", 32, 128, 1, 1),
    ("fire6", 64, 256, 3, 2), ("fire7", 64, 192, 1, 1),
    ("fire8", 112, 256, 3, 2), ("fire9", 112, 368, 1, 1),
)
INPUT_MEAN = (84.0, 77.0, 79.0)  # mean pixel of GTSRB's training split, rounded: it becomes the integer zero point
INPUT_SCALE = 1.0 / 64.0


def scaled(channels, width):
    """Channels times width, as a multiple of 8 (the accelerator's granularity), at least 8."""
    return max(8, int(channels * width / 8.0 + 0.5) * 8)


def make_config(width=1.0, size=64, classes=44, channels=None):
    """A network's shape. `channels` (per layer: name -> output channels) overrides the width, after channel pruning."""
    own = {"conv1": scaled(64, width)}
    for name, squeeze, expand, _, _ in FIRES:
        own[name + "/squeeze"] = scaled(squeeze, width)
        own[name + "/expand1x1"] = own[name + "/expand3x3"] = scaled(expand, width)
    own.update(channels or {})
    return {"width": width, "size": size, "classes": classes, "channels": own}


class ConvBlock(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, name, inputs, outputs, kernel, stride):
        super().__init__()
        self.name = name
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Fire(nn.Module):
    def __init__(self, name, inputs, channels, kernel, stride):
        super().__init__()
        squeeze = channels[name + "/squeeze"]
        self.squeeze = ConvBlock(name + "/squeeze", inputs, squeeze, kernel, stride)
        self.expand1x1 = ConvBlock(name + "/expand1x1", squeeze, channels[name + "/expand1x1"], 1, 1)
        self.expand3x3 = ConvBlock(name + "/expand3x3", squeeze, channels[name + "/expand3x3"], 3, 1)

    def forward(self, x):
        x = self.squeeze(x)
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1)


class ZynqNet(nn.Module):
    """Input: pixels 0..255 as float [N, 3, H, W] (RGB). Output: logits [N, classes]."""

    def __init__(self, config):
        super().__init__()
        self.config = json.loads(json.dumps(config))
        channels = config["channels"]
        self.register_buffer("mean", torch.tensor(INPUT_MEAN).view(1, 3, 1, 1))
        self.conv1 = ConvBlock("conv1", 3, channels["conv1"], 3, 2)
        inputs, fires = channels["conv1"], []
        for name, _, _, kernel, stride in FIRES:
            fires.append(Fire(name, inputs, channels, kernel, stride))
            inputs = channels[name + "/expand1x1"] + channels[name + "/expand3x3"]
        self.fires = nn.ModuleList(fires)
        self.conv10 = nn.Conv2d(inputs, config["classes"], 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.normal_(self.conv10.weight, std=0.01)
        nn.init.zeros_(self.conv10.bias)

    def features(self, x):
        x = self.conv1((x - self.mean) * INPUT_SCALE)
        for fire in self.fires:
            x = fire(x)
        return x

    def forward(self, x):
        return self.conv10(self.features(x)).mean((2, 3))

    def blocks(self):
        """All ConvBlocks in execution order."""
        return [module for module in self.modules() if isinstance(module, ConvBlock)]


def count(config):
    """(parameters with folded batch norm, multiply-accumulates) of a configuration, by shape alone."""
    channels, size = config["channels"], config["size"]
    parameters = macs = 0
    side, inputs = size, 3

    def add(outputs, kernel, fan_in):
        nonlocal parameters, macs
        parameters += outputs * fan_in * kernel * kernel + outputs
        macs += side * side * outputs * fan_in * kernel * kernel

    side = (side + 1) // 2
    add(channels["conv1"], 3, inputs)
    inputs = channels["conv1"]
    for name, _, _, kernel, stride in FIRES:
        side = (side + stride - 1) // stride
        squeeze = channels[name + "/squeeze"]
        add(squeeze, kernel, inputs)
        add(channels[name + "/expand1x1"], 1, squeeze)
        add(channels[name + "/expand3x3"], 3, squeeze)
        inputs = channels[name + "/expand1x1"] + channels[name + "/expand3x3"]
    add(config["classes"], 1, inputs)
    return parameters, macs
