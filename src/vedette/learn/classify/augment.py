"""Pictures changed at random as a camera might: turned, moved, scaled, lit otherwise, a part hidden.

Batches of floats [B, 3, H, W] in 0..255 on whatever device they lie; all randomness comes from one generator.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional


def jitter(pictures: Tensor, generator: torch.Generator, *, may_mirror: bool) -> Tensor:
    """Return every picture warped and lit by its own random numbers."""
    return relight(warp(pictures, generator, may_mirror=may_mirror), generator)


def warp(pictures: Tensor, generator: torch.Generator, *, may_mirror: bool) -> Tensor:
    """Turn by up to 15 degrees, scale by up to a fifth, shear and move by up to a tenth, mirror half."""
    count = len(pictures)

    def uniform(most: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * most

    angle, shear = uniform(math.radians(15)), uniform(0.1)
    wide, high = torch.exp(uniform(0.2)), torch.exp(uniform(0.2))
    side = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0) if may_mirror else 1.0
    rows = [
        [wide * torch.cos(angle) * side, -high * torch.sin(angle) + shear, uniform(0.2)],
        [wide * torch.sin(angle) * side, high * torch.cos(angle), uniform(0.2)],
    ]
    theta = torch.stack([torch.stack(row, 1) for row in rows], 1).to(pictures.device)
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def relight(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Change brightness, contrast and the balance of colours."""
    count, device = len(pictures), pictures.device

    def uniform(most: float, width: int = 1) -> Tensor:
        return ((torch.rand(count, width, 1, 1, generator=generator) * 2 - 1) * most).to(device)

    middle = pictures.mean((1, 2, 3), keepdim=True)
    lit = (pictures - middle) * torch.exp(uniform(0.25)) + middle
    return (lit * torch.exp(uniform(0.08, 3)) + uniform(25.0)).clamp(0.0, 255.0)
