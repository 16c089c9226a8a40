"""Samples from what a person names: a folder, a manifest, or samples already."""

from collections.abc import Sequence
from pathlib import Path

from vedette.errors import Missing, Wrong
from vedette.manifest.folders import read_folder
from vedette.manifest.samples import read_samples
from vedette.vision.annotations import Sample

Source = str | Path | Sequence[Sample]


def open_source(source: Source) -> list[Sample]:
    """Return the samples of a folder (a subfolder a label), of a manifest, or as they are given."""
    if not isinstance(source, str | Path):
        return list(source)
    path = Path(source)
    if path.is_dir():
        return read_folder(path)
    if not path.is_file():
        raise Missing(f"There is no folder or manifest at {path}.", kind="dataset", name=str(path))
    reading = read_samples(path)
    if not reading.samples and reading.problems:
        first = reading.problems[0]
        raise Wrong(f"{path} has no usable line; line {first.line}: {first.message}")
    return reading.samples
