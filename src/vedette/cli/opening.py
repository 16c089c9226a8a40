"""An installation opened by a command, beside a running server or without one; never created."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.cli.signatures import Exit
from vedette.errors import Refusal

if TYPE_CHECKING:
    from vedette.server.installation import Installation
    from vedette.settings import Settings


@contextmanager
def opened(data: Path | None) -> Iterator["Installation"]:
    """Yield the installation, which must exist; a refusal ends the command with its sentence."""
    # SQLAlchemy is the larger part of a command's start; `vedette --help` does without it.
    from vedette.server.installation import open_installation

    with translate_refusals(), open_installation(settings_for(data)) as installation:
        yield installation


@contextmanager
def translate_refusals() -> Iterator[None]:
    """End the command with a sentence when the installation or its disk refuses."""
    from sqlalchemy.exc import SQLAlchemyError

    from vedette.store.disk import disk_refusal

    try:
        yield
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(1) from None
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        disk = disk_refusal(error)
        print(disk.sentence if disk else f"The installation failed: {error}", file=sys.stderr)
        raise Exit(2) from None


def settings_for(data: Path | None) -> "Settings":
    """Return the settings, with the folder that the command names; a wrong one ends it with its sentence."""
    from vedette.settings import read_settings

    try:
        return read_settings(data=data)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None
