"""What one training step sees: photographs, photographs pasted small into backgrounds, scene frames, "no sign"."""
import numpy as np
import torch

from . import augment, composites


class Batches:
    """Composes a batch from caches by (seed, step) alone, so that a resumed run continues exactly.

    photos: (images, labels, indices) of the training split. scenes: the same or None.
    shares: parts of the batch that are pasted, empty, and scenes; the rest are plain photographs.
    others: arrays of the same photographs fitted otherwise, one in `other_share` is drawn from them.
    milder: (first step, last step, strength) between which augmentation weakens to `strength`.
    """

    def __init__(self, photos, size, batch, seed, none_label, scenes=None, pasted=0.12, empty=0.08, scene_share=0.0,
                 sprites=None, sprite_share=0.0, others=(), other_share=0.2, milder=None):
        self.images, labels, self.indices = photos
        self.labels = torch.from_numpy(labels.astype(np.int64))
        self.size, self.batch, self.seed, self.none_label = size, batch, seed, none_label
        self.all_known = False  # the teacher has seen scene frames too
        self.scenes = scenes if scene_share > 0 else None
        self.counts = {"pasted": int(batch * pasted), "empty": int(batch * empty),
                       "scenes": int(batch * scene_share) if self.scenes else 0,
                       "sprites": int(batch * sprite_share) if self.scenes and sprites is not None else 0}
        self.sprites = sprites
        self.others, self.other_share, self.milder = others, other_share, milder
        if self.scenes:
            self.empty_frames = scenes[2][scenes[1][scenes[2]] == none_label]
        own = labels[self.indices]
        frequency = np.bincount(own, minlength=own.max() + 1).astype(np.float64)
        self.weights = torch.from_numpy(1 / np.sqrt(frequency[own]))  # square-root balancing

    def photographs(self, count, generator):
        chosen = self.indices[torch.multinomial(self.weights, count, True, generator=generator).numpy()]
        sources = [self.images] * count
        if self.others:
            fit = torch.rand(count, generator=generator) / self.other_share * len(self.others)
            sources = [self.others[int(f)] if f < len(self.others) else self.images for f in fit.tolist()]
        pixels = np.stack([source[i] for source, i in zip(sources, chosen)])
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float(), self.labels[torch.from_numpy(chosen)]

    def backgrounds(self, count, generator):
        """Surroundings without a sign: mosaics of stretched corners of photographs, or smooth random fields."""
        side = self.images.shape[1]
        corner = side // 5
        cells = int(torch.randint(1, 4, (1,), generator=generator))
        chosen = self.indices[torch.randint(0, len(self.indices), (count * cells * cells,), generator=generator).numpy()]
        pixels = torch.from_numpy(np.stack([self.images[i][:corner, :corner] if i % 2 else self.images[i][:corner, -corner:]
                                            for i in chosen])).permute(0, 3, 1, 2).float()
        flips = torch.randint(0, 4, (len(pixels),), generator=generator)
        pixels = torch.where((flips % 2 == 1).view(-1, 1, 1, 1), pixels.flip(3), pixels)
        pixels = torch.where((flips >= 2).view(-1, 1, 1, 1), pixels.flip(2), pixels)
        rows = pixels.view(count, cells, cells, 3, corner, corner).permute(0, 3, 1, 4, 2, 5)
        mosaic = rows.reshape(count, 3, cells * corner, cells * corner)
        mosaic = torch.nn.functional.interpolate(mosaic, size=(self.size, self.size), mode="bilinear", align_corners=False)
        detail = int(torch.randint(2, 12, (1,), generator=generator))
        field = torch.rand(count, 3, detail, detail, generator=generator)
        field = field.mean(1, keepdim=True) * 0.7 + field * 0.3
        field = torch.nn.functional.interpolate(field * 255, size=(self.size, self.size), mode="bicubic", align_corners=False)
        pick = torch.rand(count, 1, 1, 1, generator=generator)
        return torch.where(pick < 0.6, mosaic, torch.where(pick < 0.8, field, (mosaic + field) / 2)).clamp(0, 255)

    def pasted(self, count, generator):
        """Photographs at a quarter to nine tenths of the height on a background."""
        pixels, labels = self.photographs(count, generator)
        maps = augment.homographies(count, generator, scale=(0.27, 0.9), shift=0.45, perspective=0.05)
        grid = augment.grid_of(maps, self.size)
        mask = ((1.0 - grid.abs().amax(-1, keepdim=True)) * 12).clamp(0, 1).permute(0, 3, 1, 2)
        small = torch.nn.functional.avg_pool2d(pixels, 2)
        front = torch.nn.functional.grid_sample(small, grid, mode="bilinear", padding_mode="border", align_corners=False)
        return front * mask + self.backgrounds(count, generator) * (1 - mask), labels

    def scene_frames(self, count, generator):
        images, labels, indices = self.scenes
        chosen = indices[torch.randint(0, len(indices), (count,), generator=generator).numpy()]
        pixels = torch.from_numpy(np.stack([images[i] for i in chosen])).permute(0, 3, 1, 2).float()
        maps = augment.homographies(count, generator, scale=(0.75, 1.15), shift=0.07, rotation=0.06, aspect=0.1,
                                    shear=0.06, perspective=0.06)
        return augment.warp(pixels, maps, self.size, "reflection"), torch.from_numpy(labels[chosen])

    def empty_scenes(self, count, generator):
        """Empty scene frames, a random part of each, mirrored or upside down at will: only a background."""
        chosen = self.empty_frames[torch.randint(0, len(self.empty_frames), (count,), generator=generator).numpy()]
        pixels = torch.from_numpy(np.stack([self.scenes[0][i] for i in chosen])).permute(0, 3, 1, 2).float()
        maps = augment.homographies(count, generator, scale=(0.9, 2.2), shift=0.5, rotation=0.15, aspect=0.3)
        maps[:, :2, 0] *= torch.where(torch.rand(count, 1, generator=generator) < 0.5, -1.0, 1.0)
        return augment.warp(pixels, maps, self.size, "reflection")

    def drawn_signs(self, count, generator):
        """Sprites in empty scenes; one in eight stays empty."""
        labels = torch.randint(0, len(self.sprites), (count,), generator=generator)
        backgrounds = self.empty_scenes(count, generator)
        pixels = composites.compose(self.sprites, labels, backgrounds, generator)
        empty = torch.arange(count) < count // 8
        return torch.where(empty.view(-1, 1, 1, 1), backgrounds, pixels), torch.where(empty, self.none_label, labels)

    def strength_at(self, number):
        if self.milder is None or number <= self.milder[0]:
            return 1.0
        first, last, strength = self.milder
        return 1 + (strength - 1) * min(1.0, (number - first) / max(1, last - first))

    def step(self, number):
        """(pixels [B, 3, S, S], labels [B], plain [B] bool: a photograph the teacher knows) for step `number`."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
        counts = self.counts
        plain = self.batch - sum(counts.values())
        pixels, labels = self.photographs(plain, generator)
        strength = self.strength_at(number)
        maps = augment.homographies(plain, generator, strength=strength)
        # some signs are seen from the side: what `cover` leaves of a picture twice as high as wide is a part, stretched
        chosen = (torch.rand(plain, 2, generator=generator) < 0.07).float()
        maps[:, :2] *= (1 - chosen * torch.rand(plain, 2, generator=generator) * 0.5).unsqueeze(2)
        pixels = augment.warp(pixels, maps, self.size)
        parts, targets = [pixels], [labels]
        if counts["pasted"]:
            pixels, labels = self.pasted(counts["pasted"], generator)
            parts.append(pixels)
            targets.append(labels)
        if counts["empty"]:
            parts.append(self.backgrounds(counts["empty"], generator))
            targets.append(torch.full((counts["empty"],), self.none_label))
        if counts["sprites"]:
            pixels, labels = self.drawn_signs(counts["sprites"], generator)
            parts.append(pixels)
            targets.append(labels)
        x = augment.degrade(torch.cat(parts), generator, strength)
        if counts["scenes"]:
            frames, labels = self.scene_frames(counts["scenes"], generator)
            frames = augment.photometric(frames, generator, 0.5)
            frames = augment.blur(frames, generator, 0.15)
            frames = augment.noise(frames, generator, 0.25).round().clamp(0, 255)
            x, targets = torch.cat([x, frames]), targets + [labels]
        unknown = 0 if self.all_known else counts["scenes"] + counts["sprites"]
        return x, torch.cat(targets), torch.arange(self.batch) < self.batch - unknown
