"""The network that says of every place which anomaly lies there, and of the picture whether any does.

From the deepest level, which sees the whole thing, down to stride 4, which sees its edge; the answer is
given at stride 2. The picture's own verdict comes from the same features and from the strongest places.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.chance import DroppedChannels
from vedette.learn.net.dense import DenseExtractor, FrozenLevels
from vedette.learn.net.layers import Conv, Levels, enlarge
from vedette.learn.segment.normal import NormalMap, fall_back

# At stride 4 a network is slow, and an edge needs few channels.
CHANNELS, FINE = 64, 32
# Few places are anomalous: sigmoid(-3) is 0.05.
DOUBT = -3.0
# Few pictures and a frozen backbone: whole channels are left out now and then, so that none is relied on.
LEFT_OUT = 0.15
# The share of a picture's places that speak for it: the strongest thousandth, at least this many.
STRONGEST, FEWEST = 0.001, 4


class DepthwisePointwise(nn.Sequential):
    """A wide depthwise convolution and a pointwise one, nothing between them: a sixth less work a step."""

    def __init__(self, into: int, out: int, kernel: int = 5) -> None:
        wide = nn.Conv2d(into, into, kernel, padding=kernel // 2, groups=into, bias=False)
        super().__init__(wide, Conv(into, out))


class MaskHead(nn.Module):
    """Levels to logits of places [B, T + 1, h, w] at half the input's size, and of the picture [B]."""

    def __init__(self, into: Sequence[int], types: int) -> None:
        super().__init__()
        wide, fine = CHANNELS, FINE
        self.some = DroppedChannels(LEFT_OUT)
        self.lateral = nn.ModuleList(Conv(c, fine if i == 0 else wide) for i, c in enumerate(into))
        self.deep = nn.Sequential(DepthwisePointwise(wide, wide), DepthwisePointwise(wide, wide))
        self.down = nn.ModuleList(DepthwisePointwise(wide, wide) for _ in into[2:])
        self.narrow = Conv(wide, fine)
        self.edge = nn.Sequential(DepthwisePointwise(fine, fine, 3), DepthwisePointwise(fine, fine, 3))
        self.kind = nn.Conv2d(fine, types + 1, 1)
        self.verdict = nn.Linear(2 * wide, 1)
        with torch.no_grad():
            self.kind.bias[1:] = DOUBT  # type: ignore[index]  # there is one

    def forward(self, levels: Levels) -> tuple[Tensor, Tensor]:
        maps = [lateral(self.some(level)) for lateral, level in zip(self.lateral, levels, strict=True)]
        x = self.deep(maps[-1])
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        for index in range(len(maps) - 2, 0, -1):
            x = self.down[index - 1](maps[index] + enlarge(x, maps[index]))
        x = self.edge(maps[0] + enlarge(self.narrow(x), maps[0]))
        places = functional.interpolate(self.kind(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        return places, self.verdict(pooled)[:, 0]


def strongest(places: Tensor) -> Tensor:
    """Return how anomalous the strongest places of each picture are: a mean of logits [B]."""
    against, kinds = places[:, 0], places[:, 1:]
    evidence = (torch.logsumexp(kinds, 1) - against).flatten(1)
    count = max(FEWEST, int(STRONGEST * int(evidence.shape[1])))
    return evidence.topk(count, 1).values.mean(1)


def look_twice(net: MaskHead, levels: Levels) -> tuple[Tensor, Tensor]:
    """Return the mean of what the network says of pictures and of as many mirror images behind them."""
    places, verdicts = net(levels)
    straight, mirrored = _halves(places)
    return (straight + mirrored.flip(3)) / 2, verdicts.reshape(2, -1).mean(0)


def _halves(batch: Tensor) -> Tensor:
    """Return [2, B, …] of a batch [2 B, …], however many it holds when the exported graph runs."""
    return batch.reshape(2, -1, *batch.shape[1:])


class SegmentGraph(nn.Module):
    """What is exported: pictures to a calibrated score and the probability of every kind at every place.

    Where the picture is called normal (its score below `silence`), no place is anomalous. With `is_mirrored`
    every picture is looked at twice.
    """

    def __init__(
        self,
        extractor: DenseExtractor,
        net: MaskHead,
        weights: Sequence[float],
        *,
        silence: float,
        is_mirrored: bool,
    ) -> None:
        super().__init__()
        self.is_mirrored = is_mirrored
        self.frozen = FrozenLevels(extractor)
        self.net = net
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32))
        self.silence = silence
        self.normal: NormalMap | None = None
        self.threshold = 0.5

    def fall_back_to(self, normal: NormalMap, *, threshold: float) -> None:
        """Show the map's places of pictures that are anomalous though the network misses their places.

        Where the map has a voice the picture is as anomalous as the surer of both says.
        """
        self.normal, self.threshold = normal, threshold

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        levels, places, verdict = self._asked(pictures)
        weights = self.get_buffer("weights")
        score = torch.sigmoid(weights[0] * strongest(places) + weights[1] * verdict + weights[2])
        cells = None if self.normal is None else self.normal(levels)
        if self.normal is not None and self.normal.voice is not None and cells is not None:
            score = torch.maximum(score, self.normal.score(cells, self.threshold))
        speaks = (score >= self.silence).float()[:, None, None, None]
        shares = torch.softmax(places, 1)
        if cells is not None:
            is_called = (score >= self.threshold).float()[:, None, None, None]
            mapped = torch.softmax(fall_back(places, cells), 1)
            shares = is_called * mapped + (1 - is_called) * shares
        anomalous = shares[:, 1:] * speaks
        ground = 1.0 - anomalous.sum(1, keepdim=True)
        return score, torch.cat([ground, anomalous], 1)

    def _asked(self, pictures: Tensor) -> tuple[Levels, Tensor, Tensor]:
        """Return the pictures' levels, and what the network says of them."""
        if not self.is_mirrored:
            levels = self.frozen(pictures)
            return levels, *self.net(levels)
        levels = self.frozen(torch.cat([pictures, pictures.flip(2)]))
        return [_halves(level)[0] for level in levels], *look_twice(self.net, levels)
