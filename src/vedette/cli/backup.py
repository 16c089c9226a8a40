"""`vedette backup` and `vedette restore`: a copy of the whole installation, and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.opening import opened, settings_for, translate_refusals
from vedette.cli.signatures import Argument, Option
from vedette.cli.terminal import ProgressLine

DOUBTFUL = {
    "missing_objects": "object named by the index and missing: see `vedette repair --dry-run`.",
    "damaged_objects": "object of another size than the index says: see `vedette repair --dry-run`.",
    "damaged_models": "model damaged, or missing from the data folder: to be trained again.",
}
PG_DUMP = "pg_dump --format=custom --file=vedette.dump"


def backup(
    to: Annotated[Path, Argument(metavar="DIR", help="A new or empty folder.")],
    copies: Annotated[
        bool, Option("--copy", help="Copy files that lie on the same disk, instead of linking them.")
    ] = False,
    data: Data = None,
) -> None:
    """Copy the whole installation into a new folder, while the server runs or not."""
    from vedette.encryption.material import masters_elsewhere
    from vedette.server.backup import back_up

    with opened(data) as installation, ProgressLine() as line:
        manifest = back_up(installation, to, links=not copies, progress=_stages(line))
        endpoint = installation.settings.s3_endpoint
        masters = masters_elsewhere(installation.database)
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
    for name in masters:
        print(f"Not in it: the master key ({name}), which wraps encryption keys. Without it they are lost.")
    print("It holds the keys: keep it as safe as the installation.")


def restore(
    from_: Annotated[Path, Argument(metavar="DIR", help="A folder that `vedette backup` made.")],
    data: Data = None,
) -> None:
    """Restore a backup to a new folder; nothing is overwritten."""
    from vedette.server.restore import restore as put_back

    settings = settings_for(data)
    with translate_refusals(), ProgressLine() as line:
        restored = put_back(from_, settings.data, progress=_stages(line))
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


def _stages(line: ProgressLine) -> Callable[[str, int, int], None]:
    """Return what shows the progress of one stage after another."""

    def show(stage: str, count: int, of: int) -> None:
        line.update(count, of, name=stage, note=f"{count:,}/{of:,}")

    return show
