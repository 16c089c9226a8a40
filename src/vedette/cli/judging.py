"""What `vedette evaluate` does, apart from its options, so that no other command loads a runtime."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from vedette.errors import Missing, Refusal, Wrong
from vedette.manifest.folders import read_folder
from vedette.manifest.samples import read_samples
from vedette.runtime.judge import Judged, judge
from vedette.runtime.model import Model, load
from vedette.runtime.report import write_report
from vedette.vision.annotations import ANOMALY, NORMAL, Sample
from vedette.vision.evaluation import headline

SHOWN = ("precision", "recall", "f1", "average_precision", "iou")


def hold_against(
    model: Path, source: Path, *, as_json: bool, report: Path | None, threads: int | None
) -> int:
    """Print how well the model does; return the exit status."""
    try:
        opened = load(model, threads=threads)
        samples = fitting(opened, read_source(source))
        judged = _judged(opened, samples)
        if not judged.samples:
            raise Wrong(f"None of the {len(samples)} pictures of {source} can be read.")
        if report is not None:
            _write(report, opened, judged)
    except Refusal as refused:
        print(refused.sentence, file=sys.stderr)
        return 2
    short = headline(judged.document)
    if as_json:
        print(json.dumps(short | {"broken": [error.name for error in judged.broken]}, ensure_ascii=False))
    else:
        _print(short)
    if judged.broken:
        print(f"{len(judged.broken)} pictures could not be read and do not count.", file=sys.stderr)
    return 2 if judged.broken else 0


def read_source(source: Path) -> list[Sample]:
    """Return the samples of a folder or a manifest; say which lines of a manifest are of no use."""
    if source.is_dir():
        return read_folder(source)
    if not source.is_file():
        raise Missing(f"There is no folder or manifest at {source}.", kind="dataset", name=str(source))
    reading = read_samples(source)
    for problem in reading.problems:
        print(f"{source}, line {problem.line}: {problem.message}", file=sys.stderr)
    if not reading.samples:
        raise Wrong(f"{source} has no usable line.", kind="dataset", name=str(source))
    return reading.samples


def fitting(model: Model, samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples as the model's task reads them; refuse a set that says nothing for it."""
    if model.task in ("classification", "multilabel"):
        samples = [_as_labels(sample) for sample in samples]
        fit = [sample for sample in samples if set(sample.labels) & set(model.labels)]
        what = f"has one of the model's labels ({', '.join(model.labels)})"
    elif model.task == "detection":
        fit = [sample for sample in samples if sample.boxes is not None]
        what = "has boxes, and the model finds boxes"
    else:
        fit = [sample for sample in samples if sample.is_anomalous is not None]
        what = f"is judged; use {NORMAL}/ and {ANOMALY}/, or a manifest that says it"
    if not fit:
        raise Wrong(f"None of the {len(samples)} pictures {what}.")
    if len(fit) < len(samples):
        print(f"{len(samples) - len(fit)} pictures say nothing for this model.", file=sys.stderr)
    return fit


def _as_labels(sample: Sample) -> Sample:
    """Return a picture judged normal or anomalous as one of two plain labels."""
    if sample.is_anomalous is None:
        return sample
    return replace(sample, labels=(ANOMALY if sample.is_anomalous else NORMAL,))


def _judged(model: Model, samples: Sequence[Sample]) -> Judged:
    console = Console(stderr=True)
    columns = (TextColumn("Evaluating"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        shown = bar.add_task("", total=len(samples))
        judged = judge(
            model,
            samples,
            thresholds=model.facts.thresholds,
            say=lambda done, _of: bar.update(shown, completed=done),
        )
    for error in judged.broken:
        print(f"Left out: {error.sentence}", file=sys.stderr)
    return judged


def _write(report: Path, model: Model, judged: Judged) -> None:
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        write_report(report, model, judged)
    except OSError as error:
        raise Wrong(f"The report cannot be written to {report}: {error.strerror}.") from error
    print(f"Report: {report}", file=sys.stderr)


def _print(short: dict[str, Any]) -> None:
    console = Console()
    console.print(f"{short['task']}, {short['pictures']} pictures")
    for name, value in short.items():
        if isinstance(value, float):
            console.print(f"  {name:<18}{value:.4f}", highlight=False)
    table = Table("label", "pictures", "threshold", *SHOWN, box=None, pad_edge=False)
    for row in short["labels"]:
        figures = [
            f"{row[key]:.3f}" if isinstance(row.get(key), float) else "" for key in ("threshold", *SHOWN)
        ]
        table.add_row(row["label"], str(row["test_pictures"]), *figures)
    console.print(table)
