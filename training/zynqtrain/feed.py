"""Prepares batches, and the teacher's answers to them, in a process of its own.

One thread here and one in the trainer use two cores better than two threads in each: oneDNN's barriers spin, and on
a machine with other work a spinning thread waits for one that is not running (measured: 18 times slower).
"""
import multiprocessing

import torch


def _work(batches, teacher, first, last, bf16, queue):
    torch.set_num_threads(1)
    for number in range(first, last):
        pixels, labels, known = batches.step(number)
        answers = None
        if teacher is not None:
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                answers = teacher(pixels).float().numpy()
        queue.put((pixels.to(torch.uint8).numpy(), labels.numpy(), known.numpy(), answers))


def prefetch(batches, teacher, first, last, bf16=False, depth=6):
    """Yields (pixels uint8, labels, known, teacher's logits or None) for steps first..last-1. The teacher runs on the CPU."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue(depth)
    worker = context.Process(target=_work, args=(batches, teacher, first, last, bf16, queue), daemon=True)
    worker.start()
    for _ in range(first, last):
        pixels, labels, known, answers = queue.get()
        yield (torch.from_numpy(pixels), torch.from_numpy(labels), torch.from_numpy(known),
               None if answers is None else torch.from_numpy(answers))
    worker.join()
