"""`vedette.train`: a training from Python, in this process."""

from collections.abc import Callable
from pathlib import Path

from vedette.learn import pipeline
from vedette.learn.budget import read_budget
from vedette.learn.order import DEFAULT_BACKBONE, Order
from vedette.learn.outcome import TrainingOutcome
from vedette.learn.recipe import Progress
from vedette.learn.sources import Source, open_source


def train(  # noqa: PLR0913  (as the command's options)
    source: Source,
    *,
    out: str | Path,
    test: Source | None = None,
    task: str = "auto",
    budget: str = "balanced",
    seed: int = 0,
    backbone: str = DEFAULT_BACKBONE,
    cache: str | Path | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> TrainingOutcome:
    """Train a model and write its package at `out`.

    `source` and `test` are a folder with a subfolder a label, a manifest, or samples. Without `test` a
    fifth of the pictures is held out. `cache` is a folder for features of pictures that were seen before.

    Raises:
        Refusal: when these pictures cannot teach anything; its sentence says what to do.
        Cancelled: when `cancelled` answered true; nothing is written then.
    """
    learnt = open_source(source)
    tested = None if test is None else open_source(test)
    order = Order(
        train=learnt.samples,
        test=tested.samples if tested else None,
        out=Path(out),
        task=task,
        budget=read_budget(budget),
        seed=seed,
        backbone=backbone,
        cache=None if cache is None else Path(cache),
        left_out=[*learnt.left_out, *(tested.left_out if tested else ())],
    )
    return pipeline.run(order, say=on_progress, cancelled=cancelled)
