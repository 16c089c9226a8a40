"""A map of features averaged over the quarters of the picture, so that it still says where something is.

The mean of the four is the mean over the picture: a column or row that lies in the middle counts half on
either side.
"""

import torch
from torch import Tensor


def shares(rows: int, columns: int) -> Tensor:
    """Return how much each place counts in each quarter [4, rows, columns]; each quarter's add up to one.

    The quarters are left top, right top, left bottom, right bottom.
    """
    down, across = _halves(rows), _halves(columns)
    return torch.einsum("ai,bj->abij", down, across).flatten(0, 1)


def quarters(level: Tensor) -> Tensor:
    """Return the means [B, 4, C] over the quarters of features [B, C, h, w]."""
    _, _, rows, columns = level.shape
    weight = shares(int(rows), int(columns)).to(level.device)
    return weight.flatten(1) @ level.flatten(2).transpose(1, 2)


def _halves(count: int) -> Tensor:
    edges = (torch.arange(count + 1) / count).clamp(max=0.5)
    first = 2 * (edges[1:] - edges[:-1])
    return torch.stack([first, first.flip(0)])
