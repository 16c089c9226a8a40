"""The installation's directory of identities, opened beside a running server or without one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.cli.opening import opened
from vedette.cli.recording import on_record

if TYPE_CHECKING:
    from vedette.identity.directory import Directory
    from vedette.settings import Settings


@contextmanager
def directory(data: Path | None) -> Iterator[tuple["Directory", "Settings"]]:
    """Yield the directory and the settings; a refusal ends the command with its sentence."""
    with opened(data) as installation, on_record(installation.settings):
        yield installation.identity.directory, installation.settings


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as aligned columns of text, for people and for `cut` or `awk`."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
