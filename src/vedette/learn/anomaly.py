"""Anomalies by picture: what is unlike the normal pictures, and what labelled anomalies have taught.

A recipe is one resolution. At each, the kinds of evidence (evidence.py) are judged out of fold: on the
labelled anomalies, or where there are fewer than `FEWEST`, by how well defects drawn onto held-out normal
pictures (defects.py) are told from them, which says nothing of real anomalies but ranks resolutions.

A picture is anomalous at a probability of a half or more. With labelled anomalies that is calibrated and the
threshold is the one of the best F1 out of fold. Without any, the half lies at a quantile of held-out normal
scores, never at the smallest or the largest seen, which would hang on one picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.backbone import Backbone, floats, open_backbone
from vedette.learn.calibrate import f1_threshold, sigmoid
from vedette.learn.classify import folds_of
from vedette.learn.cores import one_thread, side_by_side
from vedette.learn.defects import spoil
from vedette.learn.evidence import NORMAL_Z, Array, Flags, Scorer, from_normal, weigh
from vedette.learn.features import Array as Features
from vedette.learn.look import Gaze
from vedette.learn.memory import Memory, Patches, largest, remember
from vedette.learn.pictures import Pixels
from vedette.learn.recipe import Judgement, Trained, Work
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.metrics import auroc

# With fewer labelled anomalies than this no classifier is trained on them.
FEWEST = 4
# The memory and its judging look at no more pictures of a kind than this, chosen at random: 600 pictures
# at 384 px are 420 MB of patches.
MOST = 300
FOLDS = 4


@dataclass(slots=True)
class Seen:
    """What the backbone saw of a set of pictures."""

    patches: list[Tensor]  # [P, C] each, half precision
    pooled: Array  # [picture, channel]
    is_anomalous: Flags

    def normal(self, keep: Flags) -> list[Tensor]:
        """Return the patches of the normal ones among the pictures to keep."""
        return [self.patches[index] for index in np.flatnonzero(keep & ~self.is_anomalous)]


class Detector(nn.Module):
    """The graph: backbone, memory and probe, one calibrated logit; the heat map shows both place by place."""

    def __init__(
        self, backbone: nn.Module, levels: Sequence[str], patches: Patches, memory: Memory, scorer: Scorer
    ) -> None:
        super().__init__()
        self.backbone, self.levels, self.patches, self.memory = backbone, tuple(levels), patches, memory
        self.slope, self.offset = scorer.slope, scorer.offset
        self.has_probe = scorer.weight is not None
        weight = scorer.weight if scorer.weight is not None else np.zeros(1)
        self.register_buffer("weight", torch.from_numpy(weight).float())
        self.weight: Tensor

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        found = self.backbone(floats(pixels), (*self.levels, "top") if self.has_probe else self.levels)
        rows, columns = found[self.levels[0]].shape[2:]
        distances = self.memory(self.patches([found[level] for level in self.levels]))
        logit = self.slope * torch.log(largest(distances)) + self.offset
        heat = self.slope * torch.log(distances).reshape(-1, rows, columns) + self.offset
        if self.has_probe:
            top = found["top"]
            logit = logit + top.mean((2, 3)) @ self.weight
            places = (top * self.weight[:, None, None]).sum(1, keepdim=True)
            places = functional.interpolate(
                places, size=(rows, columns), mode="bilinear", align_corners=False
            )
            heat = heat + places[:, 0]
        return torch.sigmoid(logit), torch.sigmoid(heat)


class Anomaly:
    """Anomaly classification at one resolution."""

    def __init__(self, *, side: int) -> None:
        self.size = (side, side)
        self.name = f"anomaly-{side}"

    def judge(self, train: Sequence[Sample], work: Work) -> Judgement:
        """Return the best evidence at this resolution, judged out of fold."""
        some = bounded(train, work.seed)
        eye = Eye(work, self.size)
        seen = eye.look(some)
        anomalies = int(seen.is_anomalous.sum())
        if anomalies < FEWEST:
            return self._judge_on_drawings(some, seen, eye, work)
        folds = folds_of(some, work, most=FOLDS)
        distances = np.ones(len(some))
        with one_thread():
            for fold in range(FOLDS):
                held = np.flatnonzero(folds == fold).tolist()
                memory = remember(seen.normal(folds != fold), seed=work.seed)
                distances[held] = list(side_by_side(partial(_far, memory), [seen.patches[i] for i in held]))
                work.tell(f"judging {self.name}", fold + 1, FOLDS)
        truth = seen.is_anomalous
        with one_thread():
            weighed = weigh(distances, seen.pooled, truth, folds)
        best = max(weighed, key=lambda each: float(each.outcomes(truth).mean()))
        outcomes = best.outcomes(truth)
        facts = {
            "evidence": best.kind,
            "evidence_tried": {each.kind: round(float(each.outcomes(truth).mean()), 4) for each in weighed},
            "threshold_from": "the best F1 out of fold",
        }
        threshold = f1_threshold(sigmoid(best.logits), truth)
        return Judgement(float(outcomes.mean()), outcomes, facts, (best.scorer, threshold))

    def fit(self, train: Sequence[Sample], work: Work, judgement: Judgement) -> Trained:
        """Return the detector with the memory of all normal pictures."""
        scorer, threshold = judgement.carry
        some = bounded(train, work.seed)
        eye = Eye(work, self.size)
        seen = eye.look(some)
        with one_thread():
            memory = remember(seen.normal(np.ones(len(some), bool)), seed=work.seed)
        return Trained(
            Detector(eye.network, eye.levels, eye.patches, memory, scorer).eval(),
            (ANOMALY,),
            self.size,
            {ANOMALY: threshold},
            facts={"recipe": self.name, **judgement.facts},
        )

    def _judge_on_drawings(self, some: Sequence[Sample], seen: Seen, eye: "Eye", work: Work) -> Judgement:
        folds = folds_of(some, work, most=FOLDS)
        rng = np.random.default_rng(work.seed)
        held_out: list[float] = []
        drawn: list[float] = []
        with one_thread():
            for fold in range(FOLDS):
                held = np.flatnonzero((folds == fold) & ~seen.is_anomalous).tolist()
                memory = remember(seen.normal(folds != fold), seed=work.seed)
                spoilt = [spoil(work.pictures.at(some[i].picture, self.size), rng) for i in held]
                held_out += side_by_side(partial(_far, memory), [seen.patches[i] for i in held])
                drawn += side_by_side(partial(_far, memory), list(side_by_side(eye.read, spoilt)))
                work.tell(f"judging {self.name}", fold + 1, FOLDS)
        truth = [False] * len(held_out) + [True] * len(drawn)
        quality = auroc(np.array(held_out + drawn), truth) or 0.0
        facts = {
            "evidence": "memory",
            "judged_on": "defects drawn onto held-out normal pictures",
            "threshold_from": f"{NORMAL_Z:g} standard deviations above the mean of {len(held_out)} held-out "
            "normal pictures' log distances (quantile 0.977), since no anomaly says where to stop",
        }
        return Judgement(quality, None, facts, (from_normal(np.array(held_out)), 0.5))


class Eye:
    """The backbone at one resolution, giving patches and pooled features."""

    def __init__(self, work: Work, size: tuple[int, int]) -> None:
        backbone: Backbone = open_backbone(work.backbone)
        assert isinstance(backbone, nn.Module)
        self.network: nn.Module = backbone
        self.levels = tuple(level for level in ("s8", "s16") if level in backbone.channels)
        self.patches = Patches(sum(backbone.channels[level] for level in self.levels), seed=work.seed)
        self.size = size
        self._gaze = Gaze(work, size, (*self.levels, "top/mean"))

    def look(self, samples: Sequence[Sample]) -> Seen:
        """Return what is seen of the samples' pictures."""
        found = self._gaze.look([s.picture for s in samples], stage=f"features at {self.size[0]} px")
        with one_thread():
            patches = list(side_by_side(lambda levels: self._patch(levels[:-1]), found))
        return Seen(
            patches,
            np.concatenate([levels[-1] for levels in found]).astype(np.float64),
            np.array([bool(sample.is_anomalous) for sample in samples]),
        )

    def read(self, pixels: Pixels) -> Tensor:
        """Return the patches of one picture that lies in no file."""
        return self._patch(self._gaze.reader(pixels[None])[:-1])

    def _patch(self, levels: Sequence[Features]) -> Tensor:
        with torch.inference_mode():
            patches: Tensor = self.patches([torch.from_numpy(level).float() for level in levels])
            return patches[0].half()


def _far(memory: Memory, patches: Tensor) -> float:
    """Return how far a picture is from what is normal."""
    with torch.inference_mode():
        return float(largest(memory(patches.float()[None])))


def bounded(samples: Sequence[Sample], seed: int) -> list[Sample]:
    """Return at most `MOST` samples of either kind, in their order."""
    rng = np.random.default_rng(seed)
    kept: set[int] = set()
    for kind in (False, True):
        indices = [i for i, sample in enumerate(samples) if bool(sample.is_anomalous) == kind]
        kept.update(indices[i] for i in rng.permutation(len(indices))[:MOST])
    return [samples[index] for index in sorted(kept)]
