"""Printing figures, labels and what to type next at a terminal."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

COLUMNS = {
    "test_pictures": "pictures",
    "threshold": "threshold",
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "average_precision": "av. precision",
    "iou": "iou",
}


def show_figures(console: Console, short: Mapping[str, Any]) -> None:
    """Print the aggregates of an evaluation's headline, and a row a label."""
    for name, value in short.items():
        if isinstance(value, float):
            console.print(f"  {name:<18}{value:.3f}", highlight=False)
    rows = short.get("labels", ())
    if not rows:
        return
    titles = {key: title for key, title in COLUMNS.items() if any(row.get(key) is not None for row in rows)}
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("  label", overflow="fold")
    for title in titles.values():
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        # As plain text: a label may hold brackets.
        table.add_row(Text(f"  {row['label']}"), *(_cell(row.get(key)) for key in titles))
    console.print()
    console.print(table)


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
