"""History and snapshots of 250,000 entries: what labelling pays for the journal, and what a snapshot costs.

Bars: a snapshot ≤ 1 s. Beside them: an edit of one entry with and without the journal, a change of all
entries, the comparison with the snapshot afterwards, and the restoration. By the room, without a server.

`python -m bench.snapshots [LINES]`; the number of lines is 250,000 unless said.
"""

import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.common import machine, percentile, row
from bench.datasets import a_line, a_manifest
from vedette.clock import milliseconds, system_clock
from vedette.datasets import changes, many, restoring
from vedette.datasets.asking import EntryFilter
from vedette.datasets.batches import EntryChange
from vedette.datasets.comparing import DifferencePage
from vedette.datasets.dataset import Dataset, NewDataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.history import JournalFilter
from vedette.datasets.journal import ChangeOrigin, ChangeRecorder
from vedette.datasets.parts import make_part, read_rows
from vedette.datasets.sheet import Sheet
from vedette.datasets.snapshots import NewSnapshot
from vedette.datasets.staging import EntryRow, Staging, rules_for
from vedette.dialects.registry import dialect_of
from vedette.engines.local import LocalEngine
from vedette.identity.principal import root_of
from vedette.jobs.runner import JobRunner
from vedette.migrations import upgrade
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject, Projects
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.db import Database, open_database

EDITS = 200
ACCOUNT = "123456789012"


def fill(database: Database, dataset: Dataset, lines: int) -> None:
    """Put the lines in as an import does, without the reading process."""
    rules = rules_for(dialect_of("rekognition"), "train")
    with database.write() as connection:
        part = make_part(connection)
    for rows in Staging(io.BytesIO(a_manifest(lines)), rules).blocks():
        with database.write() as connection:
            sheet = Sheet(connection, part, 0)
            sheet.append(rows)
            sheet.save()
    with database.write() as connection:
        recorder = ChangeRecorder(
            connection, dataset.id, ChangeOrigin("import"), milliseconds(system_clock())
        )
        outcome = changes.UpdateOutcome("created", part, "factory-pictures", "")
        changes.finish_whole(recorder, changes.require(connection, dataset), outcome)


def time_edits(database: Database, dataset: Dataset, lines: int, *, with_journal: bool) -> list[float]:
    """Return how long each of some single edits took, in milliseconds, its commit included."""
    took = []
    for number in range(EDITS):
        seq = (number * 7919 + (1 if with_journal else 2)) % lines
        with database.read() as connection:
            (old,) = (row for block in read_rows(connection, dataset.part, {seq}) for row in block)
        new: EntryRow = old._replace(line=old.line.replace("boards", "plates"))
        begun = time.perf_counter()
        with database.write() as connection:
            now = milliseconds(system_clock())
            recorder = ChangeRecorder(connection, dataset.id, ChangeOrigin("edit", root_of(ACCOUNT)), now)
            sheet = Sheet(connection, dataset.part, now, recorder if with_journal else None)
            sheet.replace({seq: new})
            sheet.save()
        took.append((time.perf_counter() - begun) * 1000)
    return took


def timed(what: str, do: Callable[[], object]) -> None:
    """Do something and print how long it took."""
    begun = time.perf_counter()
    do()
    print(f"{what}: {time.perf_counter() - begun:.2f} s", flush=True)


def main() -> None:
    """Fill a dataset and measure."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 250_000
    print(machine())
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        database = open_database("", folder)
        upgrade(database, folder)
        projects = Projects(database)
        jobs = JobRunner(database)
        datasets = Datasets(
            database, projects, FolderBlobs(folder / "buckets"), LocalEngine(), folder / "work", jobs=jobs
        )
        project = projects.create(Scope("rekognition", ACCOUNT, "us-east-1"), NewProject("boards"))
        dataset = datasets.create(project, NewDataset("train", None, root_of(ACCOUNT), {}))
        fill(database, dataset, lines)
        measure(database, datasets, jobs, project, lines)
        jobs.close()
        database.close()


def measure(database: Database, datasets: Datasets, jobs: JobRunner, project: Project, lines: int) -> None:
    """Print the figures of a filled dataset."""
    caller = root_of(ACCOUNT)
    dataset = datasets.find(project, "train")
    for with_journal in (False, True, False, True):
        took = time_edits(database, dataset, lines, with_journal=with_journal)
        name = "with" if with_journal else "without"
        print(
            f"one edit {name} journal: p50 {percentile(took, 0.5):.1f}, p95 {percentile(took, 0.95):.1f} ms"
        )
    begun = time.perf_counter()
    datasets.snapshots.create(dataset, NewSnapshot("before", caller))
    took_s = time.perf_counter() - begun
    row("a snapshot", f"{took_s:.3f} s", "≤ 1 s", took_s <= 1)
    change = EntryChange("label", clears=True, adds=("new",))

    def relabel() -> None:
        datasets.many.start(project, dataset, EntryFilter(), change, caller)
        jobs.wait(3600, many.CHANGES)

    timed("every entry relabelled", relabel)
    timed("snapshot of it", lambda: datasets.snapshots.create(dataset, NewSnapshot("after", caller)))
    page = DifferencePage("relabelled")
    timed("compared with the first", lambda: datasets.comparisons.compare(dataset, "before", page))
    source = json.loads(a_line(0, random.Random(1)))["source-ref"]
    timed("one picture's past", lambda: datasets.history.of_picture(dataset, source))
    timed("fifty lines and all days", lambda: datasets.history.days(dataset, JournalFilter()))

    def restore() -> None:
        datasets.restorations.restore(project, datasets.find(project, "train"), "before", caller)
        jobs.wait(3600, restoring.RESTORATIONS)

    timed("restored", restore)
    size = sum(file.stat().st_size for file in Path(database.file or "").parent.glob("vedette.db*"))
    print(f"database afterwards: {size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
