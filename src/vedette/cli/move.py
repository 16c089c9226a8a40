"""`vedette move`: the database of an installation put into another one, from SQLite to PostgreSQL or back."""

import time
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.opening import settings_for, translate_refusals
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument
from vedette.cli.terminal import ProgressLine

TO_HELP = "`sqlite`, for the file in the data folder, or the address of an empty PostgreSQL database."


def move(
    to: Annotated[str, Argument(metavar="DATABASE", help=TO_HELP)],
    data: Data = None,
) -> None:
    """Move the installation's database to another one; the servers must be stopped.

    Keys, models and buckets stay where they are. Each table is compared afterwards. The database that was
    left keeps its rows, and refuses to be served.
    """
    require_part("server")
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
