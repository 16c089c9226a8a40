"""What a detector is asked for while it learns: which cells answer for which box, and how wrong they are.

Cells are assigned by what they themselves say (task alignment: arXiv 2108.07755): the ten whose label
and box together fit best. Scores learn the overlap of their box (quality focal loss: arXiv 2006.04388),
so that a sure finding is also a well placed one; boxes learn by generalised overlap.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

CELLS_A_BOX = 10
# Alignment is score^½ · overlap^4, between the paper's (1, 6) and a plain choice by overlap.
SCORE_POWER, OVERLAP_POWER = 0.5, 4.0
# Boxes smaller than a cell contain no middle of one: cells as near as this many strides may answer.
NEAR = 1.5


@dataclass(frozen=True, slots=True)
class BoxTruth:
    """The boxes of one view: edges [G, 4] in pixels of the input, and the number of each one's label [G]."""

    edges: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class Assignment:
    """For every cell how well it should do on each label [N, L]; for those that answer, the edges to say."""

    scores: Tensor
    answers: Tensor  # [N] of bool
    edges: Tensor  # [answers, 4]
    weights: Tensor  # [answers]


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
    logits: Tensor, boxes: Tensor, truths: list[BoxTruth], cells: tuple[Tensor, Tensor]
) -> Tensor:
    """Return the loss of a batch: scores, and twice the boxes."""
    scores, sides, weight = logits.new_zeros(()), logits.new_zeros(()), 0.0
    for row, truth in enumerate(truths):
        assignment = assign(logits[row].detach(), boxes[row].detach(), truth, cells)
        off = (assignment.scores - logits[row].sigmoid()).abs().square()
        misses = functional.binary_cross_entropy_with_logits(logits[row], assignment.scores, reduction="none")
        scores = scores + (misses * off).sum()
        weight += float(assignment.scores.sum())
        if len(assignment.edges):
            share = overlap(boxes[row][assignment.answers], assignment.edges, generalised=True)
            sides = sides + ((1 - share) * assignment.weights).sum()
    return (scores + 2.0 * sides) / max(weight, 1.0)


@torch.no_grad()
def assign(logits: Tensor, boxes: Tensor, truth: BoxTruth, cells: tuple[Tensor, Tensor]) -> Assignment:
    """Choose the cells that answer for each box of one view."""
    targets = torch.zeros_like(logits)
    answers = torch.zeros(len(logits), dtype=torch.bool, device=logits.device)
    if not len(truth.edges):
        return Assignment(targets, answers, boxes[:0], boxes[:0, 0])
    shares = overlap(boxes[None], truth.edges[:, None])
    sure = logits.sigmoid()[:, truth.labels].T.clamp(min=1e-4)
    fit = sure**SCORE_POWER * (shares + 1e-6) ** OVERLAP_POWER * _eligible(truth.edges, cells)
    best = fit.topk(min(CELLS_A_BOX, fit.shape[1]), 1).indices
    matches = torch.zeros_like(fit).scatter_(1, best, 1.0) * (fit > 0)
    owner = (shares * matches).argmax(0)  # a cell wanted by several boxes answers for the one it fits best
    matches = matches * functional.one_hot(owner, len(fit)).T
    fit, matched_shares = fit * matches, shares * matches
    # The best cell of a box is asked for its true overlap, the others less by how much worse they fit.
    target = (fit / (fit.amax(1, keepdim=True) + 1e-9) * matched_shares.amax(1, keepdim=True)).amax(0)
    answers = matches.any(0)
    targets[answers, truth.labels[owner[answers]]] = target[answers]
    return Assignment(targets, answers, truth.edges[owner[answers]], target[answers])


def _eligible(edges: Tensor, cells: tuple[Tensor, Tensor]) -> Tensor:
    """Return which cells [G, N] may answer: those within a box, and of the finest those near its middle."""
    points, spans = cells
    inside = (
        torch.cat([points[None] - edges[:, None, :2], edges[:, None, 2:] - points[None]], -1).amin(-1) > 0
    )
    middle = (edges[:, :2] + edges[:, 2:]) / 2
    near = (points[None] - middle[:, None]).abs().amax(-1) < spans[None] * NEAR
    return inside | (near & (spans == spans.min())[None])


def _area(edges: Tensor) -> Tensor:
    return (edges[..., 2:] - edges[..., :2]).clamp(min=0).prod(-1)
