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

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from vedette.cli.parts import require_part
from vedette.cli.showing import command, show_figures
from vedette.engines.choose import open_engine
from vedette.engines.port import Engine, Event, Job

# A manifest of another kind may have thousands of lines with the same fault.
MOST_SAID = 50


def train(  # noqa: PLR0913  (an argument is an option of the command)
    source: Annotated[Path, typer.Argument(help="A folder with a subfolder a label, or a manifest.")],
    out: Annotated[Path, typer.Option(help="Where the model goes: a folder, or a name ending in .zip.")],
    test: Annotated[
        Path | None, typer.Option(help="Pictures to test with; without them a fifth is held out.")
    ] = None,
    task: Annotated[str, typer.Option(help="What to learn; the labels say it by themselves.")] = "auto",
    budget: Annotated[str, typer.Option(help="fast, balanced, best, or a number of minutes.")] = "balanced",
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="The same seed and pictures give the same model.")
    ] = 0,
    backbone: Annotated[str, typer.Option(help="lite0, or transformers:FOLDER.")] = "lite0",
) -> None:
    """Train a model from labelled pictures."""
    require_part("train")
    order = {
        "train": str(source),
        "test": str(test) if test else None,
        "out": str(out),
        "task": task,
        "budget": budget,
        "seed": seed,
        "backbone": backbone,
        "cache": str(cache_folder()),
    }
    began = time.monotonic()
    last = follow(open_engine(), Job("train", order))
    raise typer.Exit(_report(last, seconds=time.monotonic() - began))


def cache_folder() -> Path:
    """Return the folder in which features of pictures are cached between trainings."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vedette" / "features"


def follow(engine: Engine, job: Job) -> Event:
    """Run the job with a progress bar (on a terminal only) and return its last event; Ctrl-C cancels it."""
    run = engine.submit(job)
    before = signal.signal(signal.SIGINT, lambda *_: engine.cancel(run))
    last = Event("failed", {"sentence": "The training ended without a result."})
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.fields[left]}"))
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("starting", total=None, left="")
            for last in engine.events(run):
                if last.kind == "progress":
                    bar.update(task, **_bar(last.facts))
    finally:
        signal.signal(signal.SIGINT, before)
    return last


def _bar(facts: Mapping[str, Any]) -> dict[str, Any]:
    seconds = facts.get("seconds_left")
    remaining = "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d} left"
    return {
        "description": facts["stage"],
        "completed": facts["done"],
        "total": facts["of"],
        "left": remaining,
    }


def _report(last: Event, *, seconds: float) -> int:
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
    console = Console(soft_wrap=True)
    package, metrics = facts["package"], facts["metrics"]
    summary = f"{package}: a model for {facts['task']} by {facts['recipe']}, made in {_duration(seconds)}"
    if metrics.get("pictures"):
        summary += f", tested on {metrics['pictures']} other pictures"
    console.print(summary, markup=False, highlight=False)
    show_figures(console, metrics)
    if console.is_terminal:
        name = shlex.quote(package)
        console.print(
            "\nNext, with pictures that it has not seen:\n"
            f"  {command()} detect {name} PICTURES --draw drawn\n"
            f"  {command()} evaluate {name} LABELLED-PICTURES --report report.html",
            markup=False,
            highlight=False,
        )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{int(seconds) // 60} min {int(seconds) % 60} s"
