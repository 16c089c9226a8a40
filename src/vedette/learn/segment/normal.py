"""What normal pictures alone say of a place, where masks are too few to say it.

One to three drawn pictures show a network that kind of anomaly and no other. How far a place is from
everything that normal pictures showed (anomaly/bank.py) needs no mask; masks only tell from which
distance on a place is anomalous. Such a map is coarse, with a halo wider than its cells, and so it speaks
only where the picture is called anomalous and the network misses what the map finds.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.evaluation.metrics import overlap
from vedette.learn.anomaly.bank import MemoryBank, Patches, fit_bank
from vedette.learn.cores import one_thread
from vedette.learn.net.layers import Levels, enlarge
from vedette.vision.masks import Kinds

# The levels that the bank holds, among s4, s8, s16, s32.
MAP_LEVELS = slice(1, 3)
# With more drawn pictures than this of every type the network needs no help (docs/experiments.md).
FEW = 3
# A bank looks at no more normal pictures than this, in so many folds for its own scale.
MOST_NORMAL, FOLDS = 60, 3
# Standard deviations above normal places from which on a place may count as anomalous.
LIMITS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
# A map that overlaps drawn masks by less than this shows people the wrong place.
LEAST = 0.1
# The network has missed the anomaly where it finds something in less than this share of the map's cells.
MISSED = 0.25
# How many cells around a place the map calls anomalous with it: it averages 3 × 3 places of twice its stride.
HALO = 2


class NormalMap(nn.Module):
    """Levels to how much each place speaks for an anomaly: logits [B, 1, h, w] at stride 8."""

    def __init__(self, patches: Patches, bank: MemoryBank, scale: tuple[float, float]) -> None:
        super().__init__()
        self.patches, self.bank = patches, bank
        self.middle, self.spread = scale
        self.limit = 0.0

    def forward(self, levels: Levels) -> Tensor:
        rows, columns = levels[MAP_LEVELS.start].shape[2:]
        distances = torch.log(self.bank(self.patches(levels[MAP_LEVELS]))).reshape(-1, 1, rows, columns)
        return (distances - self.middle) / self.spread - self.limit


def fall_back(places: Tensor, evidence: Tensor) -> Tensor:
    """Return logits of places [B, T + 1, h, w], the map's where the network misses what the map finds.

    A thin scratch fills a tenth of the map's halo around it, and so the network is taken as coarsely.
    """
    strange = (evidence > 0).float()
    caught = _coarsely((torch.softmax(places, 1)[:, :1] < 0.5).float(), strange)
    is_missed = (caught * strange).sum((1, 2, 3)) < MISSED * strange.sum((1, 2, 3))
    kinds = torch.log_softmax(places[:, 1:], 1) + enlarge(evidence, places)
    mapped = torch.cat([torch.zeros_like(places[:, :1]), kinds], 1)
    share = is_missed.float()[:, None, None, None]
    return share * mapped + (1 - share) * places


def _coarsely(places: Tensor, like: Tensor) -> Tensor:
    """Return the cells of the map that hold such a place, or lie around one."""
    size = int(places.shape[2]) // int(like.shape[2])
    return functional.max_pool2d(functional.max_pool2d(places, size), 2 * HALO + 1, stride=1, padding=HALO)


def fit_normal_map(pictures: Sequence[Levels], *, seed: int) -> NormalMap:
    """Return the map of normal pictures, on the scale of what maps without a picture say of it.

    Of each picture it wants the levels `MAP_LEVELS` alone.
    """
    patches = Patches(sum(level.shape[1] for level in pictures[0]), seed=seed)
    with one_thread(), torch.inference_mode():
        rows = [patches(levels)[0] for levels in pictures]
        far = []
        for fold in range(FOLDS):
            bank = fit_bank([p for i, p in enumerate(rows) if i % FOLDS != fold], seed=seed)
            far += [torch.log(bank(p)) for i, p in enumerate(rows) if i % FOLDS == fold]
        everything = torch.cat(far)
        scale = float(everything.mean()), float(everything.std()) + 1e-6
        return NormalMap(patches, fit_bank(rows, seed=seed), scale)


def choose_limit(normal: NormalMap, drawn: Sequence[tuple[Levels, Kinds]]) -> bool:
    """Set the limit that finds the drawn places best; say whether it finds them well enough.

    The map has learnt from normal pictures alone: all drawn ones are held out from it.
    """
    overlaps = []
    with torch.inference_mode():
        for levels, kinds in drawn:
            scores = enlarge(normal(levels), torch.zeros(1, 1, *kinds.shape))[0, 0].numpy() + normal.limit
            overlaps.append([_overlap(scores >= limit, kinds) for limit in LIMITS])
    means = np.mean(overlaps, axis=0)
    normal.limit = LIMITS[int(means.argmax())]
    return float(means.max()) >= LEAST


def _overlap(called: np.ndarray, kinds: Kinds) -> float:
    true = kinds > 0
    return overlap(int((true & called).sum()), int(true.sum()), int(called.sum())) or 0.0
