"""What a detector is asked for while it learns: which cells answer for which box, and how wrong they are.

Cells are assigned by what they themselves say (task alignment: arXiv 2108.07755): the ten whose label
and box together fit best. Scores learn the overlap of their box (quality focal loss: arXiv 2006.04388),
so that a sure finding is also a well placed one; boxes learn by generalised overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

CELLS_A_BOX = 10
# Alignment is score^½ · overlap^4, between the paper's (1, 6) and a plain choice by overlap.
SCORE_POWER, OVERLAP_POWER = 0.5, 4.0
# Boxes smaller than a cell contain no middle of one: cells as near as this many strides may answer.
NEAR = 1.5
# Of cells and boxes that are compared at once: 16 MB a tensor, of which there are a dozen.
MOST_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class BoxTruth:
    """The boxes of one view: edges [G, 4] in pixels of the input, and the number of each one's label [G]."""

    edges: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class PaddedTruth:
    """The boxes of a batch of views, each with as many rows as the fullest has; `exists` tells boxes."""

    edges: Tensor  # [B, G, 4]
    labels: Tensor  # [B, G]
    exists: Tensor  # [B, G], 1 or 0

    @classmethod
    def of(cls, truths: Sequence[BoxTruth], device: torch.device) -> "PaddedTruth":
        """Return the boxes on a device: three tensors are moved, however many views there are."""
        counts = [len(truth.edges) for truth in truths]
        shape = (len(truths), max(1, *counts))
        edges, labels = torch.zeros(*shape, 4), torch.zeros(shape, dtype=torch.long)
        for row, truth in enumerate(truths):
            edges[row, : counts[row]], labels[row, : counts[row]] = truth.edges, truth.labels
        exists = (torch.arange(shape[1]) < torch.tensor(counts)[:, None]).float()
        return cls(*(part.to(device, non_blocking=True) for part in (edges, labels, exists)))


@dataclass(frozen=True, slots=True)
class Assignment:
    """For every cell how well it should do on each label, and the edges to say if it answers for a box."""

    scores: Tensor  # [B, N, L]
    edges: Tensor  # [B, N, 4]
    weights: Tensor  # [B, N], 0 where a cell answers for no box

    @classmethod
    def joined(cls, parts: "Sequence[Assignment]") -> "Assignment":
        """Return the assignments of parts of a batch as that of the batch."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def overlap(one: Tensor, other: Tensor, *, generalised: bool = False) -> Tensor:
    """Return intersection over union of edges; generalised, it is negative where boxes lie apart."""
    begin, end = torch.maximum(one[..., :2], other[..., :2]), torch.minimum(one[..., 2:], other[..., 2:])
    shared = (end - begin).clamp(min=0).prod(-1)
    union = _area(one) + _area(other) - shared
    share = shared / (union + 1e-6)
    if not generalised:
        return share
    hull = torch.maximum(one[..., 2:], other[..., 2:]) - torch.minimum(one[..., :2], other[..., :2])
    around = hull.prod(-1) + 1e-6
    return share - (around - union) / around


def detection_loss(
    logits: Tensor, boxes: Tensor, truths: Sequence[BoxTruth], cells: tuple[Tensor, Tensor]
) -> Tensor:
    """Return the loss of a batch: scores, and twice the boxes. Nothing in it waits for the device."""
    assignment = assign(logits.detach(), boxes.detach(), truths, cells)
    off = (assignment.scores - logits.sigmoid()).abs().square()
    misses = functional.binary_cross_entropy_with_logits(logits, assignment.scores, reduction="none")
    share = overlap(boxes, assignment.edges, generalised=True)
    sides = ((1 - share) * assignment.weights).sum()
    return ((misses * off).sum() + 2.0 * sides) / assignment.scores.sum().clamp(min=1.0)


@torch.no_grad()
def assign(
    logits: Tensor,
    boxes: Tensor,
    truths: Sequence[BoxTruth],
    cells: tuple[Tensor, Tensor],
    *,
    at_once: int | None = None,
) -> Assignment:
    """Choose the cells that answer for each box, in so many views at once.

    By default one on a processor, where filling up views of few boxes took three times as long, and on a GPU
    as many as there is room for.
    """
    if at_once is None:
        pairs = max(1, *(len(truth.edges) for truth in truths)) * logits.shape[1]
        at_once = 1 if logits.device.type == "cpu" else max(1, MOST_PAIRS // pairs)
    parts = []
    for start in range(0, len(logits), at_once):
        rows = slice(start, start + at_once)
        parts.append(_assign(logits[rows], boxes[rows], PaddedTruth.of(truths[rows], logits.device), cells))
    return Assignment.joined(parts)


def _assign(logits: Tensor, boxes: Tensor, truth: PaddedTruth, cells: tuple[Tensor, Tensor]) -> Assignment:
    shares = overlap(boxes[:, None], truth.edges[:, :, None])
    labelled = truth.labels[:, :, None].expand(-1, -1, logits.shape[1])
    sure = logits.sigmoid().transpose(1, 2).gather(1, labelled).clamp(min=1e-4)
    may_answer = _eligible(truth.edges, cells) * truth.exists[:, :, None]
    fit = sure**SCORE_POWER * (shares + 1e-6) ** OVERLAP_POWER * may_answer
    best = fit.topk(min(CELLS_A_BOX, fit.shape[2]), 2).indices
    matches = torch.zeros_like(fit).scatter_(2, best, 1.0) * (fit > 0)
    owner = (shares * matches).argmax(1)  # a cell wanted by several boxes answers for the one it fits best
    matches = matches * functional.one_hot(owner, fit.shape[1]).transpose(1, 2)
    fit, matched_shares = fit * matches, shares * matches
    # The best cell of a box is asked for its true overlap, the others less by how much worse they fit.
    aims = fit / (fit.amax(2, keepdim=True) + 1e-9) * matched_shares.amax(2, keepdim=True)
    target = aims.amax(1)
    label = truth.labels.gather(1, owner)
    scores = torch.zeros_like(logits).scatter_(2, label[:, :, None], target[:, :, None])
    edges = truth.edges.gather(1, owner[:, :, None].expand(-1, -1, 4))
    return Assignment(scores, edges, target)


def _eligible(edges: Tensor, cells: tuple[Tensor, Tensor]) -> Tensor:
    """Return which cells [B, G, N] may answer: those within a box, of the finest those near its middle."""
    points, spans = cells
    first, last = edges[:, :, None, :2], edges[:, :, None, 2:]
    inside = torch.cat([points - first, last - points], -1).amin(-1) > 0
    near = (points - (first + last) / 2).abs().amax(-1) < spans * NEAR
    return inside | (near & (spans == spans.min()))


def _area(edges: Tensor) -> Tensor:
    return (edges[..., 2:] - edges[..., :2]).clamp(min=0).prod(-1)
