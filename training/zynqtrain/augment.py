"""Augmentation of whole batches in torch: float [N, 3, H, W], pixels 0..255. No flips: signs have a left and a right.

Every function takes a torch.Generator, so that a step's batch depends on the seed and the step alone.
"""
import math

import torch
import torch.nn.functional as F


def uniform(n, low, high, generator):
    return torch.rand(n, generator=generator) * (high - low) + low


def homographies(n, generator, scale=(0.85, 1.2), shift=0.1, rotation=0.12, aspect=0.12, shear=0.1, perspective=0.12,
                 strength=1.0):
    """[N, 3, 3] maps from output to source coordinates (both -1..1). `scale` > 1 enlarges the sign; rotation in radians (sigma);
    `strength` scales every range."""
    scale = (scale[0] ** strength, scale[1] ** strength)
    shift, rotation, aspect, shear, perspective = (v * strength for v in (shift, rotation, aspect, shear, perspective))
    size = torch.exp(uniform(n, math.log(scale[0]), math.log(scale[1]), generator))
    stretch = torch.exp(uniform(n, -aspect, aspect, generator))
    angle = torch.randn(n, generator=generator) * rotation
    cos, sin = torch.cos(angle), torch.sin(angle)
    slant = uniform(n, -shear, shear, generator)
    x_gain, y_gain = stretch.sqrt() / size, 1 / (stretch.sqrt() * size)
    maps = torch.zeros(n, 3, 3)
    maps[:, 0, 0], maps[:, 0, 1] = cos * x_gain, (-sin + slant) * x_gain
    maps[:, 1, 0], maps[:, 1, 1] = sin * y_gain, cos * y_gain
    maps[:, 0, 2] = uniform(n, -shift, shift, generator) * x_gain
    maps[:, 1, 2] = uniform(n, -shift, shift, generator) * y_gain
    maps[:, 2, 0] = uniform(n, -perspective, perspective, generator)
    maps[:, 2, 1] = uniform(n, -perspective, perspective, generator)
    maps[:, 2, 2] = 1
    return maps


def grid_of(maps, size):
    """Sampling grid [N, size, size, 2] for homographies [N, 3, 3]."""
    axis = (torch.arange(size) + 0.5) * 2 / size - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)], -1).view(1, -1, 3)
    mapped = points @ maps.transpose(1, 2)
    depth = mapped[..., 2:].clamp(min=0.05)  # what lies behind the eye must not become NaN
    return (mapped[..., :2] / depth).clamp(-100, 100).view(-1, size, size, 2)


def warp(images, maps, size, padding="border"):
    return F.grid_sample(images, grid_of(maps, size), mode="bilinear", padding_mode=padding, align_corners=False)


def photometric(x, generator, share=0.8):
    """Exposure, contrast, gamma, colour cast, saturation; in place of night, sun, shade and cheap sensors."""
    n = len(x)
    view = (n, 1, 1, 1)
    untouched, x = x, x / 255
    mean = x.mean((1, 2, 3), keepdim=True)
    contrast = torch.exp(uniform(n, -0.5, 0.4, generator)).view(view)
    exposure = torch.exp(torch.randn(n, generator=generator) * 0.25).view(view)
    x = (x - mean) * contrast + mean * exposure + (torch.randn(n, generator=generator) * 0.04).view(view)
    gamma = torch.exp(torch.randn(n, generator=generator) * 0.2).view(view)
    x = x.clamp(1e-3, 1).pow(gamma)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * uniform(n, 0.3, 1.4, generator).view(view)
    x = x * torch.exp(torch.randn(n, 3, 1, 1, generator=generator) * 0.08)
    chosen = torch.rand(n, generator=generator).view(view) < share
    return torch.where(chosen, (x * 255).clamp(0, 255), untouched)


def shade(x, generator, share=0.2):
    """Darkens or lightens a half-plane with a soft edge: a shadow across the sign."""
    chosen = (torch.rand(len(x), generator=generator) < share).nonzero().flatten()
    if len(chosen) == 0:
        return x
    side, n = x.shape[-1], len(chosen)
    axis = torch.linspace(-1, 1, side)
    angle = uniform(n, 0, 2 * math.pi, generator).view(-1, 1, 1)
    offset = uniform(n, -0.6, 0.6, generator).view(-1, 1, 1)
    edge = torch.sigmoid((axis.view(1, 1, -1) * torch.cos(angle) + axis.view(1, -1, 1) * torch.sin(angle) - offset) * 12)
    gain = uniform(n, 0.35, 1.5, generator).view(-1, 1, 1)
    x[chosen] = (x[chosen] * (1 + (gain - 1) * edge).unsqueeze(1)).clamp(0, 255)
    return x


def motion_kernels(n, generator, width=7):
    """[N, width, width]: anisotropic Gaussians in random directions; from nearly nothing to a strong streak."""
    axis = torch.arange(width) - width // 2
    angle = uniform(n, 0, math.pi, generator).view(-1, 1, 1)
    y, x = axis.view(1, -1, 1), axis.view(1, 1, -1)
    along = x * torch.cos(angle) + y * torch.sin(angle)
    across = -x * torch.sin(angle) + y * torch.cos(angle)
    long = uniform(n, 0.4, 2.4, generator).view(-1, 1, 1)
    short = long * uniform(n, 0.2, 1, generator).view(-1, 1, 1)
    short = short.clamp(min=0.3)
    kernel = torch.exp(-0.5 * ((along / long) ** 2 + (across / short) ** 2))
    return kernel / kernel.sum((1, 2), keepdim=True)


def blur(x, generator, share=0.3):
    chosen = (torch.rand(len(x), generator=generator) < share).nonzero().flatten()
    if len(chosen) == 0:
        return x
    kernels = motion_kernels(len(chosen), generator).repeat_interleave(3, 0).unsqueeze(1)
    part = x[chosen].reshape(1, -1, *x.shape[2:])
    part = F.conv2d(F.pad(part, (3, 3, 3, 3), mode="replicate"), kernels, groups=len(chosen) * 3)
    x[chosen] = part.view(len(chosen), 3, *x.shape[2:])
    return x


def coarsen(x, generator, share=0.25, smallest=14):
    """Shrinks and enlarges again: signs far away. One size per batch."""
    chosen = (torch.rand(len(x), generator=generator) < share).nonzero().flatten()
    side = int(uniform(1, smallest, x.shape[-1] * 0.75, generator))
    if len(chosen) == 0:
        return x
    small = F.interpolate(x[chosen], size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    x[chosen] = F.interpolate(small, size=x.shape[2:], mode="bicubic", align_corners=False).clamp(0, 255)
    return x


def noise(x, generator, share=0.4):
    chosen = (torch.rand(len(x), generator=generator) < share).nonzero().flatten()
    strength = uniform(len(chosen), 0, 14, generator).view(-1, 1, 1, 1)
    x[chosen] += torch.randn(len(chosen), *x.shape[1:], generator=generator) * strength
    return x


def occlude(x, generator, share=0.25):
    """Covers one rectangle of up to a third of each side with a flat colour plus noise."""
    side = x.shape[-1]
    for index in (torch.rand(len(x), generator=generator) < share).nonzero().flatten().tolist():
        height, width = (int(v) for v in uniform(2, side * 0.08, side * 0.36, generator))
        top, left = int(uniform(1, 0, side - height, generator)), int(uniform(1, 0, side - width, generator))
        colour = torch.rand(3, 1, 1, generator=generator) * 255
        x[index, :, top:top + height, left:left + width] = colour + torch.randn(3, height, width, generator=generator) * 15
    return x


def degrade(x, generator, strength=1.0):
    """Everything but geometry, in the order in which light meets a camera; `strength` scales the share of images
    that each befalls."""
    x = shade(x, generator, 0.2 * strength)
    x = occlude(x, generator, 0.25 * strength)
    x = photometric(x, generator, 0.8 * strength)
    x = blur(x, generator, 0.3 * strength)
    x = coarsen(x, generator, 0.25 * strength)
    return noise(x, generator, 0.4 * strength).round().clamp(0, 255)
