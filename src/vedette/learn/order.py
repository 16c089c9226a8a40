"""What a training is asked to do, and what is refused of it before anything heavy is loaded. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vedette.learn.budget import Budget
from vedette.learn.task import decide
from vedette.runtime.package import refuse_strangers
from vedette.vision.annotations import Sample

DEFAULT_BACKBONE = "lite0"  # a name that net/backbones opens


class Cancelled(Exception):
    """The training was told to stop; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class UnusablePicture:
    """A picture that is left out, and why."""

    picture: Path
    why: str


@dataclass(frozen=True, slots=True)
class Order:
    """What to train with and where the package goes."""

    train: Sequence[Sample]
    out: Path
    test: Sequence[Sample] | None = None
    task: str = "auto"
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    backbone: str = DEFAULT_BACKBONE
    cache: Path | None = None
    cache_limit: int = 2 * 1024**3
    left_out: Sequence[UnusablePicture] = ()  # what the reading of the sources could not use


def refuse_order(order: Order) -> None:
    """Refuse what its place, its pictures' labels and its task alone say; loading torch takes seconds."""
    refuse_strangers(order.out)
    decide(order.train, order.test, wanted=order.task)
