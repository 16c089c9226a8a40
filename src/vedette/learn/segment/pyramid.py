"""The network that learns masks as a whole: backbone, pyramid to stride 4, and two kinds of evidence.

Places are told apart at stride 4 and enlarged; whether a picture is anomalous at all is asked of every cell
of stride 8 besides, and its strongest cells speak for it. So a verdict that was learnt from crops holds for
a whole picture, in which an average would drown a pit of five pixels (multiple-instance learning).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.whole import CHANNELS, Pyramid, SteadyBackbone

LEVELS = ("s4", "s8", "s16", "s32")
# Few places are anomalous: sigmoid(-3) is 0.05.
DOUBT = -3.0
# So many cells of stride 4, and of stride 8, speak for a picture: about 8 × 8 and 14 × 14 pixels. Forty
# pixels did in the sketch of the second round (docs/experiments.md, 2026-11-28).
STRONGEST_PLACES, STRONGEST_CELLS = 4, 3


class WholeMaskNet(nn.Module):
    """Pictures, floats [B, 3, H, W], to logits of kinds [B, T + 1, H/4, W/4] and of cells [B, H/8, W/8]."""

    def __init__(self, backbone: Backbone, types: int) -> None:
        super().__init__()
        self.backbone = SteadyBackbone(backbone, LEVELS)
        self.pyramid = Pyramid([backbone.channels[level] for level in LEVELS])
        self.kind = nn.Conv2d(CHANNELS, types + 1, 1)
        self.cell = nn.Conv2d(CHANNELS, 1, 1)
        with torch.no_grad():
            self.kind.bias[1:] = DOUBT  # type: ignore[index]  # there is one
            self.cell.bias.fill_(DOUBT)  # type: ignore[union-attr]

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.pyramid(self.backbone(pictures))
        return self.kind(maps[0]), self.cell(maps[1])[:, 0]


def full_size(kinds: Tensor) -> Tensor:
    """Return logits of kinds at the input's size."""
    return functional.interpolate(kinds, scale_factor=4.0, mode="bilinear", align_corners=False)


def evidence(kinds: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the strongest places and the strongest cells say of each picture: two logits [B]."""
    places = (torch.logsumexp(kinds[:, 1:], 1) - kinds[:, 0]).flatten(1)
    return (
        places.topk(STRONGEST_PLACES, 1).values.mean(1),
        cells.flatten(1).topk(STRONGEST_CELLS, 1).values.mean(1),
    )


def ask_twice(net: nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean of what the network says of pictures and of their mirror images (decision 0132)."""
    kinds, cells = net(torch.cat([pictures, pictures.flip(3)]))
    straight, mirrored = kinds.reshape(2, -1, *kinds.shape[1:])
    plain_cells, turned_cells = cells.reshape(2, -1, *cells.shape[1:])
    return (straight + mirrored.flip(3)) / 2, (plain_cells + turned_cells.flip(2)) / 2


class WholeMaskGraph(nn.Module):
    """What is exported: pictures to a calibrated score and the probability of every kind at every place.

    Where the score is below `silence`, no place is anomalous. With `is_mirrored` every picture is looked at
    twice.
    """

    def __init__(
        self, net: WholeMaskNet, weights: Sequence[float], *, silence: float, is_mirrored: bool
    ) -> None:
        super().__init__()
        self.net, self.silence, self.is_mirrored = net, silence, is_mirrored
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        pixels = floats(pictures)
        kinds, cells = ask_twice(self.net, pixels) if self.is_mirrored else self.net(pixels)
        places, verdict = evidence(kinds, cells)
        weights = self.get_buffer("weights")
        score = torch.sigmoid(weights[0] * places + weights[1] * verdict + weights[2])
        speaks = (score >= self.silence).float()[:, None, None, None]
        anomalous = torch.softmax(full_size(kinds), 1)[:, 1:] * speaks
        ground = 1.0 - anomalous.sum(1, keepdim=True)
        return score, torch.cat([ground, anomalous], 1)
