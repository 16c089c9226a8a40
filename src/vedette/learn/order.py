"""What a training is asked to do, and what is refused of it before anything heavy is loaded. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vedette.errors import Taken
from vedette.learn.budget import Budget
from vedette.learn.task import decide
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


def refuse_taken(out: Path) -> None:
    """Refuse a place that is something else already, before the work and not after it."""
    is_other = out.is_dir() and any(out.iterdir()) and not (out / "package.json").is_file()
    if is_other or (out.suffix != ".zip" and out.is_file()):
        raise Taken(
            f"{out} exists and is no model package; choose another place.", kind="model", name=str(out)
        )


def refuse_order(order: Order) -> None:
    """Refuse what its place, its pictures' labels and its task alone say; loading torch takes seconds."""
    refuse_taken(order.out)
    decide(order.train, order.test, wanted=order.task)
