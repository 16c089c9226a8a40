"""How wrong a segmenter is: the places of every type, their overlap, and the picture's verdict."""

import torch
from torch import Tensor
from torch.nn import functional

from vedette.learn.segment.views import UNKNOWN

# The picture's verdict is the easier task; it must not outweigh the places.
VERDICT_WEIGHT = 0.2


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
