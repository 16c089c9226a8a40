"""`vedette move`: an installation's database or objects put elsewhere, to PostgreSQL, an S3, or back."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.opening import settings_for, translate_refusals
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.server.object_move import ObjectMove

TO_HELP = "`sqlite`, for the file in the data folder, or the address of an empty PostgreSQL database."
OBJECTS_HELP = "Copy the buckets instead: `folder`, for the data folder, or the address of an S3."
REPLACE_HELP = "Write over objects that are others there, with `--objects`."
# So many objects that were not copied are named; the others are counted.
SHOWN = 20


def move(
    to: Annotated[str, Argument(metavar="[DATABASE]", help=TO_HELP)] = "",
    objects: Annotated[str, Option("--objects", help=OBJECTS_HELP)] = "",
    replace: Annotated[bool, Option("--replace", help=REPLACE_HELP)] = False,
    data: Data = None,
) -> None:
    """Move the installation's database to another one, or copy its objects; the servers must be stopped.

    A database: keys, models and buckets stay where they are. Each table is compared afterwards. The database
    that was left keeps its rows, and refuses to be served.

    Objects: each is held to its ETag or compared. Nothing is deleted where they lay. Typed again, the
    command goes on where it was.
    """
    require_part("server")
    with translate_refusals():
        if bool(to) == bool(objects):
            raise Wrong("Name the database to move to, or with --objects where objects go: one at a time.")
        if replace and not objects:
            raise Wrong("--replace is for --objects: a database that is not empty is never written over.")
    if objects:
        _move_objects(objects, data, replaces=replace)
    else:
        _move_database(to, data)


def _move_database(to: str, data: Path | None) -> None:
    from vedette.server.move import SQLITE, move_database

    began = time.monotonic()
    with translate_refusals(), ProgressLine() as line:
        result = move_database(
            settings_for(data),
            to,
            progress=lambda stage, count, of: line.update(
                count, of, name=stage, note=f"{count:,}/{of:,} rows"
            ),
        )
    seconds = time.monotonic() - began
    rows = f"{result.rows:,} rows of {result.tables} tables"
    print(f"Moved {rows} to {result.target} in {seconds:.0f} s, and compared.")
    if result.aside is not None:
        print(f"The SQLite file that was moved away before lies in {result.aside} now.")
    if result.is_marked:
        print(f"What was left in {result.source} refuses to be served, and may be removed when you are sure.")
    else:
        print(f"{result.source} could not be marked as left: take care that no server is started on it.")
    for name in result.masters:
        print(f"The master key ({name}) wraps its encryption keys: carry VEDETTE_MASTER_KEY over by hand.")
    print("Now start the servers with", _setting(to, is_sqlite=to == SQLITE))


def _setting(to: str, *, is_sqlite: bool) -> str:
    return "VEDETTE_DATABASE unset." if is_sqlite else "VEDETTE_DATABASE set to that address."


def _move_objects(to: str, data: Path | None, *, replaces: bool) -> None:
    """Copy the buckets; say what was copied, what stays behind, and which settings to change."""
    from vedette.server.object_move import move_objects
    from vedette.store.blobs.ends import counted

    began = time.monotonic()
    with translate_refusals(), ProgressLine() as line:
        result = move_objects(
            settings_for(data),
            to,
            progress=lambda bucket, count: line.update(count, 0, name=bucket, note=f"{count:,} objects"),
            replaces=replaces,
        )
    seconds = time.monotonic() - began
    objects = counted(result.copied, "object", "objects")
    print(
        f"Copied {objects} ({result.size:,} bytes) of {counted(result.buckets, 'bucket', 'buckets')} to "
        f"{result.target} in {seconds:.0f} s; {result.present:,} there already."
    )
    for note in result.notes:
        print(f"Stays as it is: {note}.")
    _show_troubles(result)
    print(f"Nothing was changed in {result.source}, which may be removed when you are sure.")
    print("Now start the servers with", _settings_of(to))


def _show_troubles(result: "ObjectMove") -> None:
    """Name what was not copied, and end the command with a status that says so."""
    if not result.troubles:
        return
    print(f"Not copied ({len(result.troubles):,}):")
    for trouble in sorted(result.troubles)[:SHOWN]:
        print(f"  {trouble.encode('utf-8', 'backslashreplace').decode()}")
    if len(result.troubles) > SHOWN:
        print(f"  … and {len(result.troubles) - SHOWN:,} more")
    print(f"Leave the settings as they are: these objects are only in {result.source}.")
    raise Exit(1)


def _settings_of(to: str) -> str:
    if to == "folder":
        return "VEDETTE_S3_ENDPOINT unset."
    return f"VEDETTE_S3_ENDPOINT={to}, and its key as it is set now."
