"""The room put together from those below it."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from vedette.engines.pool import WorkerLost
from vedette.engines.port import Event
from vedette.feedback.feedback import Feedback, FeedbackTools
from vedette.feedback.learning import ReferenceTools
from vedette.feedback.storing import SampleStore
from vedette.feedback.watching import DriftWatch, Measure, OnTurn, untold
from vedette.jobs.runner import JobRunner
from vedette.manifest.lines import Manifest
from vedette.projects.version import Version
from vedette.training.folder import Folder
from vedette.trials.collecting import TrialCollections
from vedette.trials.trials import Trials

Ask = Callable[[Mapping[str, Any]], Event]


@dataclass(frozen=True, slots=True)
class FeedbackPlaces:
    """Where the room has its scratch, and what opens the frozen lines of a training's part."""

    root: Path
    lines_of: Callable[[Version, str], Manifest | None]


def open_feedback(
    trials: Trials,
    jobs: JobRunner,
    places: FeedbackPlaces,
    ask: Ask,
    is_tight: Callable[[], bool],
    on_drift: OnTurn = untold,
) -> Feedback:
    """Return the room; `ask` measures pictures in a process of its own, and `on_drift` hears of warnings."""
    tools, datasets = trials.tools, trials.datasets
    collections = TrialCollections(tools.database, datasets, tools.blobs, tools.clock, tools.lock)
    watch = DriftWatch(tools.database, measure_by(ask, places.root), tools.clock)
    watch.on_turn = on_drift
    store = SampleStore(tools.database, collections, tools.blobs, tools.access, tools.clock, is_tight)
    references = ReferenceTools(
        tools.database,
        tools.versions,
        tools.blobs,
        tools.access,
        tools.engine,
        places.root,
        tools.package_of,
        places.lines_of,
        watch,
    )
    feedback_tools = FeedbackTools(
        tools.database,
        datasets,
        tools.blobs,
        tools.access,
        collections,
        store,
        watch,
        references,
        tools.clock,
    )
    return Feedback(feedback_tools, jobs)


def measure_by(ask: Ask, root: Path) -> Measure:
    """Return what measures a picture's bytes by a process; a picture that ends it has no numbers."""

    def measure(data: bytes) -> Mapping[str, float] | None:
        with tempfile.NamedTemporaryFile(dir=root, prefix="sample-") as file:
            file.write(data)
            file.flush()
            try:
                event = ask({"items": [{"id": 0, "file": file.name}]})
            except WorkerLost:
                return None
        pictures = event.facts.get("pictures") or []
        return cast("Mapping[str, float]", pictures[0]["features"]) if pictures else None

    return measure


def lines_of_training(folder: Folder, part: str) -> Manifest | None:
    """Return what opens a part's frozen lines; nothing where the training had none, or they went."""
    return folder.lines(part) if folder.manifest(part).is_file() else None
