"""Previews of trainings with 250,000 lines: the first one, the next ones, and after a label was changed.

What the page of trainings asks every five seconds, and the list of versions when it is opened. By the rooms,
without a server. With --profile it prints where the first preview's time goes.

`python -m bench.previews [LINES] [--profile]`; the number of lines is 250,000 unless said.
"""

import cProfile
import pstats
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.common import machine, row
from bench.datasets import a_line
from bench.snapshots import ACCOUNT, fill
from vedette.datasets.dataset import Dataset, NewDataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import EntryEdit
from vedette.engines.local import LocalEngine
from vedette.identity.principal import root_of
from vedette.jobs.runner import JobRunner
from vedette.migrations import upgrade
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject, Projects
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.db import open_database
from vedette.training.preview import Previewer

AGAIN = 20


def timed(what: str, limit_s: float, do: Callable[[], object]) -> None:
    """Do something, and print how long it took, on the clock and on the processor."""
    began, used = time.perf_counter(), time.process_time()
    do()
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    row(what, f"{seconds:.2f} s ({processor:.2f} s of processor)", f"≤ {limit_s:g} s", processor <= limit_s)


def main() -> None:
    """Fill a dataset and measure."""
    words = [word for word in sys.argv[1:] if word != "--profile"]
    lines = int(words[0]) if words else 250_000
    print(machine())
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        database = open_database("", folder)
        upgrade(database, folder)
        projects, jobs = Projects(database), JobRunner(database)
        blobs = FolderBlobs(folder / "buckets")
        datasets = Datasets(database, projects, blobs, LocalEngine(), folder / "work", jobs=jobs)
        project = projects.create(Scope("rekognition", ACCOUNT, "us-east-1"), NewProject("boards"))
        fill(database, datasets.create(project, NewDataset("train", None, root_of(ACCOUNT), {})), lines)
        (folder / "versions").mkdir()
        measure(datasets, Previewer(datasets, folder / "versions", one_size=True), project)
        jobs.close()
        database.close()


def measure(datasets: Datasets, previewer: Previewer, project: Project) -> None:
    """Print the figures of a filled dataset."""

    def dataset() -> Dataset:
        return datasets.find(project, "train")

    def preview() -> None:
        previewer.preview(project, {"train": dataset()})

    profile = cProfile.Profile() if "--profile" in sys.argv else None
    if profile is not None:
        profile.enable()
    timed("the first preview", 5, preview)
    if profile is not None:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    timed(f"{AGAIN} more of the same state", 0.2, lambda: [preview() for _ in range(AGAIN)])
    timed("what changed, the first time", 5, lambda: previewer.digest(project, {"train": dataset()}))
    # Of the eighth line, so that the dataset, which may hold no more, stays as large as it is.
    edit = EntryEdit(a_line(8, random.Random(7)).decode())
    datasets.editor.update(project, dataset(), [edit], root_of(ACCOUNT))
    timed("a preview after one label was changed", 5, preview)
    timed("what changed, after that", 5, lambda: previewer.digest(project, {"train": dataset()}))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
