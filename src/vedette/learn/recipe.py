"""The contract between the pipeline and the recipes it lets compete.

    judge    how well the recipe does on training pictures it did not see, and what it learnt about itself
    fit      the recipe on all training pictures, ready to be exported

A recipe sees the training part alone. Randomness comes from `work.seed`, time from `work.budget`, and it
calls `work.tell` often, which reports progress and stops a cancelled training.

The graph of a `Trained` maps uint8 pictures [B, H, W, 3] in RGB, at the input size, to the outputs of its
task in this order; everything after decoding and resizing (normalisation, calibration) is inside:

    classification, multilabel   scores [B, L] probabilities; heatmap [B, L, h, w] for it above 0
    detection                    boxes [B, N, 4] left, top, right, bottom in shares; scores [B, N, L]
    anomaly                      score [B] probability of an anomaly; heatmap [B, h, w] in 0..1
    segmentation                 score [B]; masks [B, T + 1, h, w] probabilities, the background first
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from torch import nn

from vedette.learn.advice import LabelQuality
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.device import Device, choose_device
from vedette.learn.neighbours import by_name
from vedette.learn.order import DEFAULT_BACKBONE, Cancelled
from vedette.learn.pace import Pace
from vedette.learn.pictures import PictureCache
from vedette.learn.split import deal
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import Sample, Task
from vedette.vision.images import Policy

OUTPUTS: dict[Task, tuple[str, ...]] = {
    "classification": ("scores", "heatmap"),
    "multilabel": ("scores", "heatmap"),
    "detection": ("boxes", "scores"),
    "anomaly": ("score", "heatmap"),
    "segmentation": ("score", "masks"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is: `done` of `of` steps of a stage; `seconds_left` of the stage, once known."""

    stage: str
    done: int
    of: int
    seconds_left: float | None = None


CandidateState = Literal["waiting", "judging", "judged", "given-up", "passed-over", "kept"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recipe in the race: how it stands, and what it showed out of fold once it is judged."""

    recipe: str
    state: CandidateState = "waiting"
    quality: float | None = None


@dataclass(slots=True)
class RunContext:
    """What a recipe works with, one for a whole training: cache, seed, budget, device, progress."""

    cache: FeatureCache
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    backbone: str = DEFAULT_BACKBONE
    pictures: PictureCache = field(default_factory=PictureCache)
    device: Device = field(default_factory=choose_device)
    say: Callable[[Progress], None] = lambda _: None
    # Is told how the candidates stand, all of them, whenever one moves on.
    show_race: Callable[[Sequence[Candidate]], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False
    started: float = field(default_factory=time.monotonic)
    reserved_s: float = 0.0  # what is done after the learning will take
    alike: Mapping[str, str] = field(default_factory=dict)  # contents that are kept together (alike.py)
    in_blocks: bool = False  # whether neighbours look alike, so that folds keep them together
    _stage: tuple[str, float] = ("", 0.0)
    opened: Any = None  # the backbone that is read from, once net/cached.py has opened it

    def tell(self, stage: str, done: int, of: int) -> None:
        """Report progress, with the time left judged by the pace so far; raise when cancelled."""
        if self.cancelled():
            raise Cancelled(f"cancelled during {stage}")
        now = time.monotonic()
        if self._stage[0] != stage:
            self._stage = (stage, now)
        passed = now - self._stage[1]
        left = passed / done * (of - done) if done > 0 and passed > 0 else None
        self.say(Progress(stage, done, of, left))

    def seconds_left(self) -> float:
        """Return what the budget leaves for learning; endless where it sets no time."""
        if self.budget.seconds is None:
            return float("inf")
        return max(0.0, self.budget.seconds - self.reserved_s - (time.monotonic() - self.started))

    def content(self, sample: Sample) -> str:
        """Return the hash of the sample's picture, or of the one that stands for all that look like it."""
        digest = self.pictures.digest(sample.picture)
        return self.alike.get(digest, digest)

    def deal(self, samples: Sequence[Sample], hands: int) -> npt.NDArray[np.int64]:
        """Return the fold of every sample; the same for every recipe of a training."""
        return deal(
            samples,
            hands,
            digest=self.content,
            seed=self.seed,
            order=by_name(samples) if self.in_blocks else None,
        )

    def folds(self, samples: Sequence[Sample], *, most: int = 5) -> npt.NDArray[np.int64]:
        """Return the same for at most so many folds, and at least two."""
        return self.deal(samples, max(2, min(most, len(samples))))

    def pace(self, steps: int, share: float) -> Pace:
        """Return the pace of a loop that may take this share of the time left."""
        return Pace(steps, share * self.seconds_left())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a recipe showed on pictures it did not see: `quality` 0 to 1, comparable within a task.

    `outcomes` holds the same for every training picture, NaN where a picture was not judged, so that recipes
    are compared on the pictures that all of them judged; `by_label` stands in where outcomes are not those of
    pictures. `carry` is the recipe's own: hyper-parameters,
    calibration, thresholds, handed back to `fit`.
    """

    quality: float
    outcomes: npt.NDArray[np.float64] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    carry: Any = None
    by_label: Mapping[str, LabelQuality] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted recipe: the graph to export and all that the package says about it."""

    graph: nn.Module
    labels: tuple[str, ...]
    input_size: tuple[int, int]  # height, width; multiples of 32
    thresholds: Mapping[str, float]  # for each label; for anomaly tasks under "anomaly"
    pixel_thresholds: Mapping[str, float] = field(default_factory=dict)  # for each anomaly type
    policy: Policy = "stretch"
    tiling: Tiling | None = None
    colors: Mapping[str, str] = field(default_factory=dict)  # label to #rrggbb, for masks
    facts: Mapping[str, Any] = field(default_factory=dict)  # goes into package.json as "recipe"


class Recipe(Protocol):
    """One way to learn a task."""

    name: str

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return how well the recipe does out of fold."""

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the recipe fitted to all of the training part."""
