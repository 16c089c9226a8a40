"""What golden pictures are made of, and the files that they become in a component. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The job that answers them (workers/golden.py).
ANSWER = "golden-answers"
# Of a dozen some stand clear of their thresholds, and most kinds of answers are among them.
CANDIDATES = 12
# The largest picture that both services train with.
MOST_BYTES = 15 << 20


@dataclass(frozen=True, slots=True)
class GoldenFiles:
    """What goes into the component, by names there, and the size that most of the pictures have.

    `shows_colors` says whether one of them would show that a device takes red for blue.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    shows_colors: bool = False


def read_golden_files(result: Mapping[str, Any], out: Path) -> GoldenFiles:
    """Return what a process left in a folder."""
    # Here, since the command line names this module, and help is printed without what looks at pictures.
    from vedette.runtime.golden import GOLDEN

    files = {f"{GOLDEN}/{name}": out / name for name in result["files"]}
    size = result["size"]
    return GoldenFiles(files, None if size is None else (size[0], size[1]), result["shows_colors"])


def spread(places: Sequence[Any], most: int) -> list[Any]:
    """Return so many of them, at even distances."""
    if len(places) <= most:
        return list(places)
    return [places[round(number * (len(places) - 1) / (most - 1))] for number in range(most)]
