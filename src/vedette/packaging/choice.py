"""The model that goes into a component: as it was trained, or in 8 bits where that did well enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.runtime.components import EVALUATIONS, Precision


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model package that goes in, what to say of its precision, and files that go with it."""

    package: Path
    precision: Precision = "float32"
    note: str = ""
    more: Mapping[str, Path] = field(default_factory=dict)


def read_choice(package: Path, result: Mapping[str, Any], out: Path) -> ChosenModel:
    """Return the model by what a process that tried 8 bits left in a folder; both evaluations go with it."""
    more = {
        f"{EVALUATIONS}/{precision}.json": out / f"{precision}.json"
        for precision in ("float32", "int8")
        if (out / f"{precision}.json").is_file()
    }
    if result["kept"]:
        return ChosenModel(out / "package", "int8", result["sentence"], more)
    return ChosenModel(package, note=result["sentence"], more=more)
