"""The work of `vedette evaluate`, apart from its options, so that no other command loads the runtime."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vedette.cli.listing import print_facts
from vedette.cli.showing import show_figures
from vedette.cli.terminal import ProgressLine
from vedette.dialects.samples import read_samples
from vedette.errors import Missing, Refusal, Wrong
from vedette.evaluation.headline import HEADLINE, headline
from vedette.evaluation.judge import ModelJudgement, judge
from vedette.manifest.folders import read_folder, refuse_picture
from vedette.report.page import write_report
from vedette.runtime.model import Model, load
from vedette.vision.annotations import ANOMALY, NORMAL, Sample

# A file that is no manifest has as many wrong lines as it has lines.
MOST_LINES = 5


def hold_against(
    model: Path, source: Path, *, as_json: bool, report: Path | None, threads: int | None
) -> int:
    """Print the model's evaluation; return the exit status."""
    try:
        opened = load(model, threads=threads)
        if report is not None:
            _refuse_place(report)
        samples = fitting(opened, read_source(source))
        judgement = _judge(opened, samples)
        if not judgement.samples:
            raise Wrong(f"None of the {len(samples)} pictures of {source} can be read.")
        if report is not None:
            _write(report, opened, judgement)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        return 2
    short = headline(judgement.evaluation)
    facts = short | {"broken": [error.name for error in judgement.broken]}
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        # The same names whatever the model's task is; what it has no figure for is empty.
        print_facts(dict.fromkeys(HEADLINE) | facts, lambda: _print(short))
    if judgement.broken:
        print(f"{len(judgement.broken)} pictures could not be read and do not count.", file=sys.stderr)
    return 2 if judgement.broken else 0


def read_source(source: Path) -> list[Sample]:
    """Return the samples of a folder or a manifest; print the unusable lines of a manifest."""
    if source.is_dir():
        return read_folder(source)
    if not source.is_file():
        raise Missing(f"There is no folder or manifest at {source}.", kind="dataset", name=str(source))
    refuse_picture(source)
    reading = read_samples(source)
    for problem in reading.problems[:MOST_LINES]:
        print(f"{source}, {problem}", file=sys.stderr)
    if len(reading.problems) > MOST_LINES:
        print(f"{source}: {len(reading.problems) - MOST_LINES} more things are wrong.", file=sys.stderr)
    if not reading.samples:
        raise Wrong(f"{source} has no usable line.", kind="dataset", name=str(source))
    return reading.samples


def fitting(model: Model, samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that have labels for the model's task; refuse a set without any."""
    if model.task in ("classification", "multilabel"):
        samples = [_as_labels(sample) for sample in samples]
        fit = [sample for sample in samples if set(sample.labels) & set(model.labels)]
        labels = ", ".join(sorted({label for sample in samples for label in sample.labels})[:10])
        requirement = (
            f"has one of the model's labels ({', '.join(model.labels)}); theirs are {labels or 'none'}"
        )
    elif model.task == "detection":
        fit = [sample for sample in samples if sample.boxes is not None]
        requirement = "has boxes, and the model finds boxes"
    else:
        fit = [sample for sample in samples if sample.is_anomalous is not None]
        requirement = f"is judged; use {NORMAL}/ and {ANOMALY}/, or a manifest that says it"
    if not fit:
        raise Wrong(f"None of the {len(samples)} pictures {requirement}.")
    if len(fit) < len(samples):
        print(f"{len(samples) - len(fit)} pictures say nothing for this model.", file=sys.stderr)
    return fit


def _as_labels(sample: Sample) -> Sample:
    """Return a picture judged normal or anomalous as one of two plain labels."""
    if sample.is_anomalous is None:
        return sample
    return replace(sample, labels=(ANOMALY if sample.is_anomalous else NORMAL,))


def _judge(model: Model, samples: Sequence[Sample]) -> ModelJudgement:
    with ProgressLine("Evaluating", len(samples)) as progress:
        judgement = judge(
            model,
            samples,
            thresholds=model.facts.thresholds,
            on_progress=lambda number, _total: progress.update(number),
        )
    for error in judgement.broken:
        print(f"Left out: {error.sentence}", file=sys.stderr)
    return judgement


def _refuse_place(report: Path) -> None:
    """Refuse a page that could not be written, before the work and not after it."""
    if report.is_dir():
        raise Wrong(f"{report} is a folder: name a file for the report, such as {report / 'report.html'}.")
    if report.parent.exists() and not (report.parent.is_dir() and os.access(report.parent, os.W_OK)):
        raise Wrong(f"The report cannot be written to {report}: {report.parent} cannot be written to.")


def _write(report: Path, model: Model, judgement: ModelJudgement) -> None:
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place first: whoever stops us finds the old page, or none.
        with tempfile.TemporaryDirectory(prefix=f".{report.name}.", dir=report.parent) as beside:
            write_report(Path(beside) / "report.html", model, judgement)
            (Path(beside) / "report.html").replace(report)
    except OSError as error:
        raise Wrong(f"The report cannot be written to {report}: {error.strerror}.") from error
    print(f"Report: {report}", file=sys.stderr)


def _print(short: dict[str, Any]) -> None:
    print(f"{short['task']}, {short['pictures']} pictures")
    show_figures(short)
