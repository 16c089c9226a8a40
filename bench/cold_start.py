"""What is suggested while there is no label at all: how many of the first pictures are anomalies.

Of every set a natural share of anomalies is drawn beside normal pictures, three times. Each way to choose
orders them by features alone: `coverage` is what studies do (learn/teaching.py), `odd` is how far the third
neighbour lies, `mutual` is MuSc's mutual scoring (Li et al. 2024): of each patch the distance to the nearest
patch of every other picture, of these the mean of the nearest 30 %, over several sizes of neighbourhoods, and
of a picture the most of its patches; `mutual, 64` asks 64 pictures instead of all. Chance finds as many as
their share says.

`python -m bench.cold_start FOLDER`: features are taken once, and kept in the folder.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.common import PICTURES, machine
from bench.label_gain import SEEDS
from bench.label_gain_sets import FeatureSet, Labelled, _boards, _cookies, _folders
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.suspects import scaled
from vedette.learn.teaching import NEIGHBOUR, order_lessons
from vedette.vision.images import fit

LEVEL, SIZES, NEAREST = "s16", (1, 3, 5), 0.3
FEW, FEW_SIZES = 64, (1, 3)
SHARES, FIRST = (0.05, 0.2), (10, 20)
MOST_NORMAL = 60

Floats = NDArray[np.float32]
Order = NDArray[np.int64]


def sets(folder: Path) -> Iterator[tuple[FeatureSet, Floats]]:
    """Yield sets, with rows of any length, and the patches of each: [N, channels, rows, columns]."""
    sources: dict[str, Callable[[], Labelled]] = {
        "aliens": lambda: _folders(PICTURES / "aliens"),
        "cookies": _cookies,
        "boards": _boards,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        file = folder / f"{name}-patches.npz"
        if not file.exists():
            _look(source(), file)
        with np.load(file) as archive:
            yield FeatureSet(name, archive["rows"], archive["truth"]), archive["patches"]


def _look(pictures: Labelled, file: Path) -> None:
    backbone = open_backbone("lite0")
    extract = FeatureExtractor(backbone, (LEVEL, "top/mean"), threads=1)
    patches, rows, truth = [], [], []
    for image, label in pictures:
        pixels, _ = fit(image.convert("RGB"), (backbone.sides[0],) * 2)
        level, row = extract(pixels[None])
        patches.append(level[0].astype(np.float16))
        rows.append(row.reshape(-1))
        truth.append(int(label != "normal"))
    np.savez(file, patches=np.stack(patches), rows=np.stack(rows), truth=np.asarray(truth))


def mutual_scores(patches: Floats, sizes: tuple[int, ...] = SIZES, most: int = 0) -> Floats:
    """Return how unlike the others a picture's most unusual patch is; `most` others are asked, or all."""
    count = len(patches)
    others = np.random.default_rng(0).permutation(count)[: most or count]
    scores = np.sum([_distances(_mixed(patches, size), others) for size in sizes], axis=0)
    return np.asarray(scores.max(axis=1), np.float32)


def _mixed(patches: Floats, size: int) -> Floats:
    """Return patches averaged with their neighbours, as rows of length one: [N, places, channels]."""
    half, padded = size // 2, patches.astype(np.float32)
    padded = np.pad(padded, ((0, 0), (0, 0), (half, half), (half, half)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    mixed = windows.mean(axis=(4, 5)).reshape(*patches.shape[:2], -1).transpose(0, 2, 1)
    return np.asarray(mixed / np.maximum(np.linalg.norm(mixed, axis=2, keepdims=True), 1e-9), np.float32)


def _distances(rows: Floats, others: Order) -> Floats:
    """Return of each place the mean distance to the nearest 30 % of the other pictures."""
    scores = np.empty(rows.shape[:2], np.float32)
    for number, places in enumerate(rows):
        alike = np.stack([(places @ rows[other].T).max(axis=1) for other in others if other != number])
        distances = np.sqrt(np.maximum(2 - 2 * alike, 0))
        nearest = max(1, int(NEAREST * len(distances)))
        scores[number] = np.partition(distances, nearest - 1, axis=0)[:nearest].mean(axis=0)
    return scores


def orders(rows: Floats, patches: Floats) -> dict[str, Order]:
    """Return in which order each way names the pictures first."""
    nth = np.partition(rows @ rows.T, -(NEIGHBOUR + 1), axis=1)[:, -(NEIGHBOUR + 1)]
    lessons = order_lessons(rows, rows[:0], most=len(rows))
    return {
        "coverage": np.asarray([lesson.row for lesson in lessons]),
        "odd": np.argsort(nth, kind="stable"),
        "mutual": np.argsort(-mutual_scores(patches), kind="stable"),
        "mutual, 64": np.argsort(-mutual_scores(patches, FEW_SIZES, FEW), kind="stable"),
    }


def count_first(pictures: FeatureSet, patches: Floats, share: float) -> None:
    """Print how many anomalies are among the first, beside what chance finds."""
    counts: dict[str, list[list[int]]] = {}
    truth = pictures.truth
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        normal = rng.permutation(np.flatnonzero(pictures.truth == 0))[:MOST_NORMAL]
        odd = rng.permutation(np.flatnonzero(pictures.truth))[
            : max(2, round(share * len(normal) / (1 - share)))
        ]
        part = rng.permutation(np.concatenate([normal, odd]))
        truth = pictures.truth[part]
        for name, order in orders(scaled(pictures.rows[part]), patches[part]).items():
            counts.setdefault(name, []).append([int(truth[order[:first]].sum()) for first in FIRST])
    chance = " and ".join(f"{first * truth.mean():.1f}" for first in FIRST)
    print(f"{pictures.name}, {len(truth)} pictures, {truth.sum()} anomalies: by chance {chance}")
    for name, rows in counts.items():
        print(f"  {name:<12}" + " and ".join(f"{value:.1f}" for value in np.mean(rows, axis=0)))


def main() -> int:
    """Print all figures."""
    print(machine())
    for pictures, patches in sets(Path(sys.argv[1])):
        for share in SHARES:
            count_first(pictures, patches, share)
    return 0


if __name__ == "__main__":
    sys.exit(main())
