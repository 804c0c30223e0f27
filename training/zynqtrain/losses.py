"""Losses. Per-sample, so that a batch may mix photographs the teacher knows with frames it does not."""
import torch
import torch.nn.functional as F


def classification(logits, labels, smoothing=0.05):
    """Cross-entropy with label smoothing (Szegedy et al. 2016, section 7), one value per sample."""
    return F.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)


def distillation(logits, teacher_logits, temperature=4.0):
    """Soft targets (Hinton, Vinyals and Dean 2015, section 2): T^2 times the cross-entropy against softmax(teacher / T)."""
    soft = F.softmax(teacher_logits / temperature, 1)
    return -(soft * F.log_softmax(logits / temperature, 1)).sum(1) * temperature ** 2


def logit_regression(logits, teacher_logits):
    """Squared error between centred logits (Ba and Caruana 2014, section 2.2)."""
    centred = logits - logits.mean(1, keepdim=True)
    target = teacher_logits - teacher_logits.mean(1, keepdim=True)
    return 0.5 * (centred - target).pow(2).mean(1)


def mixed(logits, labels, teacher_logits=None, known=None, method="soft", weight=0.7, temperature=4.0, smoothing=0.05):
    """Mean over the batch of hard loss, and for `known` samples of (1 - weight) hard + weight distilled.

    The soft loss's gradient is already scaled by T^2; it is divided by T here so that both parts weigh alike.
    """
    hard = classification(logits, labels, smoothing)
    if teacher_logits is None:
        return hard.mean()
    teacher_logits = torch.where(known.unsqueeze(1), teacher_logits, torch.zeros_like(teacher_logits))
    if method == "soft":
        soft = distillation(logits, teacher_logits, temperature) / temperature
    elif method == "logits":
        soft = logit_regression(logits, teacher_logits)
    else:
        raise ValueError(f"distillation method {method}: expected soft or logits")
    blended = (1 - weight) * hard + weight * soft
    return torch.where(known, blended, hard).mean()


class Committee:
    """Teachers as one: the mean of their logits for a batch [N, 3, S, S], which each sees at its own size."""

    def __init__(self, models):
        self.models = models

    def __call__(self, pixels):
        return sum(self.one(model, pixels) for model in self.models) / len(self.models)

    @staticmethod
    def one(model, pixels):
        side = model.config["size"]
        if pixels.shape[-1] != side:
            pixels = F.interpolate(pixels, size=(side, side), mode="bilinear", antialias=True)
        return model(pixels.contiguous(memory_format=torch.channels_last)).float()
