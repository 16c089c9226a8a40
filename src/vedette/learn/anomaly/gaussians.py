"""What is normal at each place of the picture: a Gaussian a position, over the bank's patches.

PaDiM (Defard et al., "PaDiM: a Patch Distribution Modeling Framework", 2021) with all channels instead of a
random hundred, and bounded: of a position's covariance only the `RANK` widest directions are kept, and every
other has the variance that the regularisation gives it. It finds on textures and on aligned parts what a
memory of all places does not; where pictures are not aligned, the memory finds more (decision 0255).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

# Directions kept a position. On cells, aliens, brushed metal and cookies 32, 64 and all gave the same AUROC
# within 0.005 (docs/experiments.md, 2026-11-28); 64 are 5 MB of halves at 256 px.
RANK = 64
# What is added to the variance of every direction, channels having a deviation of one; 0.01 to 0.1 were alike
# on the same sets.
EPSILON = 0.03
# No finer grid than this: 256 positions at 256 px, 576 at 384 px.
MOST_ROWS = 24


class PositionGaussians(nn.Module):
    """A Gaussian a position; calling it with patches [B, P, C] gives a map of distances [B, h, w]."""

    def __init__(self, middle: Tensor, scale: Tensor, factors: Tensor, *, rows: int) -> None:
        super().__init__()
        self.register_buffer("middle", middle)  # [position, C]
        self.register_buffer("scale", scale)  # [C]
        self.register_buffer("factors", factors.half())  # [position, C, R]: half the size of floats
        self.middle: Tensor
        self.scale: Tensor
        self.factors: Tensor
        self.rows = rows  # of the patches' grid, which is square

    def forward(self, patches: Tensor) -> Tensor:
        positions = pooled(patches, self.rows)
        side = grid(self.rows)[0]
        x = (positions / self.scale - self.middle).transpose(0, 1)  # [position, B, C]
        explained = (x @ self.factors.float()).square().sum(-1)
        rest = (x.square().sum(-1) - explained).clamp(min=1e-6)
        distances = (rest / EPSILON).sqrt().transpose(0, 1)
        spread = distances.reshape(-1, 1, side, side)
        return functional.avg_pool2d(spread, 3, 1, 1, count_include_pad=False)[:, 0]


def grid(rows: int) -> tuple[int, int]:
    """Return the rows of the positions, and how many rows of patches each covers."""
    step = -(-rows // MOST_ROWS)
    return rows // step, step


def pooled(patches: Tensor, rows: int) -> Tensor:
    """Return patches [B, P, C] of a square grid as positions [B, position, C]."""
    step = grid(rows)[1]
    level = patches.transpose(1, 2).reshape(-1, patches.shape[-1], rows, rows)
    return functional.avg_pool2d(level, step).flatten(2).transpose(1, 2)


def fit_gaussians(pictures: Sequence[Tensor], *, rank: int = RANK) -> PositionGaussians:
    """Return the Gaussians of these pictures' patches, each [P, C] of a square grid."""
    rows = round(len(pictures[0]) ** 0.5)
    x = torch.cat([pooled(picture[None].float(), rows) for picture in pictures])
    # As in the bank: a channel that is nearly dead here must not drown all others elsewhere.
    scale = x.flatten(0, 1).std(0) + 1e-3 * float(x.std()) + 1e-6
    x = x / scale
    middle = x.mean(0)
    x = (x - middle).transpose(0, 1)  # [position, picture, C]
    variances, directions = _widest(x / max(1, len(pictures) - 1) ** 0.5, rank)
    # (Σ + εI)⁻¹ is (I - U diag(s / (s + ε)) Uᵀ) / ε, of which U times the root of the fraction is kept.
    share = (variances / (variances + EPSILON)).sqrt()
    return PositionGaussians(middle, scale, directions * share[:, None], rows=rows)


def _widest(x: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Return variances [P, R] and directions [P, C, R] of rows [P, N, C], by the smaller of two matrices."""
    count, channels = x.shape[1:]
    if channels <= count:
        variances, directions = torch.linalg.eigh(x.transpose(1, 2) @ x)
        return variances[:, -rank:].clamp(min=0), directions[:, :, -rank:]
    variances, mixtures = torch.linalg.eigh(x @ x.transpose(1, 2))
    variances, mixtures = variances[:, -rank:].clamp(min=1e-9), mixtures[:, :, -rank:]
    return variances, x.transpose(1, 2) @ mixtures / variances.sqrt()[:, None]
