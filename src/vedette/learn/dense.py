"""The one way in which boxes and masks are learnt: a head, from the stored features of views of the pictures.

judge   learn without a held-out part, measure on it: quality, calibration, thresholds
fit     go on from there with all pictures; from an earlier training of nearly the same ones, a little

What differs between families (views, network, loss, what is measured) is what a subclass says; decision
0228. Stored views are decision 0050, judging on a part and going on is 0051.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from torch import nn

from vedette.learn.chance import seeded
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.dense import (
    CopyPlan,
    DenseExtractor,
    InputPlan,
    PictureViews,
    ViewStock,
    held_out,
    room_for,
    stock,
)
from vedette.learn.net.loop import RowSampler, Schedule, learn
from vedette.learn.net.sharded import Loss
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.resuming import ResumableRecipe
from vedette.vision.annotations import Sample

Net = TypeVar("Net", bound=nn.Module)
Truth = TypeVar("Truth")
# More pictures than this make no better judge, and tiled ones take long to look at.
MOST_HELD, MOST_TILED = 200, 40


@dataclass(slots=True)
class DenseState(Generic[Net, Truth]):
    """What a judgement hands to fit: the network so far, its views, and what families add."""

    extractor: DenseExtractor
    plan: InputPlan
    net: Net
    views: ViewStock[Truth]
    quality: float = 0.0
    is_resumed: bool = False


Picture = TypeVar("Picture")
State = TypeVar("State", bound=DenseState[Any, Any])


@dataclass(frozen=True, slots=True)
class DenseSettings:
    """What a family sets, each with its origin where it is set."""

    levels: tuple[str, ...]
    copies: CopyPlan
    batch: int
    rate: float
    least_pictures: int  # from so many on some are held out
    judged: float  # the share of the steps before the judgement
    resumed: float  # the share of the steps, and of the views, after an earlier training
    resumed_views: float
    shards: int = 1


class DenseRecipe(ResumableRecipe[State], Generic[Picture, State]):
    """The recipe but for what a family says. Labels are in the order of the outputs."""

    name: str
    settings: ClassVar[DenseSettings]
    learns_tail = False

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.labels = tuple(labels)

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return the quality on a held-out part, and the network that goes on in fit."""
        settings, pictures = self.settings, self._read(train)
        plan = self._plan(pictures)
        extractor = DenseExtractor(
            open_backbone(work.backbone),
            plan.size,
            settings.levels,
            learns_tail=self.learns_tail,
            device=work.device,
        )
        with seeded(work.seed):
            net = self._network(extractor)
        is_resumed = self._takes_up(net, plan)
        share = settings.resumed_views if is_resumed else 1.0
        mean = settings.copies.mean(
            len(pictures), room_for(extractor), effort=work.budget.effort, share=share
        )
        views = stock(
            lambda number: self._views(pictures[number], plan),
            self._copies(pictures, mean),
            extractor,
            plan,
            work,
        )
        state = self._begin(extractor, plan, net, views)
        if is_resumed:
            self._restore(state, self._earlier_state(state), pictures, work)
            return self._earlier_judgement(state)
        held_out = self._held_out(train, plan, work)
        rows = [row for row, owner in enumerate(views.owners) if owner not in held_out]
        self._learn(state, rows, work, "judging", settings.judged)
        return self._measured(state, pictures, held_out, work)

    def fit(self, train: Sequence[Sample], work: RunContext, judgement: Judgement) -> Trained:
        """Return the network after it went on with all pictures."""
        state: State = judgement.carry
        share = self.settings.resumed if state.is_resumed else 1.0
        self._learn(state, list(range(state.views.store.count)), work, "learning", share)
        self._last = state
        return self._trained(state, train, judgement)

    def _held_out(self, train: Sequence[Sample], plan: InputPlan, work: RunContext) -> list[int]:
        if len(train) < self.settings.least_pictures:
            return []
        most = MOST_TILED if plan.tiling else MOST_HELD
        return held_out(work.deal(train, self._folds(len(train))), most=most, seed=work.seed)

    def _learn(self, state: State, rows: list[int], work: RunContext, stage: str, share: float) -> None:
        """Let the network learn from these views for its share of the steps."""
        settings = self.settings
        schedule = Schedule(
            stage,
            self._steps(len(rows), state.plan, work, share),
            settings.batch,
            settings.rate * (0.5 if state.is_resumed else 1.0),
            shards=settings.shards,
            time_share=1.0 if stage == "learning" else 0.5,
        )
        sampler = RowSampler(rows, work.seed)
        state.net = learn(state.net, self._loss(state, work), sampler, schedule, work)

    def _copies(self, pictures: Sequence[Picture], mean: int) -> list[int]:
        """Return how many views of each picture there are, `mean` on average."""
        return [mean] * len(pictures)

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
    def _views(self, picture: Picture, plan: InputPlan) -> PictureViews[Any]:
        """Return the variations of one picture."""

    @abstractmethod
    def _network(self, extractor: DenseExtractor) -> nn.Module:
        """Return a network that has learnt nothing yet."""

    @abstractmethod
    def _begin(self, extractor: DenseExtractor, plan: InputPlan, net: Any, views: ViewStock[Any]) -> State:
        """Return the state before the first step."""

    @abstractmethod
    def _loss(self, state: State, work: RunContext) -> Loss:
        """Return the loss of a network on some rows of the store."""

    @abstractmethod
    def _steps(self, rows: int, plan: InputPlan, work: RunContext, share: float) -> int:
        """Return how long to learn from so many views."""

    @abstractmethod
    def _measured(
        self, state: State, pictures: Sequence[Picture], held_out: Sequence[int], work: RunContext
    ) -> Judgement:
        """Return quality, and leave calibration and thresholds in the state, by the held-out pictures."""

    @abstractmethod
    def _trained(self, state: State, train: Sequence[Sample], judgement: Judgement) -> Trained:
        """Return what is exported."""

    @abstractmethod
    def _restore(
        self, state: State, earlier: Mapping[str, Any], pictures: Sequence[Picture], work: RunContext
    ) -> None:
        """Put what `_remembered` returned into the state."""
