"""How wrong a segmenter is: the places of every type, their overlap, and the picture's verdict.

segmentation_loss   of a head on stored features, from parts and whole views
crop_loss           of a whole network, from crops
"""

import torch
from torch import Tensor
from torch.nn import functional

from vedette.learn.segment.views import UNKNOWN

# The picture's verdict is the easier task; it must not outweigh the places.
VERDICT_WEIGHT = 0.2
# Of crops: what a marked pixel weighs in the cross-entropy (the sketch of the second round, 2026-11-28, in
# docs/experiments.md), and how many of a crop's normal cells, the most alarming, teach the verdict.
MARKED_WEIGHT, ALARMING = 2.0, 16
CELL = 8


def segmentation_loss(places: Tensor, verdicts: Tensor, truth: Tensor) -> Tensor:
    """Return the loss of a batch: cross-entropy of places, overlap of each type, and the pictures' verdicts.

    Overlap is 1 - IoU, a picture and type at a time, as it will be judged; a type that a picture does not
    have is left to the cross-entropy. Places are uint8 [B, h, w]; of unknown ones nothing is asked but that
    the picture is anomalous.
    """
    is_known = (truth != UNKNOWN).float()
    target = torch.where(truth == UNKNOWN, 0, truth).long()
    missed = functional.cross_entropy(places, target, reduction="none")
    loss = 2.0 * (missed * is_known).sum() / is_known.sum().clamp(min=1.0)
    shares = torch.softmax(places, 1)[:, 1:] * is_known[:, None]
    targets = functional.one_hot(target, places.shape[1]).permute(0, 3, 1, 2)[:, 1:] * is_known[:, None]
    shared, area = (shares * targets).sum((2, 3)), targets.sum((2, 3))
    union = shares.sum((2, 3)) + area - shared
    has = (area > 0).float()
    loss = loss + ((1 - (shared + 1) / (union + 1)) * has).sum() / has.sum().clamp(min=1.0)
    is_anomalous = (truth > 0).flatten(1).any(1).float()
    return loss + VERDICT_WEIGHT * functional.binary_cross_entropy_with_logits(verdicts, is_anomalous)


def crop_loss(places: Tensor, cells: Tensor, truth: Tensor) -> Tensor:
    """Return the loss of a batch of crops: cross-entropy, overlap of the types present, and of cells.

    Overlap is taken over the batch, so that a false place in a normal crop costs as much as a missed one.
    `places` have the truth's size, uint8 [B, h, w]; `cells` a place for every 8 × 8 of it.
    """
    target = truth.long()
    weight = places.new_full((places.shape[1],), MARKED_WEIGHT)
    weight[0] = 1.0
    missed = functional.cross_entropy(places, target, weight=weight)
    shares = torch.softmax(places, 1)[:, 1:]
    targets = functional.one_hot(target, places.shape[1]).permute(0, 3, 1, 2)[:, 1:].float()
    shared, area = (shares * targets).sum((0, 2, 3)), targets.sum((0, 2, 3))
    union = shares.sum((0, 2, 3)) + area - shared
    has = (area > 0).float()
    overlap = ((1 - (shared + 1) / (union + 1)) * has).sum() / has.sum().clamp(min=1.0)
    return missed + overlap + VERDICT_WEIGHT * _cell_loss(cells, truth)


def _cell_loss(cells: Tensor, truth: Tensor) -> Tensor:
    """Return how wrong cells are that hold something marked, and the most alarming of those that do not.

    Cells beside marked ones are asked nothing: a mask's edge is a matter of taste.
    """
    marked = functional.max_pool2d((truth > 0).float()[:, None], CELL)
    near = functional.max_pool2d(marked, 3, stride=1, padding=1)
    hits = functional.binary_cross_entropy_with_logits(cells, torch.ones_like(cells), reduction="none")
    alarms = functional.binary_cross_entropy_with_logits(cells, torch.zeros_like(cells), reduction="none")
    is_marked = marked[:, 0]
    missed = (hits * is_marked).sum() / is_marked.sum().clamp(min=1.0)
    normal = (alarms * (1 - near[:, 0])).flatten(1)
    worst = normal.topk(min(ALARMING, int(normal.shape[1])), 1).values.mean()
    return missed + worst
