"""Images as one uint8 array: reads a folder, a CSV list or GTSRB's tars once, then trains from the cache.

A cache is a folder with `images.npy` (uint8 [N, H, W, 3], RGB), `labels.npy` (int64 [N]) and
`groups.npy` (int64 [N]: images of one group, for instance one GTSRB track, never straddle a split).
"""
import csv
import io
import itertools
import os
import tarfile

import numpy as np
from PIL import Image

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".webp", ".bmp")


def fit(image, size, mode="cover"):
    """PIL image -> uint8 [size, size, 3], as the daemon's preprocessing modes `cover` (centre square) and `squash`;
    lanczos to shrink, cubic to enlarge, as libvips does."""
    image = image.convert("RGB")
    if mode == "cover":
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    shrinks = min(image.size) >= size
    return np.asarray(image.resize((size, size), Image.LANCZOS if shrinks else Image.BICUBIC))


def gtsrb_members(root):
    """Yields (archive, member's name, class, track id) from `train-CC.tar`; the track is in the file's name CCCCC_TTTTT_FFFFF."""
    for name in sorted(os.listdir(root)):
        if not (name.startswith("train-") and name.endswith(".tar")):
            continue
        archive = os.path.join(root, name)
        with tarfile.open(archive) as tar:
            for member in sorted(m.name for m in tar.getmembers() if m.isfile()):
                label, track, _ = (int(part) for part in os.path.basename(member)[:-4].split("_"))
                yield archive, member, label, label * 100000 + track


def read_gtsrb(root, size, mode):
    """Yields (pixels, class, track id) of all photographs in `train-CC.tar`."""
    for archive, members in itertools.groupby(gtsrb_members(root), key=lambda entry: entry[0]):
        with tarfile.open(archive) as tar:
            for _, member, label, track in members:
                yield fit(Image.open(io.BytesIO(tar.extractfile(member).read())), size, mode), label, track


def read_csv(path, root, size, mode):
    """Yields from a list with the columns `file,class` and optionally `group`."""
    with open(path, newline="") as stream:
        for row_number, row in enumerate(csv.DictReader(stream)):
            image = Image.open(os.path.join(root, row["file"]))
            yield fit(image, size, mode), int(row["class"]), int(row.get("group") or row_number)


def read_folder(root, size, mode):
    """Yields from one sub-folder per class, classes numbered in sorted order; each image is its own group."""
    group = 0
    for label, name in enumerate(sorted(d for d in os.listdir(root) if os.path.isdir(os.path.join(root, d)))):
        for file in sorted(os.listdir(os.path.join(root, name))):
            if file.lower().endswith(IMAGE_SUFFIXES):
                yield fit(Image.open(os.path.join(root, name, file)), size, mode), label, group
                group += 1


def read_scenes(folder, size):
    """Yields from a dump of the scene camera (frames.u8 at `size`, truth.csv); the group is the episode."""
    with open(os.path.join(folder, "truth.csv"), newline="") as stream:
        rows = list(csv.DictReader(stream))
    frames = np.memmap(os.path.join(folder, "frames.u8"), np.uint8, "r")
    if frames.size != len(rows) * size * size * 3:
        raise SystemExit(f"{folder}: {frames.size} bytes for {len(rows)} frames of {size}x{size}: dumped with another --size?")
    for row, pixels in zip(rows, frames.reshape(-1, size, size, 3)):
        yield pixels, int(row["class"]), int(row["episode"])


def in_turn(sources):
    """Samples of several sources, one of each at a time; groups are kept apart."""
    for row in itertools.zip_longest(*sources):
        for number, sample in enumerate(row):
            if sample is not None:
                yield sample[0], sample[1], sample[2] * len(row) + number


def write_cache(samples, folder):
    """Collects (pixels, label, group) samples into a cache folder; returns the number of images."""
    images, labels, groups = [], [], []
    for pixels, label, group in samples:
        images.append(pixels)
        labels.append(label)
        groups.append(group)
        if len(images) % 5000 == 0:
            print(f"{len(images)} images", flush=True)
    if not images:
        raise SystemExit(f"no images found for the cache {folder}: check the source's path")
    os.makedirs(folder, exist_ok=True)
    np.save(os.path.join(folder, "images.npy"), np.stack(images))
    np.save(os.path.join(folder, "labels.npy"), np.asarray(labels, np.int64))
    np.save(os.path.join(folder, "groups.npy"), np.asarray(groups, np.int64))
    return len(images)


def load_cache(folder):
    """Returns images (memory-mapped), labels, groups."""
    return (np.load(os.path.join(folder, "images.npy"), mmap_mode="r"),
            np.load(os.path.join(folder, "labels.npy")),
            np.load(os.path.join(folder, "groups.npy")))


def split_by_group(labels, groups, fraction=0.2, seed=1):
    """Index arrays (train, validation): at least `fraction` of each class's groups go to validation, whole."""
    random = np.random.RandomState(seed)
    held_out = []
    for label in np.unique(labels):
        own = np.unique(groups[labels == label])
        count = int(np.ceil(fraction * len(own))) if len(own) > 1 else 0
        held_out.append(random.permutation(own)[:count])
    mask = np.isin(groups, np.concatenate(held_out))
    return np.flatnonzero(~mask), np.flatnonzero(mask)
