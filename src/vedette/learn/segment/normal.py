"""What normal pictures alone say of a place, where masks are too few to say it.

One to three drawn pictures show a network that kind of anomaly and no other. How far a place is from
everything that normal pictures showed (anomaly/bank.py) needs no mask; masks only tell from which
distance on a place is anomalous. Such a map is coarse, with a halo wider than its cells, and so it speaks
only where the picture is called anomalous and the network misses what the map finds. Beyond what any
normal picture shows it calls a picture so by itself (decision 0258).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.evaluation.metrics import overlap
from vedette.learn.anomaly.bank import MemoryBank, Patches, fit_bank
from vedette.learn.calibrate import fit_platt
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
# The share of a picture's cells that say how strange it is, and at least so many: a thin scratch with its
# halo fills two of a hundred, one cell alone may be a speck of noise.
STRANGEST, FEWEST = 0.01, 5
# Within so many standard deviations of normal pictures a map does not speak alone, nor where they are fewer.
REACH, FEWEST_NORMAL = 3.0, 6
Strangeness = npt.NDArray[np.float64]  # of whole pictures, in deviations of normal places


@dataclass(frozen=True, slots=True)
class MapVoice:
    """From how strange on a picture is anomalous whatever a network says, and how much surer each step is."""

    slope: float
    bound: float


class NormalMap(nn.Module):
    """Levels to how much each place speaks for an anomaly: logits [B, 1, h, w] at stride 8."""

    def __init__(self, patches: Patches, bank: MemoryBank, scale: tuple[float, float]) -> None:
        super().__init__()
        self.patches, self.bank = patches, bank
        self.middle, self.spread = scale
        self.limit = 0.0
        self.voice: MapVoice | None = None

    def forward(self, levels: Levels) -> Tensor:
        rows, columns = levels[MAP_LEVELS.start].shape[2:]
        distances = torch.log(self.bank(self.patches(levels[MAP_LEVELS]))).reshape(-1, 1, rows, columns)
        return (distances - self.middle) / self.spread - self.limit

    def score(self, evidence: Tensor, threshold: float) -> Tensor:
        """Return how sure the map alone is that pictures are anomalous [B], of its answer for their places.

        It says the threshold at the voice's bound, more beyond, and nothing within it: no limit has a say.
        """
        assert self.voice is not None
        beyond = strangest(evidence.flatten(1)) + self.limit - self.voice.bound
        surer = torch.tanh(self.voice.slope * beyond / 2)
        return (beyond >= 0).float() * (threshold + (1 - threshold) * surer)


def strangest(cells: Tensor) -> Tensor:
    """Return the mean of the strangest cells of each picture [B, P]."""
    count = max(FEWEST, int(STRANGEST * int(cells.shape[1])))
    return cells.topk(count, 1).values.mean(1)


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


def fit_normal_map(
    pictures: Sequence[Levels], *, seed: int, others: Iterable[Levels] = ()
) -> tuple[NormalMap, Strangeness]:
    """Return the map of normal pictures, and how strange pictures are to maps that have not seen them.

    Those are the normal ones, then `others`. Of each it wants the levels `MAP_LEVELS` alone. The scale is
    that of what maps without a normal picture say of it, and others are asked of maps as small as those.
    """
    patches = Patches(sum(level.shape[1] for level in pictures[0]), seed=seed)
    with one_thread(), torch.inference_mode():
        rows = [patches(levels)[0] for levels in pictures]
        parts = [[p for i, p in enumerate(rows) if i % FOLDS != fold] for fold in range(FOLDS)]
        banks = [fit_bank(part, seed=seed) for part in parts]
        far = [torch.log(banks[i % FOLDS](p)) for i, p in enumerate(rows)]
        tops = [float(strangest(distances[None])) for distances in far]
        for i, levels in enumerate(others):
            tops.append(float(strangest(torch.log(banks[i % FOLDS](patches(levels)[0]))[None])))
        distances = torch.cat(far)
        middle, spread = float(distances.mean()), float(distances.std()) + 1e-6
        normal = NormalMap(patches, fit_bank(rows, seed=seed), (middle, spread))
        return normal, (np.array(tops) - middle) / spread


def find_voice(normal: Strangeness, anomalies: Strangeness) -> MapVoice | None:
    """Return from how strange on the map alone calls a picture anomalous; None where it cannot know.

    Between normal pictures and labelled anomalies, and never within reach of the normal ones; where no
    labelled anomaly lies beyond, what is strange is nothing that anybody asked for.
    """
    if len(normal) < FEWEST_NORMAL or not len(anomalies):
        return None
    truth = np.arange(len(normal) + len(anomalies)) >= len(normal)
    slope, offset = fit_platt(np.concatenate([normal, anomalies]), truth)
    bound = max(-offset / slope, float(normal.mean() + REACH * normal.std(ddof=1)))
    return MapVoice(slope, bound) if (anomalies >= bound).any() else None


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


def _overlap(answer: np.ndarray, kinds: Kinds) -> float:
    true = kinds > 0
    return overlap(int((true & answer).sum()), int(true.sum()), int(answer.sum())) or 0.0
