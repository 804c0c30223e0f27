"""Drawn signs put into scene backgrounds on the fly: unlimited poses and sizes from a few thousand empty frames."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from . import augment


def load_sprites(path, count=43):
    """RGBA bytes as written by training/sprites.mjs -> float [count, 4, S, S], colour premultiplied, all 0..1."""
    raw = np.fromfile(path, np.uint8)
    side = int(round(math.sqrt(raw.size / (4 * count))))
    if raw.size != count * side * side * 4:
        raise SystemExit(f"{path}: {raw.size} bytes are not {count} square RGBA pictures")
    sprites = torch.from_numpy(raw.reshape(count, side, side, 4)).permute(0, 3, 1, 2).float() / 255
    sprites[:, :3] *= sprites[:, 3:]
    return sprites


def poses(count, generator, smallest=0.4, largest=0.92):
    """Maps [N, 3, 3] from frame to sprite coordinates (-1..1): size uniform, anywhere inside the frame, tilted in perspective."""
    size = augment.uniform(count, smallest, largest, generator)
    centre = augment.uniform(count * 2, -1, 1, generator).view(count, 2) * (1 - size).view(-1, 1)
    turn = torch.randn(count, generator=generator) * 0.1
    narrow = torch.cos((torch.randn(count, generator=generator) * 0.35).clamp(-0.9, 0.9))
    squashed = torch.where(torch.rand(count, generator=generator) < 0.5, 0.75, 1.0)  # frames 4:3 that became square
    across, along = 1 / (size * narrow * squashed), 1 / size
    maps = torch.zeros(count, 3, 3)
    maps[:, 0, 0], maps[:, 0, 1] = torch.cos(turn) * across, torch.sin(turn) * across
    maps[:, 1, 0], maps[:, 1, 1] = -torch.sin(turn) * along, torch.cos(turn) * along
    maps[:, 2, :2] = torch.randn(count, 2, generator=generator) * 0.08 / size.view(-1, 1)
    maps[:, 2, 2] = 1
    move = torch.eye(3).repeat(count, 1, 1)
    move[:, :2, 2] = -centre
    return maps @ move


def light(sprites, generator):
    """Each plate's own light: bright or backlit, faded, tinted, dirty."""
    count = len(sprites)
    view = (count, 1, 1, 1)
    alpha = sprites[:, 3:]
    gain = torch.where(torch.rand(count, generator=generator) < 0.3, augment.uniform(count, 0.2, 0.6, generator),
                       augment.uniform(count, 0.6, 1.15, generator)).view(view)
    colour = sprites[:, :3]
    grey = colour.mean(1, keepdim=True)
    colour = grey + (colour - grey) * augment.uniform(count, 0.45, 1.15, generator).view(view)
    fade = (augment.uniform(count, -0.5, 0.6, generator).clamp(min=0)).view(view)
    colour = colour * (1 - fade) + alpha * fade * 0.7
    tint = 1 + augment.uniform(count * 3, -0.1, 0.1, generator).view(count, 3, 1, 1)
    dirt = F.interpolate(torch.rand(count, 1, 6, 6, generator=generator), size=sprites.shape[2:],
                         mode="bilinear", align_corners=False)
    dirt = 1 - dirt * augment.uniform(count, 0, 0.35, generator).view(view)
    return torch.cat([(colour * gain * tint * dirt).clamp(max=1), alpha], 1)


def compose(sprites, labels, backgrounds, generator):
    """Puts sprites[labels] onto backgrounds [N, 3, S, S] (0..255), drawn at twice the size and averaged down."""
    count, side = len(labels), backgrounds.shape[-1]
    chosen = light(sprites[labels], generator)
    maps = poses(count, generator)
    grid = augment.grid_of(maps, side * 2)
    small = (maps[:, :2, :2].flatten(1).norm(dim=1) / math.sqrt(2) > 2.2).view(-1, 1, 1, 1)
    front = F.grid_sample(chosen, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    soft = F.grid_sample(F.avg_pool2d(chosen, 2), grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    front = F.avg_pool2d(torch.where(small, soft, front), 2)
    return front[:, :3] * 255 + backgrounds * (1 - front[:, 3:])
