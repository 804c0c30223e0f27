"""Views of photographs with the teacher's answers, computed once: what the layers before the trained ones make of them."""
import json
import os

import numpy as np
import torch


class Views:
    """uint8 tensors of the student at the cut, and the teacher's logits, in files of `folder` (they may be larger than memory).

    A few at a time: the wide first layers of more would not fit the caches, and take several times as long.
    `resume` takes an interrupted computation up where it stopped. Raises SystemExit if it was one of other views.
    """

    def __init__(self, student, teacher, pictures, count, cut, folder, resume=False, device="cpu", log=print, batch=2):
        first, kept = cut
        self.count, progress = count, os.path.join(folder, "views.json")
        asked = {"count": count, "seed": pictures.seed, "photographs": len(pictures.images), "first": first}
        done = 0
        if resume and os.path.exists(progress):
            with open(progress) as stream:
                found = json.load(stream)
            done = found.pop("done")
            if found != asked:
                raise SystemExit(f"{folder} holds views of {found}, not of {asked}; begin anew, without --resume")
        self.tensors = [self.open(folder, f"tensor{n}", np.uint8, count, self.shape(student, n), done) for n in kept]
        self.answers = self.open(folder, "answers", np.float32, count, (len(student.header["labels"]),), done)
        while done < count:
            numbers = range(done, min(done + batch, count))
            pixels = pictures.views(numbers).to(device).float().contiguous(memory_format=torch.channels_last)
            with torch.no_grad():
                for target, value in zip(self.tensors, student.before(pixels, first, kept)):
                    target[numbers.start:numbers.stop] = value.cpu().numpy()
                self.answers[numbers.start:numbers.stop] = teacher(pixels).cpu().numpy()
            done = numbers.stop
            if done == count or done // batch % 50 == 0:
                for array in (*self.tensors, self.answers):
                    array.flush()
                with open(progress, "w") as stream:
                    json.dump({**asked, "done": done}, stream)
                log(f"{done} of {count} views")

    @staticmethod
    def shape(student, number):
        tensor = student.header["tensors"][number]
        return tensor["channels"], tensor["height"], tensor["width"]

    @staticmethod
    def open(folder, name, kind, count, shape, done):
        path = os.path.join(folder, f"views.{name}.npy")
        if done:
            return np.lib.format.open_memmap(path, "r+")
        return np.lib.format.open_memmap(path, "w+", kind, (count, *shape))

    def step(self, number, batch, seed):
        """(tensors, answers) of one batch: every view once before any comes again."""
        numbers = []
        for position in range(number * batch, (number + 1) * batch):
            epoch, place = divmod(position, self.count)
            numbers.append(np.random.RandomState([seed, epoch]).permutation(self.count)[place])
        return [torch.from_numpy(array[numbers]) for array in self.tensors], torch.from_numpy(self.answers[numbers])
