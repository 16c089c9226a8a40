"""Evaluations of versions as pages read them: columns of all test pictures, and some pictures in full.

Both are made of the package's own evaluation when they are asked for first, and kept beside it: a package is
never written again.

    evaluation-1.columns   what evaluation/columns.py packs
    evaluation-1.pictures  a line of JSON a picture: its outcome, and the mask that a person drew

A version's folder, and these with it, goes when the version is deleted.
"""

import json
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vedette.errors import Missing, Wrong
from vedette.evaluation.codec import to_json
from vedette.evaluation.columns import FORMAT, pack_columns
from vedette.evaluation.document import Evaluation, SegmentationEvaluation, read_evaluation
from vedette.file_access import read_file, write_file
from vedette.manifest.lines import Line
from vedette.manifest.marks import strip_marks
from vedette.manifest.segmentation import MaskRef
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.runtime.package import open_package
from vedette.training.folder import Folder


@dataclass(frozen=True, slots=True)
class EvaluationFiles:
    """The derived files of versions' evaluations. Threads may share it."""

    _lock: threading.Lock = field(default_factory=threading.Lock)

    def columns(self, version: Version, folder: Folder) -> bytes:
        """Return the packed columns.

        Raises:
            Missing: where the version has no model, or its evaluation cannot be read.
        """
        self._make(version, folder)
        return read_file(_columns_of(folder))

    def samples(self, version: Version, folder: Folder, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
        """Return some pictures in full, by their numbers; those that there are none of are left out."""
        self._make(version, folder)
        data = read_file(_samples_of(folder))
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")).tolist()
        starts = [0, *(end + 1 for end in ends)]
        return [
            {"number": number, **json.loads(data[starts[number] : ends[number]])}
            for number in numbers
            if 0 <= number < len(ends)
        ]

    def document(self, version: Version, folder: Folder) -> Evaluation:
        """Return the evaluation itself; refuse as the others do."""
        if version.state not in WITH_PACKAGE:
            raise _missing(version)
        return _read(version, folder)

    def _make(self, version: Version, folder: Folder) -> None:
        """Make both files, unless they are there."""
        if version.state not in WITH_PACKAGE:
            raise _missing(version)
        with self._lock:
            if _columns_of(folder).is_file():
                return
            evaluation = _read(version, folder)
            masks = _masks(version, folder) if isinstance(evaluation, SegmentationEvaluation) else {}
            _write_whole(_samples_of(folder), b"".join(_sample_lines(evaluation, masks)))
            _write_whole(_columns_of(folder), pack_columns(evaluation))


def _read(version: Version, folder: Folder) -> Evaluation:
    try:
        return read_evaluation(open_package(folder.package).evaluation, "evaluation.json")
    except (Wrong, FileNotFoundError) as problem:
        raise _missing(version) from problem


def _missing(version: Version) -> Missing:
    sentence = f"The version {version.name} of {version.project.name} has no evaluation."
    return Missing(sentence, kind="version", name=version.path)


def _sample_lines(evaluation: Evaluation, masks: Mapping[str, MaskRef]) -> Iterator[bytes]:
    for outcome in evaluation.outcomes:
        values = to_json(outcome)
        if mask := masks.get(outcome.picture):
            values["mask"] = {"ref": mask.ref, "colors": dict(mask.colors)}
        yield json.dumps(values).encode() + b"\n"


def _masks(version: Version, folder: Folder) -> dict[str, MaskRef]:
    """Return the masks that people drew, as the lines name them that the version was tested with."""
    masks: dict[str, MaskRef] = {}
    for part in ("train", "test"):
        if not folder.manifest(part).exists():
            continue
        for line in folder.lines(part)():
            if isinstance(line, Line):
                mask = version.project.dialect.judge_line(strip_marks(line), strict=False).mask
                if mask is not None:
                    masks[line.source] = mask
    return masks


def _columns_of(folder: Folder) -> Path:
    return folder.root / f"evaluation-{FORMAT}.columns"


def _samples_of(folder: Folder) -> Path:
    return folder.root / f"evaluation-{FORMAT}.pictures"


def _write_whole(place: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all; it can be made again, so it is not flushed."""
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    write_file(beside, data)
    beside.replace(place)
