"""`vedette train`: from labelled pictures to a model package.

The training runs in a process of its own, so that Ctrl-C stops it in order and this command,
like the server, never loads torch.
"""

import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.backbone_files import resolve_backbone
from vedette.cli.models import translate_client_errors
from vedette.cli.parts import require_part
from vedette.cli.showing import command, show_figures
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.engines.choose import open_engine
from vedette.engines.port import Engine, Event, Job

# A manifest of another kind may have thousands of lines with the same fault.
MOST_SAID = 50


def train(  # noqa: PLR0913  (an argument is an option of the command)
    source: Annotated[Path, Argument(help="A folder with a subfolder a label, or a manifest.")],
    out: Annotated[Path, Option(help="Where the model goes: a folder, or a name ending in .zip.")],
    test: Annotated[
        Path | None, Option(help="Pictures to test with; without them a fifth is held out.")
    ] = None,
    task: Annotated[str, Option(help="What to learn; the labels say it by themselves.")] = "auto",
    budget: Annotated[str, Option(help="fast, balanced, best, or a number of minutes.")] = "balanced",
    seed: Annotated[
        int, Option(min=0, max=2**32 - 1, help="The same seed and pictures give the same model.")
    ] = 0,
    backbone: Annotated[
        str, Option(help="lite0, a name of `vedette backbone list`, file:PATH, or transformers:FOLDER.")
    ] = "lite0",
) -> None:
    """Train a model from labelled pictures."""
    require_part("train")
    with translate_client_errors():
        resolved = resolve_backbone(backbone)
    order = {
        "train": str(source),
        "test": str(test) if test else None,
        "out": str(out),
        "task": task,
        "budget": budget,
        "seed": seed,
        "backbone": resolved,
        "cache": str(cache_folder()),
    }
    began = time.monotonic()
    last = follow(open_engine(), Job("train", order))
    raise Exit(report_training(last, seconds=time.monotonic() - began))


def cache_folder() -> Path:
    """Return the folder in which features of pictures are cached between trainings."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vedette" / "features"


def follow(engine: Engine, job: Job) -> Event:
    """Run the job with a progress bar (on a terminal only) and return its last event; Ctrl-C cancels it."""
    run = engine.submit(job)
    before = signal.signal(signal.SIGINT, lambda *_: engine.cancel(run))
    last = Event("failed", {"sentence": "The training ended without a result."})
    try:
        with ProgressLine("starting") as line:
            for last in engine.events(run):
                if last.kind == "progress":
                    _show(line, last.facts)
    finally:
        signal.signal(signal.SIGINT, before)
    return last


def _show(line: ProgressLine, facts: Mapping[str, Any]) -> None:
    seconds = facts.get("seconds_left")
    remaining = "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d} left"
    line.update(facts["done"], facts["of"], name=f"{facts['stage']:<28}", note=remaining)


def report_training(last: Event, *, seconds: float) -> int:
    """Print the outcome and return the exit status: 0, 2 for a refusal, 1 for a defect."""
    facts = last.facts
    if last.kind == "cancelled":
        print("Cancelled; no model was written.", file=sys.stderr)
        return 2
    if last.kind == "failed":
        print(facts.get("traceback") or facts["sentence"], file=sys.stderr)
        if "traceback" in facts:
            print("This is a defect of Vedette, not of your pictures; no model was written.", file=sys.stderr)
        return 2 if "refusal" in facts else 1
    for sentence in facts["left_out"][:MOST_SAID]:
        print(f"Left out: {sentence}", file=sys.stderr)
    if len(facts["left_out"]) > MOST_SAID:
        print(f"Left out besides: {len(facts['left_out']) - MOST_SAID} more.", file=sys.stderr)
    _tell(facts, seconds)
    return 0


def _tell(facts: Mapping[str, Any], seconds: float) -> None:
    """Print the new package, its figures and, at a terminal, what to type next."""
    package, metrics = facts["package"], facts["metrics"]
    summary = f"{package}: a model for {facts['task']} by {facts['recipe']}, made in {_duration(seconds)}"
    if metrics.get("pictures"):
        summary += f", tested on {metrics['pictures']} other pictures"
    print(summary)
    show_figures(metrics)
    if sys.stdout.isatty():
        name = shlex.quote(package)
        print(
            "\nNext, with pictures that it has not seen:\n"
            f"  {command()} detect {name} PICTURES --draw drawn\n"
            f"  {command()} evaluate {name} LABELLED-PICTURES --report report.html"
        )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{int(seconds) // 60} min {int(seconds) % 60} s"
