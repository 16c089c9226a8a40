"""What a training leaves for the next one of nearly the same pictures: its choice, its split, its weights.

A training that finds most of its pictures in an earlier one does not judge all candidates again: it takes
the recipe that won then, keeps every picture on the side of the split where it was (what was trained on must
never test), and a recipe that learns slowly goes on from its weights. A training of exactly the same pictures
uses no memo, so that it gives the same model again.

JSON and plain arrays beside the feature cache; what cannot be read is as if it were not there.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

import vedette
from vedette.file_access import create_file, open_file, read_file, write_file
from vedette.learn.net.cached import frozen_backbone
from vedette.learn.recipe import Recipe, RunContext
from vedette.learn.task import Plan
from vedette.vision.annotations import Sample

# Below this share of known pictures it is another set, and all candidates are judged.
LEAST_KNOWN = 0.7
MOST_MEMOS = 20

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Memo:
    """One earlier training. `train` and `test` map a picture's content to how it was labelled."""

    recipe: str
    train: Mapping[str, str]
    test: Mapping[str, str]
    state: Mapping[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


@runtime_checkable
class Resumable(Protocol):
    """A recipe that can go on from an earlier training of nearly the same pictures."""

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return what the next one needs."""

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Take up what an earlier one left; `judge` and `fit` go on from there."""


def labels_by_content(samples: Sequence[Sample], work: RunContext) -> dict[str, str]:
    """Return the content of each picture with how it is labelled."""
    return {
        work.pictures.digest(s.picture): f"{sorted(s.labels)} {s.boxes} {s.is_anomalous} {s.mask is not None}"
        for s in samples
    }


def find(plan: Plan, work: RunContext) -> Memo | None:
    """Return the newest memo that knows most of these pictures, but not exactly these."""
    folder = _folder(plan, work)
    if folder is None or not folder.is_dir():
        return None
    now = labels_by_content(plan.train, work)
    tested = labels_by_content(plan.test or [], work)
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        memo = _read(path)
        if memo is None:
            continue
        before = {**memo.train, **(memo.test if plan.test is None else {})}
        unchanged = sum(1 for content, labels in now.items() if before.get(content) == labels)
        if plan.test is None and not memo.test.keys() & now.keys():
            # It was tested with other pictures and has learnt from all of these: none could test it now.
            continue
        is_same = unchanged == len(now) == len(before)
        # Pictures that the user put into both parts are learnt from either way.
        was_learnt = (tested.keys() - now.keys()) & memo.train.keys()
        if not is_same and unchanged >= LEAST_KNOWN * len(now) and not was_learnt:
            return memo
    return None


def keep(plan: Plan, recipe: Recipe, work: RunContext) -> None:
    """Leave a memo of a finished training; a full disk is no reason to fail."""
    folder = _folder(plan, work)
    if folder is None:
        return
    state, arrays = recipe.pause() if isinstance(recipe, Resumable) else ({}, {})
    train, test = labels_by_content(plan.train, work), labels_by_content(plan.test or [], work)
    name = hashlib.sha256(json.dumps([sorted(train.items()), sorted(test.items())]).encode()).hexdigest()[:24]
    document = {"recipe": recipe.name, "train": train, "test": test, "state": state}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with create_file(folder / f"{name}.npz.part") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # its types mistake the arrays for its flag
        (folder / f"{name}.npz.part").replace(folder / f"{name}.npz")
        write_file(folder / f"{name}.json.part", json.dumps(document))
        (folder / f"{name}.json.part").replace(folder / f"{name}.json")
        _forget(folder)
    except OSError:
        return


def _folder(plan: Plan, work: RunContext) -> Path | None:
    """Return where memos of trainings of this kind lie: task, labels, seed, budget, backbone, version."""
    if work.cache.folder is None:
        return None
    backbone = work.backbone
    if backbone.startswith("file:"):
        # Another file may lie under the same name by then, and the same one at another place.
        backbone = f"file {frozen_backbone(work).revision}"
    kind = (plan.task, plan.labels, work.seed, work.budget, backbone, vedette.__version__)
    return work.cache.folder.parent / "memos" / work.cache.key(*kind)


def _read(path: Path) -> Memo | None:
    try:
        document = json.loads(read_file(path))
        with open_file(path.with_suffix(".npz")) as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return Memo(document["recipe"], document["train"], document["test"], document["state"], arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _forget(folder: Path) -> None:
    memos = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in memos[:-MOST_MEMOS]:
        path.unlink(missing_ok=True)
        path.with_suffix(".npz").unlink(missing_ok=True)
