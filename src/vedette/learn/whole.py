"""The other way in which places are learnt: the whole network, from crops at the pictures' own sharpness.

enter   learn for a part of the steps without a held-out part, and measure on it: is it worth going on?
judge   go on, and measure again: quality, calibration, thresholds
fit     go on from there with all pictures; from an earlier training of nearly the same ones, a little

A step costs four times what it costs on stored features (dense.py), and so a family enters it into the race
only where the cheaper recipe leaves much to win (choose.py, decision 0251).
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from torch import nn

from vedette.learn.chance import seeded
from vedette.learn.net.backbones import can_learn
from vedette.learn.net.crops import RegionStock
from vedette.learn.net.dense import InputPlan, held_out
from vedette.learn.net.loop import Sampler, Schedule, learn
from vedette.learn.net.sharded import Loss
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.resuming import ResumableRecipe
from vedette.vision.annotations import Sample

Net = TypeVar("Net", bound=nn.Module)
# As many as the other dense recipes hold out (dense.py), so that both are judged by the same pictures.
MOST_HELD, MOST_TILED = 200, 40
# Rates and the rest of the schedule are those of the sketch of the second round (docs/experiments.md,
# 2026-11-28): the backbone four times as slow as what is new.
RATE, SLOWER, DECAY, MOST_GRADIENT, BATCH = 2e-3, {"backbone.": 4.0}, 0.02, 5.0, 8
# With less effort (`fast` is a quarter) so few steps are left that a whole network learns little.
LEAST_EFFORT = 0.2


def may_learn(work: RunContext) -> bool:
    """Say whether the backbone can learn, and there are steps enough."""
    return work.budget.effort >= LEAST_EFFORT and can_learn(work.backbone)


@dataclass(slots=True)
class WholeState(Generic[Net]):
    """What a judgement hands to fit: the network so far, its regions, and what families add."""

    plan: InputPlan
    net: Net
    stock: RegionStock
    held_out: list[int]
    quality: float = 0.0
    is_resumed: bool = False


Picture = TypeVar("Picture")
State = TypeVar("State", bound=WholeState[Any])


@dataclass(frozen=True, slots=True)
class WholeSettings:
    """What a family sets: how many steps there are, and what shares of them come before each judgement."""

    steps: int
    entry: float
    judging: float
    fitting: float
    resuming: float  # of the steps, after an earlier training


class WholeRecipe(ResumableRecipe[State], Generic[Picture, State]):
    """The recipe but for what a family says. Labels are in the order of the outputs."""

    name: str
    settings: ClassVar[WholeSettings]

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.labels = tuple(labels)
        self._entered: State | None = None

    def enter(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the quality after a part of the steps."""
        pictures = self._read(train)
        self._entered = self._opened(pictures, train, work)
        self._learn(self._entered, work, "entering", self.settings.entry)
        return self._measured(self._entered, pictures, work)

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the quality on a held-out part, and the network that goes on in fit."""
        pictures = self._read(train)
        state = self._entered or self._opened(pictures, train, work)
        self._entered = None
        if self._takes_up(state.net, state.plan):
            self._restore(state, self._earlier_state(state))
            return self._earlier_judgement(state)
        self._learn(state, work, "judging", self.settings.judging)
        return self._measured(state, pictures, work)

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the network after it went on with all pictures."""
        state: State = judgement.carry
        state.held_out = []
        share = self.settings.resuming if state.is_resumed else self.settings.fitting
        self._learn(state, work, "learning", share)
        self._last = state
        return self._trained(state, train, judgement)

    def _opened(self, pictures: Sequence[Picture], train: Sequence[Sample], work: RunContext) -> State:
        """Return the state before the first step."""
        plan = self._plan(pictures)
        most = MOST_TILED if plan.tiling else MOST_HELD
        judges = held_out(work.deal(train, self._folds(len(train))), most=most, seed=work.seed)
        with seeded(work.seed):
            net = self._network(work)
        return self._begin(plan, net, self._stock(pictures, plan, work), judges)

    def _learn(self, state: State, work: RunContext, stage: str, share: float) -> None:
        """Let the network learn from crops of what is not held out, for its share of the steps."""
        schedule = Schedule(
            stage,
            max(20, int(self.settings.steps * share * work.budget.effort)),
            BATCH,
            RATE * (0.5 if state.is_resumed else 1.0),
            shards=2,
            time_share=1.0 if stage == "learning" else 0.5,
            slower=SLOWER,
            decay=DECAY,
            most_gradient=MOST_GRADIENT,
        )
        judges = set(state.held_out)
        rows = [row for row, owner in enumerate(state.stock.owners) if owner not in judges]
        sampler = self._sampler(state, rows, work)
        state.net = learn(state.net, self._loss(state), sampler, schedule, work)

    def _folds(self, pictures: int) -> int:
        """Return which share of the pictures is held out: one in so many."""
        del pictures
        return 3

    @abstractmethod
    def _read(self, train: Sequence[Sample]) -> Sequence[Picture]:
        """Return the samples with what is true of them."""

    @abstractmethod
    def _plan(self, pictures: Sequence[Picture]) -> InputPlan:
        """Return at what size such pictures are shown."""

    @abstractmethod
    def _stock(self, pictures: Sequence[Picture], plan: InputPlan, work: RunContext) -> RegionStock:
        """Return the regions that crops are cut from."""

    @abstractmethod
    def _network(self, work: RunContext) -> nn.Module:
        """Return a network whose backbone knows photographs, and whose rest knows nothing."""

    @abstractmethod
    def _begin(self, plan: InputPlan, net: Any, stock: RegionStock, held_out: list[int]) -> State:
        """Return the state before the first step."""

    @abstractmethod
    def _sampler(self, state: State, rows: Sequence[int], work: RunContext) -> Sampler:
        """Return what draws crops of these regions."""

    @abstractmethod
    def _loss(self, state: State) -> Loss:
        """Return the loss of a network on some crops."""

    @abstractmethod
    def _measured(self, state: State, pictures: Sequence[Picture], work: RunContext) -> Judgement:
        """Return quality, and leave calibration and thresholds in the state, by the held-out pictures."""

    @abstractmethod
    def _trained(self, state: State, train: Sequence[Sample], judgement: Judgement) -> Trained:
        """Return what is exported."""

    @abstractmethod
    def _restore(self, state: State, earlier: Mapping[str, Any]) -> None:
        """Put what `_remembered` returned into the state."""
