"""Looks as they are kept: by object, so that none is looked at twice, and by entry."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select

from vedette.datasets.view import ENTRIES, list_parts
from vedette.dialects.limits import PictureLimits
from vedette.pictures.tables import entry_looks, looks
from vedette.store.blobs.port import StoredObject
from vedette.vision.inspect import Inspection

# The columns that have other names than the fields of an inspection.
FIELDS = {"why": "problem", "shown": "mask_colors"}
COLUMNS = {field: column for column, field in FIELDS.items()}
# As many as one statement may name.
_FEW = 500
_FACTS = ("seq", "line", "flaws", "picture_flaws", "picture_caller", "line_caller")
_SUBJECTS = select(*[ENTRIES.c[name] for name in _FACTS])


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry whose picture is to be looked at."""

    seq: int
    text: str
    # What was said of the line itself, and of its picture so far.
    line_flaws: str | None
    picture_flaws: str | None
    # The numbers of those who named the picture's address and put the line (`datasets/callers.py`).
    picture_caller: int | None = None
    line_caller: int | None = None


def inspection_key(location: StoredObject, colors: Collection[str] = ()) -> bytes:
    """Return what a look is kept under: this version of this object, and a mask's colours with it."""
    facts = [
        location.bucket,
        location.key,
        location.version,
        location.etag,
        str(location.size),
        *sorted(colors),
    ]
    return hashlib.blake2b("\0".join(facts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def read_inspections(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, Inspection]:
    """Return the looks that were taken already."""
    distinct = list(dict.fromkeys(ids))
    inspections: dict[bytes, Inspection] = {}
    for start in range(0, len(distinct), _FEW):
        query = select(looks).where(looks.c.id.in_(distinct[start : start + _FEW]))
        for row in connection.execute(query).mappings():
            fields = {FIELDS.get(column, column): value for column, value in row.items()}
            number = bytes(fields.pop("id"))
            inspections[number] = Inspection(**fields)
    return inspections


def store_inspections(connection: Connection, inspections: Mapping[bytes, Inspection]) -> None:
    """Keep new looks."""
    existing = read_inspections(connection, inspections)
    rows = [
        {"id": key, **_row_of(inspection)} for key, inspection in inspections.items() if key not in existing
    ]
    if rows:
        connection.execute(insert(looks), rows)


def store_entries(
    connection: Connection, part: int, entry_states: Mapping[int, tuple[bytes | None, bool]]
) -> None:
    """Say of entries, by their places, which look their picture has and whether it has a flaw."""
    seqs = list(entry_states)
    for start in range(0, len(seqs), _FEW):
        batch = seqs[start : start + _FEW]
        connection.execute(
            delete(entry_looks).where(entry_looks.c.part == part, entry_looks.c.seq.in_(batch))
        )
    rows = [
        {"part": part, "seq": seq, "look": inspection, "is_flawed": is_flawed}
        for seq, (inspection, is_flawed) in entry_states.items()
    ]
    if rows:
        connection.execute(insert(entry_looks), rows)


def read_subjects(
    connection: Connection, part: int, *, after: int, most: int, only_new: bool
) -> list[Subject]:
    """Return the next entries behind a place: all, or those that nothing is known of or said of."""
    query = _SUBJECTS.where(ENTRIES.c.part == part, ENTRIES.c.seq > after)
    if only_new:
        same_entry = (entry_looks.c.part == ENTRIES.c.part) & (entry_looks.c.seq == ENTRIES.c.seq)
        is_unmarked = entry_looks.c.is_flawed & ENTRIES.c.picture_flaws.is_(None)
        query = query.outerjoin(entry_looks, same_entry).where(or_(entry_looks.c.look.is_(None), is_unmarked))
    return [Subject(*row) for row in connection.execute(query.order_by(ENTRIES.c.seq).limit(most))]


def read_named(connection: Connection, part: int, seqs: Collection[int]) -> list[Subject]:
    """Return the entries at these places that are still there."""
    query = _SUBJECTS.where(ENTRIES.c.part == part, ENTRIES.c.seq.in_(seqs))
    return [Subject(*row) for row in connection.execute(query.order_by(ENTRIES.c.seq))]


def find_first_size(connection: Connection, part: int, limits: PictureLimits) -> tuple[int, int] | None:
    """Return the size of a part's first sound picture, which a dialect of one size holds all others to."""
    sound = (
        looks.c.format != "",
        looks.c.why == "",
        *[side >= limits.least_side for side in (looks.c.width, looks.c.height)],
        *[side <= limits.most_side for side in (looks.c.width, looks.c.height)],
    )
    query = (
        select(looks.c.width, looks.c.height)
        .join(entry_looks, entry_looks.c.look == looks.c.id)
        .where(entry_looks.c.part == part, *sound)
        .order_by(entry_looks.c.seq)
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row.width, row.height) if row else None


def find_orphan(connection: Connection) -> int | None:
    """Return a part with looks that no dataset has any more.

    Steps from part to part, since to look through every entry would take as long as there are entries.
    """
    used = set(list_parts(connection))
    part: int | None = -1
    while part is not None:
        following = select(func.min(entry_looks.c.part)).where(entry_looks.c.part > part)
        part = connection.execute(following).scalar()
        if part not in used:
            return part
    return None


def forget_some(connection: Connection, part: int, most: int = 5000) -> bool:
    """Forget some entries of a part; return whether there were any."""
    places = select(entry_looks.c.seq).where(entry_looks.c.part == part).limit(most)
    removal = delete(entry_looks).where(entry_looks.c.part == part, entry_looks.c.seq.in_(places))
    return connection.execute(removal).rowcount > 0


def _row_of(inspection: Inspection) -> dict[str, Any]:
    return {COLUMNS.get(field, field): value for field, value in asdict(inspection).items()}
