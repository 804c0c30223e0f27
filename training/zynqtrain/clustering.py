"""Trained quantization (Han, Mao and Dally 2016, section 3): a codebook per layer, shared by all its output channels
in units of each channel's own scale; the codebook's values are int8, zero is not one of them (pruned weights)."""
import torch


def kmeans(values, weights, count, rounds=30):
    """Centroids [count] (sorted) of 1-D `values` with `weights`; linear initialisation over the range (Han et al., 3.2)."""
    values, weights = values.double(), weights.double()
    low, high = values.min(), values.max()
    centroids = torch.linspace(float(low), float(high), count, dtype=torch.float64)
    for _ in range(rounds):
        index = nearest(values, centroids)
        mass = torch.zeros(count, dtype=torch.float64).index_add_(0, index, weights)
        moment = torch.zeros(count, dtype=torch.float64).index_add_(0, index, weights * values)
        centroids = torch.where(mass > 0, moment / mass.clamp(min=1e-30), centroids).sort().values
    return centroids.float()


def nearest(values, centroids):
    """Index of the nearest centroid (centroids sorted ascending)."""
    middles = (centroids[1:] + centroids[:-1]) / 2
    return torch.bucketize(values, middles.to(values.dtype))


def cluster(weight, count, rounds=12):
    """Alternates codebook, assignment and per-channel scale by least squares.

    weight: float [O, I, Kh, Kw], zeros stay zero. Returns codebook (float, |max| = 127, without zero) [<= count],
    index (long [O, I, Kh, Kw], -1 for zero) and scale [O], so that weight ~ scale * codebook[index].
    """
    flat = weight.detach().flatten(1)
    kept = flat != 0
    scale = flat.abs().amax(1).clamp(min=1e-8) / 127
    channel = kept.nonzero()[:, 0]
    values = flat[kept]
    count = min(count, len(values.unique()))
    if len(values) == 0:
        return torch.ones(1), torch.full_like(weight, -1, dtype=torch.long), scale
    for _ in range(rounds):
        codebook = kmeans(values / scale[channel], scale[channel] ** 2, count)
        index = nearest(values / scale[channel], codebook)
        chosen = codebook[index]
        top = torch.zeros(len(flat)).index_add_(0, channel, values * chosen)
        bottom = torch.zeros(len(flat)).index_add_(0, channel, chosen * chosen)
        scale = torch.where((bottom > 0) & (top > 0), top / bottom.clamp(min=1e-30), scale)
    gain = 127 / codebook.abs().max().clamp(min=1e-8)
    full = torch.full_like(flat, -1, dtype=torch.long)
    full[kept] = nearest(values / scale[channel], codebook)
    return codebook * gain, full.view_as(weight), scale / gain
