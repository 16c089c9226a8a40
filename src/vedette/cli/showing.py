"""Printing figures, labels and what to type next at a terminal."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from vedette.cli.terminal import aligned, styled

COLUMNS = {
    "test_pictures": "pictures",
    "threshold": "threshold",
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "average_precision": "av. precision",
    "iou": "iou",
}


def show_figures(short: Mapping[str, Any]) -> None:
    """Print the aggregates of an evaluation's headline, and a row a label."""
    for name, value in short.items():
        if isinstance(value, float):
            print(f"  {name:<18}{value:.3f}")
    rows = short.get("labels", ())
    if not rows:
        return
    titles = {key: title for key, title in COLUMNS.items() if any(row.get(key) is not None for row in rows)}
    table = [["  label", *titles.values()]]
    table += [[f"  {row['label']}", *(_cell(row.get(key)) for key in titles)] for row in rows]
    heading, *lines = aligned(table)
    print()
    click.echo(styled(heading, is_bold=True))
    print(*lines, sep="\n")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)


def command() -> str:
    """Return how the program was called: `make demo` leaves `vedette` off the path."""
    program = Path(sys.argv[0])
    if program.stem != "vedette" or shutil.which("vedette"):
        return "vedette"
    try:
        return str(program.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(program.absolute())
