"""Entries and parts as the rooms above read them: in their own transactions, joined, and never written.

ENTRIES           every entry's place, line, flaws and callers, to select from and to join
list_parts        the parts that datasets have now
find_by_part      the dataset whose entries a part holds
parts_of_project  a project's parts, the training dataset's first
"""

from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.dataset import Dataset
from vedette.datasets.tables import datasets, entries

# Databases fold this into the query around it, so that its keys are used: a test asks SQLite for its plan.
ENTRIES = select(
    entries.c.part,
    entries.c.seq,
    entries.c.line,
    entries.c.flaws,
    entries.c.picture_flaws,
    entries.c.picture_caller,
    entries.c.line_caller,
).subquery("entry")


def list_parts(connection: Connection) -> list[int]:
    """Return the parts that datasets have now."""
    return list(connection.execute(select(datasets.c.part)).scalars())


def find_by_part(connection: Connection, part: int) -> Dataset | None:
    """Return the dataset whose entries the part holds."""
    row = connection.execute(select(datasets).where(datasets.c.part == part)).first()
    return changes.read_dataset(row) if row else None


def parts_of_project(connection: Connection, project: int) -> tuple[int, ...]:
    """Return the parts of a project's datasets, the training dataset's first."""
    query = select(datasets.c.part).where(datasets.c.project == project).order_by(datasets.c.kind.desc())
    return tuple(connection.execute(query).scalars())
