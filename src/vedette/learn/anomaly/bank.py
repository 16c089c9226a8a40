"""A bounded bank of what is normal: small patches of features, and how far a new patch is from all of them.

PatchCore (Roth et al., "Towards Total Recall in Industrial Anomaly Detection", 2022) with a bound. As
there, patches come from two levels of the backbone, each averaged over 3 × 3 neighbours, so that a patch
knows its surroundings, and a greedy core set is kept that leaves none far away. Other than there, every
channel is put on one scale, and of at most `CANDIDATES` patches `SIZE` are kept: neither number grows with
the pictures, and so neither does the model (with its default core set of a tenth, the reference took 23
GiB; docs/experiments.md).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

# 1,000 out of 20,000 gave the same AUROC on our sets as 10,000 out of all (docs/experiments.md, 2026-11-20).
SIZE = 1000
CANDIDATES = 20_000
# Patches added to the core set at once: eight at a time took an eighth of the time and left AUROC as it was.
AT_ONCE = 8
# The share of the patches that most rounds look at: two fifths of the time of looking at all.
FARTHEST = 0.2
# The picture's score is the mean of its largest patch distances: one alone may be a speck of noise.
LARGEST = 5
# Wider features are projected to this many numbers by a random matrix, which keeps distances.
WIDTH = 192


class Patches(nn.Module):
    """Levels of features to patches [B, P, C] on the finest level's grid."""

    def __init__(self, channels: int, *, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        project = torch.eye(channels)
        if channels > WIDTH:
            project = torch.randn(channels, WIDTH, generator=generator) / WIDTH**0.5
        self.is_projected = channels > WIDTH
        self.register_buffer("project", project)
        self.project: Tensor

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        grid = levels[0].shape[2:]
        smooth = [functional.avg_pool2d(level, 3, 1, 1) for level in levels]
        same = [
            level
            if level.shape[2:] == grid
            else functional.interpolate(level, size=grid, mode="bilinear", align_corners=False)
            for level in smooth
        ]
        flat = torch.cat(same, 1).flatten(2).transpose(1, 2)
        return flat @ self.project if self.is_projected else flat


class MemoryBank(nn.Module):
    """The core set of patches; calling it gives the distance of every patch to the nearest one in it."""

    def __init__(self, middle: Tensor, scale: Tensor, bank: Tensor) -> None:
        super().__init__()
        self.register_buffer("middle", middle)
        self.register_buffer("scale", scale)
        self.register_buffer("bank", bank.T.contiguous())
        self.register_buffer("squares", (bank**2).sum(1))
        self.middle: Tensor
        self.scale: Tensor
        self.bank: Tensor
        self.squares: Tensor

    def forward(self, patches: Tensor) -> Tensor:
        x = (patches - self.middle) / self.scale
        nearest = (self.squares - 2 * (x @ self.bank)).amin(-1)
        return ((x * x).sum(-1) + nearest).clamp(min=1e-6).sqrt()


def fit_bank(pictures: Sequence[Tensor], *, seed: int, size: int = SIZE) -> MemoryBank:
    """Return the bank of these pictures' patches, each [P, C]."""
    generator = torch.Generator().manual_seed(seed)
    share = max(1, CANDIDATES // len(pictures))
    candidates = torch.cat([p[torch.randperm(len(p), generator=generator)[:share]].float() for p in pictures])
    middle = candidates.mean(0)
    scale = candidates.std(0) + 1e-3 * float(candidates.std()) + 1e-6
    return MemoryBank(middle, scale, core_set((candidates - middle) / scale, size))


def core_set(patches: Tensor, size: int) -> Tensor:
    """Return `size` of the patches that leave none far from all of them: greedily, the farthest next.

    Only a patch that is far off can be next, so that most rounds look at the farthest fifth, and at all of
    them again when the farthest of that fifth is no farther than the rest was. The patches are the same as
    if every round had looked at all.
    """
    if len(patches) <= size:
        return patches
    half = (patches**2).sum(1) / 2
    far = torch.full((len(patches),), float("inf"))
    coreset = (half - patches @ patches.mean(0)).argmin()[None]
    news = coreset
    while len(coreset) < size:
        far = torch.minimum(far, _halves(patches, half, news))
        news = _next(patches, half, far, size - len(coreset))
        coreset = torch.cat([coreset, news])
    return patches[coreset]


def _next(patches: Tensor, half: Tensor, far: Tensor, most: int) -> Tensor:
    """Return the patches to add next, as many as the farthest fifth alone can tell; some at least."""
    line = far.kthvalue(int(len(far) * (1 - FARTHEST))).values
    rows = (far > line).nonzero()[:, 0]
    outer, own, distances = patches[rows], half[rows], far[rows]
    columns = outer.T.contiguous()
    coreset = far[:0].long()
    while len(coreset) < most:
        count = min(AT_ONCE, most - len(coreset))
        best = distances.topk(min(count, len(distances)))
        if len(best.values) < count or best.values[-1] <= line:
            break
        # |x - c|² / 2 is |x|² / 2 + (|c|² / 2 - x·c), of which only the bracket changes.
        picked = best.indices
        bracket = torch.addmm(own[picked][:, None], outer[picked], columns, alpha=-1).amin(0)
        distances = torch.minimum(distances, bracket + own)
        coreset = torch.cat([coreset, rows[picked]])
    return coreset if len(coreset) else far.topk(min(AT_ONCE, most)).indices


def _halves(patches: Tensor, half: Tensor, centers: Tensor) -> Tensor:
    """Return half the squared distance of every patch to the nearest of these."""
    return torch.addmm(half[centers], patches, patches[centers].T, alpha=-1).amin(1) + half


def largest(distances: Tensor) -> Tensor:
    """Return each picture's score from its patch distances [B, P]."""
    return distances.topk(min(LARGEST, distances.shape[-1]), dim=-1).values.mean(-1)
