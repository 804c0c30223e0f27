#!/usr/bin/env python3
"""Writes a trained float network as ONNX (opset 13: Conv, Relu, Concat, GlobalAveragePool, Flatten), batch norm folded."""
import argparse
import os
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from train import load_model  # noqa: E402
from zynqtrain import integer, network  # noqa: E402


class Folded(nn.Module):
    """A ZynqNet without batch norm. Input: pixel minus mean, so that a reader needs the mean and no scale."""

    def __init__(self, model):
        super().__init__()
        folded = integer.fold(model)
        strides = [block.conv.stride for block in model.blocks()] + [(1, 1)]
        self.convolutions = nn.ModuleList()
        for (_, weight, bias), stride in zip(folded, strides):
            conv = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2:], stride, weight.shape[2] // 2)
            conv.weight.data.copy_(weight)
            conv.bias.data.copy_(bias)
            self.convolutions.append(conv)

    def forward(self, x):
        x = torch.relu(self.convolutions[0](x))
        for fire in range(len(network.FIRES)):
            squeeze, one, three = self.convolutions[1 + 3 * fire:4 + 3 * fire]
            x = torch.relu(squeeze(x))
            x = torch.cat([torch.relu(one(x)), torch.relu(three(x))], 1)
        return torch.flatten(nn.functional.adaptive_avg_pool2d(self.convolutions[-1](x), 1), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.onnx")
    options = parser.parse_args()
    model = load_model(options.checkpoint).to(memory_format=torch.contiguous_format)
    size = model.config["size"]
    folded = Folded(model).eval()
    example = torch.zeros(1, 3, size, size)
    torch.onnx.export(folded, example, options.output, opset_version=13, input_names=["data"], output_names=["logits"])
    mean = ",".join(str(int(value)) for value in network.INPUT_MEAN)
    print(f"{options.output}: import with --order rgb --mean {mean} --scale 1 --mode cover")


if __name__ == "__main__":
    main()
