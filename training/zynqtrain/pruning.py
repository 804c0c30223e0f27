"""Weight pruning by magnitude under masks, gradually (Zhu and Gupta 2017, section 3), ranked across layers by LAMP
(Lee et al. 2021, section 3: a weight's square over the sum of all squares of its layer that are not smaller)."""
import torch
from torch import nn


def prunable(model):
    """name -> convolution, in execution order."""
    return {name: module for name, module in model.named_modules() if isinstance(module, nn.Conv2d)}


def lamp(weight):
    squares = weight.detach().flatten().pow(2)
    order = squares.argsort()
    ranked = squares[order]
    remaining = ranked.flip(0).cumsum(0).flip(0)
    scores = torch.empty_like(squares)
    scores[order] = ranked / remaining.clamp(min=1e-20)
    return scores.view_as(weight)


def masks_at(model, density):
    """Masks (name -> bool) that keep `density` of all weights, the best by LAMP; each layer keeps at least one."""
    scores = {name: lamp(conv.weight) for name, conv in prunable(model).items()}
    flat = torch.cat([s.flatten() for s in scores.values()])
    keep = max(1, int(len(flat) * density))
    threshold = flat.kthvalue(len(flat) - keep + 1).values
    return {name: s >= threshold for name, s in scores.items()}


def apply(model, masks):
    with torch.no_grad():
        for name, conv in prunable(model).items():
            if name in masks:
                conv.weight.mul_(masks[name])


def density_at(step, first, last, final):
    """The cubic schedule from 1 to `final` between the steps `first` and `last`."""
    if step <= first:
        return 1.0
    if step >= last:
        return final
    return final + (1 - final) * (1 - (step - first) / (last - first)) ** 3


class Gradual:
    """Called after each step: re-ranks every `every` steps while the density falls, then holds the mask."""

    def __init__(self, first, last, final, every=20):
        self.first, self.last, self.final, self.every = first, last, final, every
        self.masks = None

    def __call__(self, model, step):
        if self.masks is None or (self.first <= step <= self.last and (step % self.every == 0 or step == self.last)):
            self.masks = masks_at(model, density_at(step, self.first, self.last, self.final))
        apply(model, self.masks)

    def resume(self, model):
        """Before the first step of a resumed run: what is zero stays zero."""
        self.masks = {name: conv.weight.detach() != 0 for name, conv in prunable(model).items()}


def statistics(model):
    """(weights, non-zero weights)."""
    weights = [conv.weight for conv in prunable(model).values()]
    return sum(w.numel() for w in weights), sum(int((w != 0).sum()) for w in weights)
