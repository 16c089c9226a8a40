"""What normal pictures alone say of a place, where masks are too few to say it.

One to three drawn pictures show a network that kind of anomaly and no other. How far a place is from
everything that normal pictures showed (anomaly/memory.py) needs no mask; masks only tell from which
distance on a place is anomalous. Such a map is coarse, with a halo wider than its cells, and so it speaks
only where the picture is called anomalous and the network misses what the map finds.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.evaluation.metrics import overlap
from vedette.learn.anomaly.memory import Memory, Patches, remember
from vedette.learn.cores import one_thread
from vedette.learn.net.dense import Levels, enlarge
from vedette.vision.masks import Kinds

# The levels that a memory holds, among s4, s8, s16, s32.
SEEN = slice(1, 3)
# With more drawn pictures than this of every type the network needs no help (docs/experiments.md).
FEW = 3
# A memory looks at no more normal pictures than this, in so many folds for its own scale.
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

    def __init__(self, patches: Patches, memory: Memory, scale: tuple[float, float]) -> None:
        super().__init__()
        self.patches, self.memory = patches, memory
        self.middle, self.spread = scale
        self.limit = 0.0

    def forward(self, levels: Levels) -> Tensor:
        rows, columns = levels[SEEN.start].shape[2:]
        distances = torch.log(self.memory(self.patches(levels[SEEN]))).reshape(-1, 1, rows, columns)
        return (distances - self.middle) / self.spread - self.limit


def fall_back(places: Tensor, evidence: Tensor) -> Tensor:
    """Return logits of places [B, T + 1, h, w], the map's where the network misses what the map finds.

    A thin scratch fills a tenth of the map's halo around it, and so the network is seen as coarsely.
    """
    strange = (evidence > 0).float()
    found = _coarsely((torch.softmax(places, 1)[:, :1] < 0.5).float(), strange)
    is_missed = (found * strange).sum((1, 2, 3)) < MISSED * strange.sum((1, 2, 3))
    kinds = torch.log_softmax(places[:, 1:], 1) + enlarge(evidence, places)
    mapped = torch.cat([torch.zeros_like(places[:, :1]), kinds], 1)
    share = is_missed.float()[:, None, None, None]
    return share * mapped + (1 - share) * places


def _coarsely(found: Tensor, like: Tensor) -> Tensor:
    """Return the cells of the map that hold a place that was found, or lie around one."""
    size = int(found.shape[2]) // int(like.shape[2])
    return functional.max_pool2d(functional.max_pool2d(found, size), 2 * HALO + 1, stride=1, padding=HALO)


def remember_normal(pictures: Sequence[Levels], *, seed: int) -> NormalMap:
    """Return the map of normal pictures, on the scale of what maps without a picture say of it.

    Of each picture it wants the levels `SEEN` alone.
    """
    patches = Patches(sum(level.shape[1] for level in pictures[0]), seed=seed)
    with one_thread(), torch.inference_mode():
        seen = [patches(levels)[0] for levels in pictures]
        far = []
        for fold in range(FOLDS):
            memory = remember([p for i, p in enumerate(seen) if i % FOLDS != fold], seed=seed)
            far += [torch.log(memory(p)) for i, p in enumerate(seen) if i % FOLDS == fold]
        everything = torch.cat(far)
        scale = float(everything.mean()), float(everything.std()) + 1e-6
        return NormalMap(patches, remember(seen, seed=seed), scale)


def choose_limit(normal: NormalMap, drawn: Sequence[tuple[Levels, Kinds]]) -> bool:
    """Set the limit that finds the drawn places best; say whether it finds them well enough.

    The map has learnt from normal pictures alone: all drawn ones are held out from it.
    """
    found = []
    with torch.inference_mode():
        for levels, kinds in drawn:
            scores = enlarge(normal(levels), torch.zeros(1, 1, *kinds.shape))[0, 0].numpy() + normal.limit
            found.append([_overlap(scores >= limit, kinds) for limit in LIMITS])
    means = np.mean(found, axis=0)
    normal.limit = LIMITS[int(means.argmax())]
    return float(means.max()) >= LEAST


def _overlap(found: np.ndarray, kinds: Kinds) -> float:
    true = kinds > 0
    return overlap(int((true & found).sum()), int(true.sum()), int(found.sum())) or 0.0
