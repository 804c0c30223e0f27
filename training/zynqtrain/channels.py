"""Channel pruning: a trained network becomes a narrower one whose channels are the strongest of the old."""
import torch

from . import network


def strength(block):
    """One value per output channel: how much the channel moves its readers (|gamma| of the norm, after Liu et al. 2017,
    times the filter's norm relative to the running deviation, so that dead channels score nothing)."""
    filters = block.conv.weight.detach().flatten(1).norm(dim=1)
    return block.norm.weight.detach().abs() * filters / (block.norm.running_var + block.norm.eps).sqrt()


def narrow(model, channels):
    """A new ZynqNet with `channels` (layer name -> outputs), made of the strongest channels of `model`; readers follow."""
    config = dict(model.config, channels=dict(model.config["channels"], **channels))
    small = network.ZynqNet(config)

    def copy(source, target, inputs):
        kept = strength(source).topk(target.conv.out_channels).indices.sort().values
        target.conv.weight.data.copy_(source.conv.weight.data[kept][:, inputs])
        for name in ("weight", "bias", "running_mean", "running_var"):
            getattr(target.norm, name).data.copy_(getattr(source.norm, name).data[kept])
        return kept

    inputs = copy(model.conv1, small.conv1, torch.arange(3))
    for old, new in zip(model.fires, small.fires):
        squeezed = copy(old.squeeze, new.squeeze, inputs)
        first = copy(old.expand1x1, new.expand1x1, squeezed)
        second = copy(old.expand3x3, new.expand3x3, squeezed)
        inputs = torch.cat([first, second + old.expand1x1.conv.out_channels])
    small.conv10.weight.data.copy_(model.conv10.weight.data[:, inputs])
    small.conv10.bias.data.copy_(model.conv10.bias.data)
    return small
