"""Exports small PyTorch networks as ONNX, each with a picture and the network's own answers: pytorch_export.py FOLDER."""
import json
import os
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.simplefilter("ignore")


class Fire(nn.Module):
    """Squeeze, two expands, concatenation; batch normalisation before each ReLU."""

    def __init__(self, inputs, squeeze, expand, stride):
        super().__init__()
        self.squeeze = nn.Sequential(nn.Conv2d(inputs, squeeze, 3, stride, 1, bias=False), nn.BatchNorm2d(squeeze),
                                     nn.ReLU(inplace=True))
        self.one, self.three = nn.Conv2d(squeeze, expand, 1), nn.Conv2d(squeeze, expand, 3, padding=1)
        self.norm = nn.BatchNorm2d(2 * expand)

    def forward(self, x):
        x = self.squeeze(x)
        return F.relu(self.norm(torch.cat([self.one(x), self.three(x)], 1)))


class Fires(nn.Module):
    """A ZynqNet in small, normalising by itself, averaging by `mean`."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1))
        self.first = nn.Conv2d(3, 8, 3, 2, 1)
        self.fires = nn.Sequential(Fire(8, 4, 6, 2), nn.Identity(), Fire(12, 4, 8, 1))
        self.drop, self.last = nn.Dropout(), nn.Conv2d(16, 7, 1)

    def forward(self, x):
        x = F.relu(self.first((x - self.mean) / 0.25))
        return self.last(self.drop(self.fires(x))).mean([2, 3])


class Classifier(nn.Module):
    """A torchvision-like SqueezeNet: max-pools with ceil_mode, adaptive pooling, torch.flatten, softmax."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(8, 4, 6, 1),
                                      nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(12, 10, 1), nn.ReLU())

    def forward(self, x):
        return F.softmax(torch.flatten(F.adaptive_avg_pool2d(self.features(x), (1, 1)), 1), 1)


class Dense(nn.Module):
    """Padding of its own, `view` with a computed size, two fully connected layers."""

    def __init__(self):
        super().__init__()
        self.conv, self.pad = nn.Conv2d(3, 6, 3, 2), nn.ZeroPad2d((0, 1, 0, 1))
        self.norm = nn.BatchNorm2d(6)
        self.hidden, self.out = nn.Linear(6 * 5 * 5, 12), nn.Linear(12, 5, bias=False)

    def forward(self, x):
        x = F.relu(self.norm(self.conv(self.pad(x))))
        x = F.relu(self.hidden(x.view(x.size(0), -1)))
        return self.out(F.dropout(x, training=self.training))


def settle(model, size):
    """Running statistics worth folding."""
    model.train()
    with torch.no_grad():
        for _ in range(4):
            model(torch.rand(8, 3, size, size))
    return model.eval()


def main(folder):
    torch.manual_seed(1)
    networks = {"fires": (Fires(), 33), "classifier": (Classifier(), 40), "dense": (Dense(), 10)}
    index = []
    for name, (model, size) in networks.items():
        settle(model, size)
        picture = torch.rand(1, 3, size, size)
        with torch.no_grad():
            answers = model(picture)[0].tolist()
        for opset in range(9, 18):
            for folded in (True, False):
                file = f"{name}-{opset}-{'folded' if folded else 'plain'}.onnx"
                mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
                torch.onnx.export(model, picture, os.path.join(folder, file), opset_version=opset, training=mode,
                                  do_constant_folding=folded, input_names=["data"], output_names=["answers"])
                index.append({"file": file, "size": size, "picture": f"{name}.f32", "answers": answers})
        picture.numpy().astype("<f4").tofile(os.path.join(folder, f"{name}.f32"))
    with open(os.path.join(folder, "index.json"), "w") as stream:
        json.dump(index, stream)


if __name__ == "__main__":
    main(sys.argv[1])
