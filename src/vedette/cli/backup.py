"""`vedette backup` and `vedette restore`: a copy of the whole installation, and back."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from vedette.cli.credentials import Data
from vedette.cli.opening import opened, settings_for, translate_refusals

DOUBTFUL = {
    "missing_objects": "object named by the index and missing: see `vedette repair --dry-run`.",
    "damaged_objects": "object of another size than the index says: see `vedette repair --dry-run`.",
    "damaged_models": "model damaged, or missing from the data folder: to be trained again.",
}
PG_DUMP = "pg_dump --format=custom --file=vedette.dump"


def backup(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    copies: Annotated[
        bool, typer.Option("--copy", help="Copy files that lie on the same disk, instead of linking them.")
    ] = False,
    data: Data = None,
) -> None:
    """Copy the whole installation into a new folder, while the server runs or not."""
    from vedette.server.backup import back_up

    with opened(data) as installation, _StageProgress() as bar:
        manifest = back_up(installation, to, links=not copies, progress=bar.update)
        endpoint = installation.settings.s3_endpoint
    counts = dict(manifest.counts)
    objects, models = _number(counts.get("objects", 0), "object"), _number(counts["models"], "model")
    rest = "the keys and the database" if manifest.database else "the keys"
    print(f"Backed up to {to}: {objects}, {models}, {rest}.")
    for name, sentence in DOUBTFUL.items():
        if counts.get(name):
            print(f"{_number(counts[name], sentence.partition(' ')[0])} {sentence.partition(' ')[2]}")
    if not manifest.database:
        print(f"Not in it: the database, which is PostgreSQL's. Before each backup: {PG_DUMP}")
    if not manifest.buckets:
        print(f"Not in it: the buckets, which lie at {endpoint}.")
    print("It holds the keys: keep it as safe as the installation.")


def restore(
    from_: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `vedette backup` made.")],
    data: Data = None,
) -> None:
    """Restore a backup to a new folder; nothing is overwritten."""
    from vedette.server.restore import restore as put_back

    settings = settings_for(data)
    with translate_refusals(), _StageProgress() as bar:
        restored = put_back(from_, settings.data, progress=bar.update)
    manifest = restored.manifest
    print(f"Restored to {settings.data}: {restored.files} files, as they were on {manifest.made}.")
    if manifest.buckets:
        print("Lifecycle rules are paused: check the buckets, then type `vedette lifecycle resume`.")
    if not manifest.database:
        print("The database is PostgreSQL's: put its dump back with pg_restore, and set VEDETTE_DATABASE.")
    if not manifest.buckets:
        print("The buckets lie in another S3 and were not in the backup: set VEDETTE_S3_ENDPOINT.")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class _StageProgress:
    """A progress bar for every stage, silent where standard error is no terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True)
        self._stages: dict[str, TaskID] = {}

    def __enter__(self) -> "_StageProgress":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, stage: str, count: int, of: int) -> None:
        """Show the progress of a stage."""
        if stage not in self._stages:
            self._stages[stage] = self._progress.add_task(stage)
        self._progress.update(self._stages[stage], completed=count, total=of)
