"""Anomalies by picture: what is unlike the normal pictures, and what labelled anomalies have taught.

A recipe is one resolution. At each, the kinds of evidence (evidence.py) are judged out of fold: on the
labelled anomalies, or where there are fewer than `FEWEST`, by how well defects drawn onto held-out normal
pictures (defects.py) are told from them, which says nothing of real anomalies but ranks resolutions.

A picture is anomalous at a probability of a half or more. With labelled anomalies that is calibrated and the
threshold is the one of the best F1 out of fold. Without any, the half lies where held-out normal pictures and
drawn defects put it (normality.py), never at the smallest or the largest: that would hang on one picture.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from vedette.learn.anomaly.bank import Patches
from vedette.learn.anomaly.defects import spoil
from vedette.learn.anomaly.evidence import DISTANCES, Array, Flags, JudgedEvidence, weigh
from vedette.learn.anomaly.graph import AnomalyGraph
from vedette.learn.anomaly.normality import (
    FEWEST_FOR_GAUSSIANS,
    Normality,
    fit_normality,
    judge_unlabelled,
)
from vedette.learn.calibrate import f1_threshold, sigmoid
from vedette.learn.cores import one_thread, side_by_side
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.cached import CachedExtractor
from vedette.learn.net.extract import Array as Features
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.images import decode, fit, open_picture
from vedette.vision.tiles import Window, tiles

Result = TypeVar("Result")

# With fewer labelled anomalies than this no classifier is trained on them.
FEWEST = 4
# The bank and its judging look at no more pictures of a kind than this, chosen at random: 600 pictures
# at 384 px are 420 MB of patches.
MOST = 300
# With tiles 30: a picture of 4096 × 4096 then has 49 views and 15 MB of patches.
MOST_TILED = 30
FOLDS = 4
# A bank of fewer pictures finds the held-out ones farther away than the final one will, which sets the
# threshold too high; of few pictures more folds leave more to remember (docs/experiments.md, 2026-11-20).
FOLDS_OF_FEW, FEW = 10, 40
# Pictures whose patches are held from judging to fitting, and at most so many are drawn on.
HELD, MOST_DRAWN = 100, 80
# Above this tiles are not tried.
GOOD_ENOUGH = 0.99
# Defects drawn to judge by are as large as on a picture of this side, in pixels: what a person still sees.
DRAWN_FOR = 640


@dataclass(slots=True)
class PatchSet:
    """The features of a set of pictures."""

    patches: list[Tensor]  # [view, P, C] each, half precision
    pooled: Array  # [picture, channel]
    is_anomalous: Flags
    statistics: Array | None = None  # [picture, number], where pictures are seen whole

    def normal(self, keep: Flags) -> list[Tensor]:
        """Return the patches of the normal ones among the pictures to keep."""
        return [self.patches[index] for index in np.flatnonzero(keep & ~self.is_anomalous)]


@dataclass(frozen=True, slots=True)
class DistanceLogits:
    """How unlike normal ones all training pictures are: calibrated logits out of fold, NaN where not judged.

    `unlike` is the judgement of that alone, for `fit`.
    """

    logits: Array
    unlike: Judgement


class AnomalyRecipe:
    """Anomaly classification at one resolution; with `tile`, in tiles of so many source pixels.

    A tiled picture is as anomalous as its worst tile, and only the bank has a say: what a label says of a
    picture need not hold for each of its tiles.
    """

    def __init__(self, *, side: int, tile: int | None = None) -> None:
        self.size = (side, side)
        self.tiling = Tiling((tile, tile), overlap=0.25, whole=False) if tile else None
        self.most = MOST_TILED if tile else MOST
        self.name = f"anomaly-{side}-tiles-{tile}" if tile else f"anomaly-{side}"
        self._read: tuple[list[Sample], PatchExtractor, PatchSet] | None = None
        self.distances: DistanceLogits | None = None  # of the judgement, for whoever goes on from it

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether to try: where there is something to win, and for tiles more than a little."""
        return best.quality < (1.0 if self.tiling is None else GOOD_ENOUGH)

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the best evidence at this resolution, judged out of fold."""
        pictures, extractor, features = self._features(train, work)
        if int(features.is_anomalous.sum()) < FEWEST:
            judgement = self._judge_on_drawings(pictures, features, extractor, work)
            self.distances = DistanceLogits(np.full(len(train), np.nan), judgement)
            return judgement
        evidence = self._judge_on_labels(pictures, features, work)
        truth = features.is_anomalous
        qualities = {kind.kind: float(kind.outcomes(truth).mean()) for kind in evidence}
        best = max(evidence, key=lambda kind: qualities[kind.kind])
        rows = bounded_rows(train, work.seed, most=self.most)
        outcomes = spread(best.outcomes(truth), rows, len(train))
        facts = {
            "evidence": best.kind,
            "evidence_tried": {kind: round(quality, 4) for kind, quality in qualities.items()},
            "threshold_from": "the best F1 out of fold",
        }
        threshold = f1_threshold(sigmoid(best.logits), truth)
        judgement = Judgement(float(np.nanmean(outcomes)), outcomes, facts, (best.scorer, threshold))
        distance = next(kind for kind in reversed(evidence) if kind.kind in DISTANCES)
        unlike = Judgement(qualities[distance.kind], carry=(distance.scorer, 0.5))
        self.distances = DistanceLogits(spread(distance.logits, rows, len(train)), unlike)
        return judgement

    def _judge_on_labels(
        self, pictures: Sequence[Sample], features: PatchSet, work: RunContext
    ) -> list[JudgedEvidence]:
        """Return the kinds of evidence, judged out of fold, plain ones first."""
        folds = work.folds(pictures, most=FOLDS)

        def one(fold: int) -> tuple[Flags, list[list[float]]]:
            normality = self._normality(features, folds != fold, work)
            return folds == fold, [normality.far(features.patches[i]) for i in np.flatnonzero(folds == fold)]

        logs: Array | None = None
        for held_out, far in self._fold_by_fold(one, FOLDS, work):
            logs = np.zeros((len(pictures), len(far[0]))) if logs is None else logs
            logs[held_out] = far
        assert logs is not None
        truth = features.is_anomalous
        with one_thread():
            evidence = weigh(logs, features.pooled, features.statistics, truth, folds)
        return evidence[: 1 if self.tiling else None]

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the detector with the bank of all normal pictures."""
        scorer, threshold = judgement.carry
        some, extractor, features = self._features(train, work)
        with one_thread():
            normality = self._normality(features, np.ones(len(some), bool), work)
        scorer = normality.drop_unused(scorer)
        graph = AnomalyGraph(extractor.network, extractor.levels, extractor.patches, normality, scorer)
        return Trained(
            graph.eval(),
            (ANOMALY,),
            self.size,
            {ANOMALY: threshold},
            tiling=self.tiling,
            facts={"recipe": self.name, **judgement.facts},
        )

    def _features(
        self, train: Sequence[Sample], work: RunContext
    ) -> "tuple[list[Sample], PatchExtractor, PatchSet]":
        """Return the features of at most `most` pictures of either kind; of few, only once."""
        if self._read is not None:
            return self._read
        some = bounded(train, work.seed, most=self.most)
        extractor = PatchExtractor(work, self.size, self.tiling)
        read = some, extractor, extractor.features(some)
        if len(some) <= HELD:
            self._read = read
        return read

    def _fold_by_fold(
        self, run_fold: Callable[[int], Result], count: int, work: RunContext
    ) -> Iterator[Result]:
        """Yield what each fold gives, in order; as many at once as there are cores, on one each."""
        with one_thread():
            for done, result in enumerate(side_by_side(run_fold, range(count)), start=1):
                yield result
                work.tell(f"judging {self.name}", done, count)

    def _judge_on_drawings(
        self, some: Sequence[Sample], features: PatchSet, extractor: "PatchExtractor", work: RunContext
    ) -> Judgement:
        count = FOLDS_OF_FEW if len(some) <= FEW else FOLDS
        folds = work.folds(some, most=count)

        def one(fold: int) -> tuple[list[list[float]], list[list[float]]]:
            held_out = np.flatnonzero((folds == fold) & ~features.is_anomalous).tolist()
            normality = self._normality(features, folds != fold, work)
            spoilt = (extractor.spoilt(some[i].picture) for i in held_out[: MOST_DRAWN // count])
            return [normality.far(features.patches[i]) for i in held_out], [normality.far(v) for v in spoilt]

        held_out: list[list[float]] = []
        defects: list[list[float]] = []
        for normal, spoilt in self._fold_by_fold(one, count, work):
            held_out += normal
            defects += spoilt
        verdict = judge_unlabelled(np.array(held_out), np.array(defects).reshape(len(defects), -1))
        facts = {
            "evidence": verdict.kind,
            "judged_on": "defects drawn onto held-out normal pictures",
            "threshold_from": f"{verdict.deviations:.2f} standard deviations above the mean of "
            f"{len(held_out)} held-out normal pictures, as these and drawn defects say: no anomaly does",
        }
        return Judgement(verdict.quality, None, facts, (verdict.scorer, 0.5))

    def _normality(self, features: PatchSet, keep: Flags, work: RunContext) -> Normality:
        """Return what is normal by the normal ones among the pictures to keep."""
        # Decided by all pictures and not by those to keep, so that every fold has the evidence of the fit.
        by_place = self.tiling is None and int((~features.is_anomalous).sum()) >= FEWEST_FOR_GAUSSIANS
        return fit_normality(features.normal(keep), seed=work.seed, by_place=by_place)


class PatchExtractor:
    """The backbone at one resolution, giving patches and pooled features, of a picture or of its tiles."""

    def __init__(self, work: RunContext, size: tuple[int, int], tiling: Tiling | None = None) -> None:
        backbone: Backbone = open_backbone(work.backbone)  # for the graph that is exported
        assert isinstance(backbone, nn.Module)
        self.network: nn.Module = backbone
        self.levels = tuple(level for level in ("s8", "s16") if level in backbone.channels)
        self.patches = Patches(sum(backbone.channels[level] for level in self.levels), seed=work.seed)
        self.size, self.tiling, self.work = size, tiling, work
        pooled = [f"{level}/statistics" for level in self.levels]
        self._cached = CachedExtractor(work, size, (*self.levels, *pooled, "top/mean"))

    def features(self, samples: Sequence[Sample]) -> PatchSet:
        """Return the features of the samples' pictures."""
        paths = [sample.picture for sample in samples]
        if self.tiling is None:
            arrays = self._cached.features(paths, stage=f"features at {self.size[0]} px")
            with one_thread():
                patches = list(side_by_side(self._patch, arrays))
            pooled = np.concatenate([levels[-1] for levels in arrays]).astype(np.float64)
            numbers = [np.concatenate(levels[len(self.levels) : -1], axis=1) for levels in arrays]
            statistics: Array | None = np.concatenate(numbers).astype(np.float64)
        else:
            patches, pooled, statistics = self._tiled(paths), np.zeros((len(paths), 1)), None
        truth = np.array([bool(sample.is_anomalous) for sample in samples])
        return PatchSet(patches, pooled, truth, statistics)

    def spoilt(self, path: Path) -> Tensor:
        """Return the patches of a picture onto which a defect was drawn, the same one for every recipe."""
        pixels = open_picture(path)
        rng = np.random.default_rng([self.work.seed, int(self.work.pictures.digest(path)[:12], 16)])
        return self._views(
            Image.fromarray(spoil(pixels, rng, scale=min(1.0, DRAWN_FOR / min(pixels.shape[:2]))))
        )

    def _tiled(self, paths: Sequence[Path]) -> list[Tensor]:
        pictures = []
        with one_thread():
            for done, patches in enumerate(side_by_side(self._tiles_of, paths), start=1):
                pictures.append(patches)
                self.work.tell(f"tiles at {self.size[0]} px", done, len(paths))
        return pictures

    def _tiles_of(self, path: Path) -> Tensor:
        work, backbone = self.work, self._cached.backbone
        digest = work.pictures.digest(path)
        key = work.cache.key(digest, backbone.name, backbone.revision, self.size, self.tiling, work.seed)
        cached = work.cache.get(key)
        if cached is not None:
            return torch.from_numpy(cached)
        patches = self._views(decode(path)[0])
        work.cache.put(key, patches.numpy())
        return patches

    def _views(self, image: Image.Image) -> Tensor:
        """Return the patches of the picture's tiles, or of the picture in one view."""
        windows: list[Window | None] = [None]
        if self.tiling is not None:
            windows = [*tiles(image.height, image.width, tile=self.tiling.tile, overlap=self.tiling.overlap)]
        shown = [fit(image, self.size, part=window)[0] for window in windows]
        return torch.cat([self._patch(levels) for levels in self._cached.looked_at(shown)])

    def _patch(self, arrays: Sequence[Features]) -> Tensor:
        """Return the patches of a picture's arrays, of which the first are the levels."""
        levels = [torch.from_numpy(level).float() for level in arrays[: len(self.levels)]]
        with torch.inference_mode():
            patches: Tensor = self.patches(levels)
            return patches.half()


def bounded(samples: Sequence[Sample], seed: int, *, most: int) -> list[Sample]:
    """Return at most so many samples of either kind, in their order."""
    return [samples[row] for row in bounded_rows(samples, seed, most=most)]


def bounded_rows(samples: Sequence[Sample], seed: int, *, most: int) -> list[int]:
    """Return which samples `bounded` keeps."""
    rng = np.random.default_rng(seed)
    rows: set[int] = set()
    for kind in (False, True):
        indices = [i for i, sample in enumerate(samples) if bool(sample.is_anomalous) == kind]
        rows.update(indices[i] for i in rng.permutation(len(indices))[:most])
    return sorted(rows)


def spread(values: Array, rows: Sequence[int], count: int) -> Array:
    """Return values of some rows as values of all, NaN elsewhere."""
    whole = np.full(count, np.nan)
    whole[list(rows)] = values
    return whole
