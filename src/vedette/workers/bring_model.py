"""The job `bring-model`: an ONNX file with its card becomes a package; progress goes out as events.

order   network, card, out, train, test: as `vedette model import` takes them
result  package, task, recipe, metrics, left_out (a sentence each), as of a training
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.learn.foreign.bring import BringOrder, bring
from vedette.learn.order import Cancelled
from vedette.learn.sources import OpenedSource, open_source
from vedette.workers.stuck import leaving_when_stuck


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Bring one model in."""

    def tell(stage: str, number: int, of: int) -> None:
        if cancelled():
            raise Cancelled(f"cancelled during {stage}")
        emit(Event("progress", {"stage": stage, "done": number, "of": of}))

    train, test = (_opened(order.get(part)) for part in ("train", "test"))
    wish = BringOrder(
        Path(order["network"]),
        Path(order["card"]),
        Path(order["out"]),
        train.samples,
        test.samples,
        left_out=[*train.left_out, *test.left_out],
    )
    with leaving_when_stuck(emit):
        outcome = bring(wish, tell=tell)
    return {
        "package": str(outcome.package),
        "task": outcome.facts.task,
        "recipe": outcome.facts.recipe["recipe"],
        "metrics": dict(outcome.facts.metrics),
        "left_out": [picture.why for picture in outcome.left_out],
    }


def _opened(source: str | None) -> OpenedSource:
    return open_source(source) if source else OpenedSource([])
