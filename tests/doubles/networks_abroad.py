"""A classifier and a detector of torch that learn drawn shapes, as somebody else's scripts would make them.

They know nothing of this house: plain convolutions, trained here in seconds, the detector in the layout of
YOLOv8's exports with boxes of two strides.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

SIDE = 64
SHAPES = ("disc", "bar")
STRIDES = (8, 16)

Pixels = NDArray[np.uint8]
Drawn = tuple[Pixels, int, tuple[int, int, int, int]]


def draw(rng: np.random.Generator, shape: int) -> Drawn:
    """Return a picture of noise with one shape (0 a disc, 1 a bar, 2 none), and the shape's box."""
    pixels = rng.integers(0, 60, (SIDE, SIDE, 3), np.uint8)
    width, height = [(16, 16), (36, 6), (0, 0)][shape]
    left, top = int(rng.integers(1, SIDE - 37)), int(rng.integers(1, SIDE - 17))
    down, across = np.mgrid[0:SIDE, 0:SIDE]
    if shape == 0:
        inside = (across - left - 7.5) ** 2 + (down - top - 7.5) ** 2 <= 64
    else:
        inside = (across >= left) & (across < left + width) & (down >= top) & (down < top + height)
    pixels[inside] = rng.integers(150, 256, 3)
    return pixels, shape, (left, top, width, height)


def tensor_of(pictures: list[Pixels]) -> Tensor:
    """Return what the networks take: [B, 3, H, W] between 0 and 1."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def _block(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.SiLU()
    )


class ShapeClassifier(nn.Module):
    """Three logits: disc, bar, neither."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(_block(3, 12, 2), _block(12, 24, 2), _block(24, 32, 2))
        self.head = nn.Linear(32, 3)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits."""
        return self.head(self.body(images).amax(dim=(2, 3)))

    def loss(self, images: Tensor, drawn: list[Drawn]) -> Tensor:
        """Return how wrong it is."""
        return functional.cross_entropy(self(images), torch.tensor([shape for _, shape, _ in drawn]))


class ShapeDetector(nn.Module):
    """Boxes and scores [B, 4 + 2, N]: centre and size in pixels of the input, a sigmoid a shape."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(_block(3, 12, 2), _block(12, 24, 2), _block(24, 32, 2))
        self.further = _block(32, 48, 2)
        self.heads = nn.ModuleList([nn.Conv2d(32, 6, 3, 1, 1), nn.Conv2d(48, 6, 3, 1, 1)])

    def forward(self, images: Tensor) -> Tensor:
        """Return the table."""
        tables = []
        for raw, stride in zip(self._raw(images), STRIDES, strict=True):
            cells = SIDE // stride
            steps = (torch.arange(cells, dtype=torch.float32) + 0.5) * stride
            down, across = torch.meshgrid(steps, steps, indexing="ij")
            left, top, right, bottom = functional.softplus(raw[:, :4]).mul(stride).unbind(1)
            boxes = [across + (right - left) / 2, down + (bottom - top) / 2, left + right, top + bottom]
            tables.append(torch.cat([torch.stack(boxes, 1), raw[:, 4:].sigmoid()], 1).flatten(2))
        return torch.cat(tables, 2)

    def loss(self, images: Tensor, drawn: list[Drawn]) -> Tensor:
        """Return how wrong it is: discs belong to the first stride, bars to the second."""
        whole = torch.zeros(())
        for number, (raw, stride) in enumerate(zip(self._raw(images), STRIDES, strict=True)):
            wanted = torch.zeros_like(raw[:, 4:])
            for row, (_, shape, (left, top, width, height)) in enumerate(drawn):
                if shape != number:
                    continue
                x, y = left + width / 2, top + height / 2
                column, line = int(x // stride), int(y // stride)
                wanted[row, shape, line, column] = 1
                centre = ((column + 0.5) * stride, (line + 0.5) * stride)
                edges = (
                    centre[0] - left,
                    centre[1] - top,
                    left + width - centre[0],
                    top + height - centre[1],
                )
                sides = functional.softplus(raw[row, :4, line, column])
                whole = (
                    whole
                    + functional.smooth_l1_loss(sides, torch.tensor(edges) / stride, reduction="sum") / 4
                )
            whole = whole + functional.binary_cross_entropy_with_logits(raw[:, 4:], wanted, reduction="sum")
        return whole / len(drawn)

    def _raw(self, images: Tensor) -> list[Tensor]:
        near = self.body(images)
        return [self.heads[0](near), self.heads[1](self.further(near))]


def taught(network: Any, *, steps: int) -> Any:
    """Return the network after so many steps on drawn pictures, always the same ones."""
    torch.manual_seed(4)
    for module in network.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    rng = np.random.default_rng(4)
    optimizer = torch.optim.AdamW(network.parameters(), 0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps)
    for _ in range(steps):
        drawn = [draw(rng, number % 3) for number in range(24)]
        loss = network.train().loss(tensor_of([pixels for pixels, _, _ in drawn]), drawn)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()
