"""The job `train`: an order in JSON becomes a package; progress goes out as events.

order   train, test, task, budget, seed, backbone, out, cache, cache_limit: as `vedette train` takes them
result  package, task, recipe, metrics, left_out (a sentence each)
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.learn.budget import read_budget
from vedette.learn.order import Order, refuse_order
from vedette.learn.sources import open_source


def main(order: Mapping[str, Any], say: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Train, judge and package one model."""
    training = read_order(order)
    refuse_order(training)
    # Torch takes seconds to load, which nobody waits for whose order is refused.
    from vedette.learn import pipeline
    from vedette.learn.recipe import Progress

    def tell(progress: Progress) -> None:
        say(Event("progress", asdict(progress)))

    outcome = pipeline.run(training, say=tell, cancelled=cancelled)
    return {
        "package": str(outcome.package),
        "task": outcome.facts.task,
        "recipe": outcome.facts.recipe.get("recipe", ""),
        "metrics": dict(outcome.facts.metrics),
        "left_out": [picture.why for picture in outcome.left_out],
    }


def read_order(order: Mapping[str, Any]) -> Order:
    """Return the order with its samples read."""
    cache = order.get("cache")
    to_learn = open_source(order["train"])
    tested = open_source(order["test"]) if order.get("test") else None
    return Order(
        train=to_learn.samples,
        test=tested.samples if tested else None,
        out=Path(order["out"]),
        task=order.get("task", "auto"),
        budget=read_budget(str(order.get("budget", "balanced"))),
        seed=int(order.get("seed", 0)),
        backbone=order.get("backbone", "lite0"),
        cache=Path(cache) if cache else None,
        cache_limit=int(order.get("cache_limit", 2 * 1024**3)),
        left_out=[*to_learn.left_out, *(tested.left_out if tested else ())],
    )
