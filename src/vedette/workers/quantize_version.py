"""The job `quantize-version`: a version's package in 8 bits, where its test part allows it.

order   training: a TrainOrder (training/worker_order.py) on a folder with frozen lines and linked pictures;
        package: where the model package lies; out: a folder for what comes of it
says    progress: stage, done, of
result  kept (whether out/package is an 8-bit package), sentence (how it did, for people), and plans that were
        tried. The evaluations of both lie in out as float32.json and int8.json
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.errors import Wrong
from vedette.training.folder import Folder
from vedette.training.worker_order import TrainOrder
from vedette.workers.train_version import prepare_samples, scratch_in, split_of


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Quantise, judge both, and keep what is near enough."""
    # It brings the onnx package, which takes a second to load.
    from vedette.learn.quantize import quantize_package

    del cancelled  # whoever asked ends the process
    training, out = TrainOrder(**order["training"]), Path(order["out"])
    folder = Folder(Path(training.folder))
    shutil.rmtree(folder.scratch, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with scratch_in(folder.scratch):
        prepared = prepare_samples(folder, training, split=split_of(training))
        if prepared.refusal:
            raise Wrong(f"The 8-bit model cannot be calibrated: {prepared.refusal}")
        outcome = quantize_package(
            Path(order["package"]),
            [sample.picture for sample in prepared.train],
            prepared.test,
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
