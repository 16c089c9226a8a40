"""The job `quantize`: a package of `vedette train` in 8 bits, where its evaluation allows it.

order   package, train, test (or nothing: the part that a training of these pictures holds out), seed, out
says    progress: stage, done, of
result  as `quantize-version`
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.learn.sources import open_source
from vedette.learn.split import hold_out
from vedette.vision.files import content_hash


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Quantise, judge both, and keep what is near enough."""
    from vedette.learn.quantize import quantize_package

    del cancelled
    out = Path(order["out"])
    out.mkdir(parents=True, exist_ok=True)
    training = open_source(order["train"]).samples
    if order.get("test"):
        tested = open_source(order["test"]).samples
    else:
        training, tested = hold_out(
            training, digest=lambda sample: content_hash(sample.picture), seed=int(order.get("seed", 0))
        )
    outcome = quantize_package(
        Path(order["package"]),
        [sample.picture for sample in training],
        tested,
        out / "package",
        lambda stage, count, total: emit(Event("progress", {"stage": stage, "done": count, "of": total})),
    )
    for precision, document in outcome.evaluations.items():
        (out / f"{precision}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return {
        "kept": outcome.accepted is not None,
        "sentence": outcome.sentence,
        "plans": [asdict(trial) for trial in outcome.trials],
    }
