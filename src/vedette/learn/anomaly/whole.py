"""Anomalies from labels alone by networks that learn as a whole: for small defects on textures.

A picture is anomalous where its strongest places are, or as a whole: the mean of the few strongest places
(multiple-instance learning; no label says which they are) and a linear classifier on the pooled top map are
added. It enters the race where evidence from frozen features leaves much to win, and speaks together with
that evidence (decision 0253).

A network learns without a third of the pictures. Then it goes on in two branches, each with one half of
that third, and each branch says of the other half what it thinks: so pictures calibrate that have not been
seen, by networks that have learnt all their steps. Branches of one trunk lie close together; their mean
weights ship, which have seen all pictures, and are steadier than either.
"""

import copy
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.anomaly.evidence import Array, Flags, join, outcomes_of
from vedette.learn.anomaly.graph import AnomalyGraph
from vedette.learn.anomaly.recipe import AnomalyRecipe, DistanceLogits, bounded_rows
from vedette.learn.anomaly.verdict import JointGraph, VerdictNet, shrunk, verdict
from vedette.learn.calibrate import expected_f1_threshold, sigmoid
from vedette.learn.chance import seeded
from vedette.learn.cores import one_thread, side_by_side
from vedette.learn.net.backbone import floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.crops import Crop, Region, RegionStock, cut_pixels, room_for, stock_regions, vary
from vedette.learn.net.dense import InputPlan, held_out
from vedette.learn.net.loop import Schedule, learn
from vedette.learn.net.sharded import Loss
from vedette.learn.net.weights import mean_of
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.resuming import ResumableRecipe
from vedette.learn.warp import Pixels
from vedette.learn.whole import BATCH, DECAY, MOST_GRADIENT, MOST_HELD, RATE, SLOWER, may_learn
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.images import decode, fit

# Small, so that the minutes go into steps: at 160 px solar cells were told as well as at 288
# (docs/experiments.md, 2026-11-28).
SIDE = 160
# One in so many is held out, and half of these from each branch.
THIRDS, BRANCHES = 3, 2
# Of the trunk, of each branch, and of the network that goes on after an earlier training. Branches learn at
# half the rate: at the full one of three that went on, one fell to 0.82 of AUROC where the others had 0.90.
STEPS, BRANCH_STEPS, RESUMED_STEPS = 200, 80, 60
# What lies at the edge must stay in sight, since nobody says where a defect is.
ZOOM, MOVE = (0.87, 1.15), 0.03
# Labels are wrong now and then.
SMOOTHING = 0.05
# With fewer of a kind a whole network learns them by heart; and where one picture in twenty is wrong, the
# minutes that it takes win little.
FEWEST, GOOD_ENOUGH = 16, 0.95
JUDGED_AT_ONCE = 16


@dataclass(slots=True)
class VerdictState:
    """A verdict being learnt, what it says of pictures that it has not seen, and what calibrates it."""

    plan: InputPlan
    net: VerdictNet
    stock: "LabelledStock"
    third: frozenset[int]  # of the training pictures, what the trunk does not see
    held_out: list[int]  # those of it that calibrate
    halves: npt.NDArray[np.int64]  # of those
    logits: Array  # of those
    shares: tuple[float, float] = (0.0, 1.0)
    offset: float = 0.0
    threshold: float = 0.5
    quality: float = 0.0
    is_resumed: bool = False


class LabelledStock(RegionStock):
    """Whole pictures, and which of them are anomalous."""

    def __init__(self, stock: RegionStock, truth: Flags) -> None:
        super().__init__(stock.pixels, stock.places, stock.owners)
        self.truth = truth


class WholeViews:
    """Draws whole pictures, varied: as many anomalous as normal ones, however many there are of either."""

    def __init__(self, stock: LabelledStock, rows: Sequence[int], seed: int) -> None:
        self.stock = stock
        self.kinds = [[row for row in rows if stock.truth[row] == kind] for kind in (False, True)]
        self.rng = np.random.default_rng(seed)

    def draw(self, count: int) -> list[Crop]:
        """Return the views of the next step."""
        return [self._view(int(self.rng.choice(self.kinds[number // 2 % 2]))) for number in range(count)]

    def _view(self, row: int) -> Crop:
        height, width = self.stock.size
        down, across = self.rng.uniform(-MOVE, MOVE, 2).tolist()
        return vary(row, (height * (0.5 + down), width * (0.5 + across)), self.rng, zoom=ZOOM)


class WholeVerdict(ResumableRecipe[VerdictState]):
    """The recipe: from labels of whole pictures, beside what a recipe on frozen features knows."""

    name = "whole-verdict"
    _measure = "held_out_quality"

    def __init__(self, frozen: AnomalyRecipe) -> None:
        super().__init__()
        self.frozen = frozen
        self._entered: VerdictState | None = None

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: RunContext) -> bool:
        """Say whether the backbone can learn, there is enough of either kind, and much to win."""
        anomalies = sum(bool(sample.is_anomalous) for sample in train)
        fewest = min(anomalies, len(train) - anomalies)
        return may_learn(work) and fewest >= FEWEST and best.quality < GOOD_ENOUGH

    def enter(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return what the trunk shows of what it has not seen."""
        self._entered = self._grown(train, work)
        return self._measured(self._entered, train, work)

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return what the branches show of what they have not seen, and their mean for fit."""
        if self._earlier is not None:
            state = self._opened(train, work)
            if self._takes_up(state.net, state.plan):
                earlier = self._earlier_state(state)
                state.shares, state.offset = tuple(earlier["shares"]), earlier["offset"]
                state.threshold = earlier["threshold"]
                return self._earlier_judgement(state)
        state = self._entered or self._grown(train, work)
        self._entered = None
        state.net = mean_of([self._branch(half, state, train, work) for half in range(BRANCHES)])
        return self._measured(state, train, work)

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return both recipes as one; after an earlier training the network goes on with all pictures."""
        state: VerdictState = judgement.carry
        if state.is_resumed:
            state.net = self._learnt(state, set(), "learning", RESUMED_STEPS, work)
        self._last = state
        distances = self._distances(train, work)
        frozen = self.frozen.fit(train, work, distances.unlike)
        graph = JointGraph(
            cast("AnomalyGraph", frozen.graph), state.net, state.plan.size[0], state.shares, state.offset
        )
        return Trained(
            graph.eval(),
            frozen.labels,
            frozen.input_size,
            {ANOMALY: state.threshold},
            facts={"recipe": self.name, **judgement.facts},
        )

    def _distances(self, train: Sequence[Sample], work: RunContext) -> DistanceLogits:
        """Return what the frozen recipe said, which has been judged before unless a training is resumed."""
        if self.frozen.distances is None:
            self.frozen.judge(train, work)
        assert self.frozen.distances is not None
        return self.frozen.distances

    def _opened(self, train: Sequence[Sample], work: RunContext) -> VerdictState:
        """Return the state before the first step."""
        plan = InputPlan((SIDE, SIDE))
        owners = bounded_rows(train, work.seed, most=max(1, room_for(plan.size) // 2))
        truth = np.array([bool(train[owner].is_anomalous) for owner in owners])
        stock = stock_regions(lambda row: Region(self._shown(train[owners[row]])), owners, plan.size, work)
        third = work.deal(train, THIRDS) == 0
        # Of very many the frozen recipe judges some only, and both must have judged what weighs them.
        weighable = third & ~np.isnan(self._distances(train, work).logits)
        judges = held_out(np.where(weighable, 0, 1), most=MOST_HELD, seed=work.seed)
        halves = work.deal([train[row] for row in judges], BRANCHES)
        with seeded(work.seed):
            net = VerdictNet(open_backbone(work.backbone))
        return VerdictState(
            plan,
            net,
            LabelledStock(stock, truth),
            frozenset(np.flatnonzero(third).tolist()),
            judges,
            halves,
            np.zeros(len(judges)),
        )

    def _grown(self, train: Sequence[Sample], work: RunContext) -> VerdictState:
        """Return the state whose network has learnt from all that is not held out."""
        state = self._opened(train, work)
        state.net = self._learnt(state, state.third, "entering", STEPS, work)
        state.logits = self._asked(state.net, [train[row] for row in state.held_out], work)
        return state

    def _branch(
        self, half: int, state: VerdictState, train: Sequence[Sample], work: RunContext
    ) -> VerdictNet:
        """Return the network after it went on without one half of what is held out, and ask it of that."""
        unseen = np.flatnonzero(state.halves == half).tolist()
        rows = [state.held_out[position] for position in unseen]
        without = (state.third - set(state.held_out)) | set(rows)
        stage = f"branch {half + 1} of {BRANCHES}"
        net = self._learnt(state, without, stage, BRANCH_STEPS, work, slowly=True)
        state.logits[unseen] = self._asked(net, [train[row] for row in rows], work)
        return net

    def _learnt(
        self,
        state: VerdictState,
        without: Set[int],
        stage: str,
        steps: int,
        work: RunContext,
        *,
        slowly: bool = False,
    ) -> VerdictNet:
        """Return a copy of the state's network after steps on all pictures but some."""
        schedule = Schedule(
            stage,
            max(20, int(steps * work.budget.effort)),
            BATCH,
            RATE * (0.5 if slowly or state.is_resumed else 1.0),
            shards=2,
            slower=SLOWER,
            decay=DECAY,
            most_gradient=MOST_GRADIENT,
        )
        rows = [row for row, owner in enumerate(state.stock.owners) if owner not in without]
        views = WholeViews(state.stock, rows, work.seed)
        return learn(copy.deepcopy(state.net), _loss(state), views, schedule, work)

    def _measured(self, state: VerdictState, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return quality, and leave calibration and threshold in the state, by what was judged so far."""
        distances = self._distances(train, work)
        frozen = distances.logits[state.held_out]
        truth = np.array([bool(train[row].is_anomalous) for row in state.held_out])
        joint = join(frozen, state.logits, truth)
        state.shares, state.offset = joint.shares, joint.offset
        probability = sigmoid(joint.logits)
        state.threshold = expected_f1_threshold(probability)
        outcomes = np.full(len(train), np.nan)
        outcomes[state.held_out] = outcomes_of(probability, truth)
        # A third may happen to be easy: what it was to distances alone, which judged all pictures, says so.
        gained = outcomes[state.held_out] - outcomes_of(sigmoid(frozen), truth)
        state.quality = float(np.clip(distances.unlike.quality + gained.mean(), 0.0, 1.0))
        facts = {
            self._measure: round(state.quality, 4),
            "shares": [round(share, 3) for share in state.shares],
            "threshold_from": "half of the best F1 to be expected of calibrated held-out probabilities",
        }
        return Judgement(state.quality, outcomes, facts, state)

    def _remembered(self, state: VerdictState) -> Mapping[str, Any]:
        return {"shares": list(state.shares), "offset": state.offset, "threshold": state.threshold}

    def _asked(self, net: VerdictNet, samples: Sequence[Sample], work: RunContext) -> Array:
        """Return the logits of pictures, asked on the device that learns."""
        net = net.to(work.device.name).eval()

        def logits(start: int) -> Array:
            pixels = np.stack([self._shown(sample) for sample in samples[start : start + JUDGED_AT_ONCE]])
            with torch.inference_mode():
                (pictures,) = work.device.put([floats(torch.from_numpy(pixels))])
                return np.asarray(verdict(*net(pictures)).float().cpu().numpy(), np.float64)

        with one_thread():
            parts = list(side_by_side(logits, range(0, len(samples), JUDGED_AT_ONCE)))
        net.cpu()
        return np.concatenate([np.zeros(0), *parts])

    def _shown(self, sample: Sample) -> Pixels:
        """Return the picture as the graph shows it to the network, but for parts of a grey value."""
        size = self.frozen.size
        pixels = fit(decode(sample.picture, enough_for=size)[0], size)[0]
        small = shrunk(floats(torch.from_numpy(pixels[None])), SIDE)
        return np.asarray(small.round().to(torch.uint8)[0].permute(1, 2, 0).numpy())


def _loss(state: VerdictState) -> Loss:
    stock, size = state.stock, state.plan.size

    def loss(net: nn.Module, views: list[Crop]) -> Tensor:
        pixels = cut_pixels(stock, views, size)
        truth = pixels.new_tensor([float(stock.truth[view.region]) for view in views])
        soft = truth * (1 - SMOOTHING) + SMOOTHING / 2
        return functional.binary_cross_entropy_with_logits(verdict(*net(pixels)).float(), soft)

    return loss
