"""The installation's directory, opened beside a running server or without one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vedette.cli.credentials import settings_for
from vedette.errors import Refusal

if TYPE_CHECKING:
    from vedette.identity.directory import Directory
    from vedette.settings import Settings


@contextmanager
def directory(data: Path | None) -> Iterator[tuple["Directory", "Settings"]]:
    """Yield the directory and the settings; a refusal ends the command with its sentence."""
    # SQLAlchemy is the larger part of a command's start; `vedette --help` does without it.
    from sqlalchemy.exc import SQLAlchemyError

    from vedette.identity.identity import Identity
    from vedette.identity.seal import open_seal
    from vedette.migrations import upgrade
    from vedette.store.db import open_database

    settings = settings_for(data)
    try:
        database = open_database(settings.database, settings.data)
        try:
            upgrade(database, settings.data)
            identity = Identity(database, open_seal(settings.data))
            identity.ensure_root(settings.account, settings.region, settings.data)
            yield identity.directory, settings
        finally:
            database.close()
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    except (SQLAlchemyError, OSError) as error:
        print(f"The installation cannot be opened: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows as columns of text, which a person reads and `cut` or `awk` do too."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
