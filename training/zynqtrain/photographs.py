"""Unlabelled photographs: random views of them, each a function of the seed and its number alone."""
import os

import numpy as np
import torch
from PIL import Image, ImageEnhance

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".ppm")


def files_in(folders):
    """All photographs of the folders and the folders in them, sorted. Raises SystemExit when there are none."""
    found = []
    for folder in folders:
        here = [os.path.join(path, name) for path, _, names in os.walk(folder, followlinks=True) for name in names
                if name.lower().endswith(SUFFIXES) and not name.startswith(".")]
        if not here:
            raise SystemExit(f"{folder} holds no photographs ({', '.join(SUFFIXES)})")
        found += sorted(here)
    return found


def plain_box(width, height, header):
    """What the daemon takes of a photograph (docs/preprocessing.md): left, top, right, bottom; without borders for `contain`."""
    source, preprocessing = header["input"], header["preprocessing"]
    resize = preprocessing["resize"] or [source["width"], source["height"]]
    box_width, box_height = float(width), float(height)
    if preprocessing["mode"] == "cover":
        share = min(width / resize[0], height / resize[1])
        box_width, box_height = min(width, resize[0] * share), min(height, resize[1] * share)
    if preprocessing["crop"]:
        box_width, box_height = box_width * source["width"] / resize[0], box_height * source["height"] / resize[1]
    left, top = (width - box_width) // 2, (height - box_height) // 2  # as the daemon crops
    return left, top, left + box_width, top + box_height


def random_box(width, height, random, smallest):
    """A part of at least `smallest` of the area, aspect 3:4 to 4:3 (as Szegedy et al. 2015 cut theirs)."""
    for _ in range(10):
        area, aspect = width * height * random.uniform(smallest, 1), np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
        box_width, box_height = np.sqrt(area * aspect), np.sqrt(area / aspect)
        if box_width <= width and box_height <= height:
            left, top = random.uniform(0, width - box_width), random.uniform(0, height - box_height)
            return left, top, left + box_width, top + box_height
    side = min(width, height)
    return (width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2


class Photographs:
    """Views of photographs as uint8 [N, C, H, W] in the model's channel order."""

    def __init__(self, files, header, seed=1, smallest=0.35, plain_share=0.3):
        self.header, self.seed, self.smallest, self.plain_share = header, seed, smallest, plain_share
        self.size = header["input"]["width"], header["input"]["height"]
        self.images = []
        for file in files:
            with Image.open(file) as image:
                image = image.convert("RGB")
                image.thumbnail((2 * self.size[0], 2 * self.size[1]), Image.BILINEAR)
                self.images.append(image.copy())

    def pixels(self, image):
        array = np.asarray(image)
        return array[..., ::-1] if self.header["input"]["order"] == "bgr" else array

    def plain(self, numbers):
        """The photographs as the daemon takes them, but for its resampling."""
        views = [self.images[i].resize(self.size, Image.BILINEAR, plain_box(*self.images[i].size, self.header)) for i in numbers]
        return stack([self.pixels(view) for view in views])

    def view(self, image, random):
        if random.rand() < self.plain_share:
            box = plain_box(*image.size, self.header)
        else:
            box = random_box(*image.size, random, self.smallest)
        view = image.resize(self.size, Image.BILINEAR, box)
        if random.rand() < 0.5:
            view = view.transpose(Image.FLIP_LEFT_RIGHT)
        if random.rand() < 0.5:
            for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
                view = enhancer(view).enhance(random.uniform(0.7, 1.3))
        return self.pixels(view)

    def views(self, numbers):
        """Random views; view n is of photograph n modulo their count."""
        return stack([self.view(self.images[n % len(self.images)], np.random.RandomState([self.seed, n])) for n in numbers])


def stack(views):
    return torch.from_numpy(np.ascontiguousarray(np.stack(views).transpose(0, 3, 1, 2)))
