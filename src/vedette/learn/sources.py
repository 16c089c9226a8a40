"""Samples from what a person names: a folder, a manifest, or samples already; and what of it is of no use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vedette.dialects.samples import read_samples
from vedette.errors import Missing, Wrong
from vedette.learn.order import UnusablePicture
from vedette.manifest.folders import read_folder, refuse_picture
from vedette.vision.annotations import Sample
from vedette.vision.files import SUFFIXES

Source = str | Path | Sequence[Sample]


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """What a source holds, and what in it cannot be used; nothing is left out without a word."""

    samples: list[Sample]
    left_out: list[UnusablePicture] = field(default_factory=list)


def open_source(source: Source) -> OpenedSource:
    """Return the samples of a folder (a subfolder a label), of a manifest, or as they are given."""
    if not isinstance(source, str | Path):
        return OpenedSource(list(source))
    path = Path(source)
    if path.is_dir():
        return OpenedSource(read_folder(path), _strays(path))
    if not path.is_file():
        raise Missing(f"There is no folder or manifest at {path}.", kind="dataset", name=str(path))
    refuse_picture(path)
    reading = read_samples(path)
    if not reading.samples and reading.problems:
        first = reading.problems[0]
        raise Wrong(f"{path} has no line that can be used; {first}")
    left_out = [
        UnusablePicture(Path(problem.source or path), f"{path}, {problem}") for problem in reading.problems
    ]
    left_out += [
        UnusablePicture(sample.picture, f"{sample.picture} has no label in {path}.")
        for sample in reading.unlabeled
    ]
    return OpenedSource(reading.samples, left_out)


def _strays(folder: Path) -> list[UnusablePicture]:
    """Return the pictures beside the labels' folders: a forgotten one is found sooner if it is named."""
    inside = sorted(path for path in folder.iterdir() if path.is_file())
    return [
        UnusablePicture(path, f"{path} lies in no label's folder.")
        for path in inside
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
