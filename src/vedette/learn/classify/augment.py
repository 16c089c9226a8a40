"""Pictures changed at random as a camera might: turned, moved, scaled, lit otherwise.

Batches of floats [B, 3, H, W] in 0..255 on whatever device they lie. The random numbers are drawn on the
processor, of one generator, and before the work: so that copies of many pictures, each with numbers of its
own, are made in one go on a GPU, and are those that a processor makes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Jitter:
    """What is done to each picture of a batch, as random numbers on the processor."""

    theta: Tensor  # [B, 2, 3], from a place of the new picture to its place in the old one, in -1..1
    contrast: Tensor  # [B, 1, 1, 1]
    colours: Tensor  # [B, 3, 1, 1]
    brightness: Tensor  # [B, 1, 1, 1]


def draw_jitter(count: int, generator: torch.Generator, *, may_mirror: bool) -> Jitter:
    """Return what to do to so many pictures, each in its own way.

    They are turned by up to 15 degrees, scaled by up to a fifth, sheared and moved by up to a tenth, half of
    them mirrored; brightness, contrast and the balance of colours change.
    """

    def uniform(most: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * most

    def light(most: float, width: int = 1) -> Tensor:
        return (torch.rand(count, width, 1, 1, generator=generator) * 2 - 1) * most

    angle, shear = uniform(math.radians(15)), uniform(0.1)
    wide, high = torch.exp(uniform(0.2)), torch.exp(uniform(0.2))
    side = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0) if may_mirror else 1.0
    rows = [
        [wide * torch.cos(angle) * side, -high * torch.sin(angle) + shear, uniform(0.2)],
        [wide * torch.sin(angle) * side, high * torch.cos(angle), uniform(0.2)],
    ]
    theta = torch.stack([torch.stack(row, 1) for row in rows], 1)
    return Jitter(theta, torch.exp(light(0.25)), torch.exp(light(0.08, 3)), light(25.0))


def joined(jitters: Sequence[Jitter]) -> Jitter:
    """Return the numbers of several batches as those of one."""
    return Jitter(*(torch.cat([getattr(numbers, f.name) for numbers in jitters]) for f in fields(Jitter)))


def jitter(pictures: Tensor, numbers: Jitter) -> Tensor:
    """Return every picture warped and lit by its own random numbers."""
    return relight(warp(pictures, numbers), numbers)


def warp(pictures: Tensor, numbers: Jitter) -> Tensor:
    """Return every picture as it lies by its numbers; what is not there is mirrored."""
    theta = numbers.theta.to(pictures.device)
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def relight(pictures: Tensor, numbers: Jitter) -> Tensor:
    """Return every picture in the light of its numbers."""
    contrast, colours, brightness = (
        part.to(pictures.device) for part in (numbers.contrast, numbers.colours, numbers.brightness)
    )
    middle = pictures.mean((1, 2, 3), keepdim=True)
    lit = (pictures - middle) * contrast + middle
    return (lit * colours + brightness).clamp(0.0, 255.0)
